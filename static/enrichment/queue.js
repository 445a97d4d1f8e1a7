// A queue: one product at a time without loading a page. Every chord waits for the server's word, since what comes next may
// have been finished by somebody else; the next one's fields are there already.
(() => {
    const root = document.querySelector("[data-queue]");
    if (!root) return;
    const said = root.dataset;
    const part = (name) => root.querySelector(`[data-${name}]`);
    const place = part("item-place");
    const form = part("queue-form");
    const bar = part("queue-bar");
    const line = window.pimLine(root);
    const counts = { done: 0, skipped: new Set(), gone: 0 };
    const total = Number(said.total);
    let fields = null, drafts = null, mark = "", ahead = null, busy = false, waiting = null, missed = 0, begun = null;

    const item = () => place.querySelector("[data-item]");
    const dirty = () => (fields ? fields.dirty() : []);
    const fill = (text, values) => Object.entries(values).reduce((sentence, [name, value]) => sentence.replace(`%(${name})s`, value), text);

    // --- telling
    const trouble = (text) => {
        const box = part("trouble");
        if (box.textContent !== text) box.textContent = text;
        box.hidden = !text;
    };
    const tell = (texts, tone = "info") => {
        const box = part("said");
        box.replaceChildren(...texts.filter(Boolean).map((text) => Object.assign(document.createElement("p"), { className: `notice notice-${tone}`, textContent: text })));
        box.hidden = !box.children.length;
        if (texts.length) window.pimAnnounce(texts.join(" "));
    };
    const progress = () => {
        const skipped = [...counts.skipped].filter((id) => !line.done.has(id)).length;
        const left = Math.max(0, total - counts.done - skipped - counts.gone);
        const plus = "more" in said ? "+" : "";
        const n = Math.min(total, counts.done + skipped + counts.gone + 1);
        part("place").textContent = item() ? fill(said.position, { n, total: `${total}${plus}` }) : "";
        part("left").textContent = !total ? "" : fill(said.left, { done: counts.done, skipped, left: `${left}${plus}` });
        part("progress").value = counts.done + counts.gone;
    };
    const leftOut = (ids) => {
        const fresh = ids.filter((id) => !line.done.has(id) && !line.gone.has(id));
        for (const id of fresh) line.gone.add(id);
        counts.gone += fresh.length;
        if (!fresh.length) return "";
        return fresh.length === 1 ? said.goneOne : said.goneMany.replace("%d", fresh.length);
    };

    // --- showing
    const settled = async () => {
        const waits = [...place.querySelectorAll("textarea[data-django-prose-editor-configurable]")];
        for (let turn = 0; turn < 40 && waits.some((each) => !each.closest(".prose-editor")); turn += 1) await new Promise((done) => setTimeout(done, 10));
    };
    // At once: what is typed from now on is a change, though its editor has not started yet.
    const take = () => {
        const article = item();
        bar.hidden = !article;
        if (!article) return;
        mark = article.dataset.mark;
        fields = window.pimCells(article);
        drafts = window.pimDrafts?.(fields, article.querySelector("[name=owner]").value);
    };
    const begin = async ({ focus = true } = {}) => {
        const article = item();
        if (!article || begun === article) return;
        begun = article;
        await settled();
        if (item() !== article) return;
        fields.remember();
        fields.nameControls();
        fields.refresh();
        drafts?.offer();
        article.dispatchEvent(new Event("pim:shown", { bubbles: true }));
        article.dataset.ready = "1";
        // Whoever has gone into a field before is not called back.
        if (focus && !article.contains(document.activeElement)) {
            const wrong = article.querySelector(".cell-wrong, .cell-conflict");
            const empty = fields.cells.find((cell) => cell.querySelector("[data-input]") && cell.matches(".cell-none"));
            const target = wrong ?? empty ?? fields.cells[0];
            if (target) fields.focus(target);
            else article.querySelector("#queue-title").focus();
        }
        prefetch();
    };
    const put = (html) => {
        fields = drafts = null;
        place.innerHTML = html;
        take();
        // Rich text editors begin where the admin says that fields have come.
        place.dispatchEvent(new CustomEvent("formset:added", { bubbles: true }));
        if (scrollY > 0) scrollTo({ top: 0, behavior: "instant" });
    };
    const show = async (id, html, options) => {
        line.go(id);
        ahead = ahead?.id === id ? null : ahead;
        put(html);
        progress();
        await begin(options);
    };
    const end = (html) => {
        line.end();
        put(html);
        const skipped = [...counts.skipped].filter((id) => !line.done.has(id)).length;
        place.querySelector("[data-summary]").textContent = fill(said.left, { done: counts.done, skipped, left: 0 }).replace(/,[^,]*$/, ".");
        const again = place.querySelector("[data-again]");
        if (again) again.href = line.address(location.pathname, {});
        bar.hidden = true;
        progress();
        place.querySelector("[data-end]").focus();
    };
    const prefetch = async () => {
        const next = await line.next().catch(() => []);
        if (!next.length || ahead?.id === next[0]) return;
        const answer = await line.ask(said.itemUrl, { ids: next.join(",") }).catch(() => null);
        if (!answer?.ok) return;
        const found = await answer.json();
        if (!found.html) return;
        ahead = found;
        const picture = /<img src="([^"]+)"/.exec(found.html);
        if (picture) new Image().src = picture[1];
    };
    const have = () => (ahead ? `${ahead.id}:${ahead.mark}` : "");
    // What the server said comes next; it may be what was fetched already.
    const follow = async (next, texts = [], tone = "info") => {
        const out = leftOut(next.gone ?? []);
        tell([...texts, out], tone);
        if (next.same && ahead?.id === next.id) return show(next.id, ahead.html);
        if (next.html) return show(next.id, next.html);
        if (next.ended) return end(next.ended);
        return forward();
    };

    // --- asking, and asking again
    const answered = async (send) => {
        for (let turn = 0; ; turn += 1) {
            let answer = null;
            try { answer = await send(); } catch { /* nobody answers */ }
            if (answer && ![502, 503, 504].includes(answer.status)) {
                if (turn) tell([said.backAgain]);
                trouble("");
                return answer;
            }
            drafts?.keep();
            const seconds = Math.min(15, 2 ** (turn + 1));
            for (let left = seconds; left > 0; left -= 1) {
                trouble(said.offline.replace("%d", left));
                await new Promise((done) => { waiting = done; setTimeout(done, 1000); });
            }
            trouble(said.trying);
        }
    };
    const refusedBecause = (answer) => {
        drafts?.keep();
        trouble(line.isSignedOut(answer) ? said.signedOut : said.refused);
    };
    const once = async (act) => {
        if (busy) return;
        busy = true;
        root.setAttribute("aria-busy", "true");
        try { await act(); } finally {
            busy = false;
            root.removeAttribute("aria-busy");
        }
    };

    const forward = async () => {
        const answer = await answered(async () => line.ask(said.itemUrl, { ids: (await line.next()).join(","), have: have() }));
        if (!answer.ok || answer.redirected) { refusedBecause(answer); return; }
        await follow(await answer.json());
    };
    const skip = () => once(async () => {
        drafts?.keep();
        if (line.current() !== null) counts.skipped.add(line.current());
        await forward();
    });
    const back = () => once(async () => {
        const before = line.before();
        if (before === null) { window.pimAnnounce(said.first); return; }
        drafts?.keep();
        await again(before);
    });
    // One that was shown before, whether it still belongs to the queue or not, with the fields that were asked for.
    const asked = new Map();
    const codes = () => [...place.querySelectorAll("[data-cell]")].map((cell) => cell.dataset.cell.split("|")[0]);
    const again = async (id) => {
        const answer = await answered(() => line.ask(said.itemUrl, { ids: id, keep: 1, shown: (asked.get(id) ?? []).join(",") }));
        if (!answer.ok || answer.redirected) { refusedBecause(answer); return; }
        const found = await answer.json();
        tell([]);
        if (found.html) await show(id, found.html);
        else { leftOut([id]); line.go(id); await forward(); }
    };

    const body = (extra) => {
        const data = new FormData();
        for (const input of form.querySelectorAll(":scope > input[name]")) data.append(input.name, input.value);
        data.set("csrfmiddlewaretoken", line.token());
        for (const name of ["product", "owner"]) data.append(name, item().querySelector(`[name=${name}]`).value);
        for (const cell of dirty()) {
            const own = new Set(fields.inputs(cell));
            for (const input of cell.querySelectorAll("[name]")) {
                if (input.matches("button") || (input.matches("[type=checkbox], [type=radio]") && !input.checked)) continue;
                if (input.disabled && !own.has(input)) continue;
                if (input.multiple) for (const option of input.selectedOptions) data.append(input.name, option.value);
                else if (input.type === "file") for (const file of input.files) data.append(input.name, file);
                else data.append(input.name, input.value);
            }
        }
        for (const [name, value] of Object.entries(extra)) data.append(name, value);
        return data;
    };
    // Saved, and still being written in: what stands under the hands stays, and what was sent becomes what is stored.
    const goOn = (found, sending) => {
        const article = item();
        const isWriting = article.contains(document.activeElement) && !article.querySelector(".cell-wrong, .cell-conflict, [data-posted]");
        const typed = dirty().some((cell) => !sending.some(([sent, state]) => sent === cell && fields.state(cell) === state));
        if (!found.next.html || !(typed || isWriting)) return false;
        const fresh = new DOMParser().parseFromString(found.next.html, "text/html");
        const same = (cell) => fresh.querySelector(`[data-cell="${CSS.escape(cell.dataset.cell)}"]`);
        if (sending.some(([cell]) => !same(cell))) return false;
        for (const [cell, state] of sending) fields.stored(cell, state, same(cell));
        mark = found.next.mark;
        const finished = fresh.querySelector("[data-finished]");
        if (finished && !article.querySelector("[data-finished]")) article.querySelector("[data-changed-note]").before(finished);
        article.querySelector("[data-changed-note]").hidden = true;
        drafts?.keep();
        article.dispatchEvent(new Event("pim:shown", { bubbles: true }));
        progress();
        tell(found.said.length ? found.said : [said.saved], found.said.length ? "warning" : "success");
        return true;
    };
    const save = ({ stay = false, press = null } = {}) => once(async () => {
        const id = line.current();
        // What an editor makes of its text while it starts is no change.
        if (!item().dataset.ready) { await settled(); fields.remember(); }
        const changed = dirty().length > 0;
        if (!changed && !press) {
            if (stay) { window.pimAnnounce(said.skipped); return; }
            counts.skipped.add(id);
            await forward();
            if (item()) window.pimAnnounce(said.skipped);
            return;
        }
        asked.set(id, codes());
        drafts?.keep();
        const article = item(), hand = document.activeElement;
        let sending = [];
        // Where another product comes next, hands rest while the answer is on its way; not while the server is away.
        const wake = (answer) => {
            article.inert = false;
            const stays = answer?.status !== 200 && article.contains(hand);
            if (stays && [hand, document.body].includes(document.activeElement)) { hand.blur(); hand.focus({ preventScroll: true }); }
            return answer;
        };
        const answer = await answered(async () => {
            const extra = press ? { do: press.value, [`seen:${press.value.slice(8)}`]: press.parentElement.querySelector("[name^='seen:']")?.value ?? "" } : {};
            if (!stay) Object.assign(extra, { next: (await line.next()).join(","), have: have() });
            sending = dirty().map((cell) => [cell, fields.state(cell)]);
            const sent = fetch(line.address(said.saveUrl, stay ? { shown: codes().join(",") } : {}), { method: "POST", body: body(extra), headers: { Accept: "application/json" } });
            if (stay) return sent;
            article.inert = true;
            return sent.then(wake, (error) => { wake(null); throw error; });
        });
        if (answer.redirected || ![200, 422].includes(answer.status)) { refusedBecause(answer); return; }
        const found = await answer.json();
        if (answer.status === 422) {
            tell(found.said, "warning");
            put(found.html);
            await begin();
            return;
        }
        // What was typed while the answer was on its way is not saved and not lost.
        drafts?.saved(sending.filter(([cell, state]) => fields.state(cell) === state).map(([cell]) => cell));
        if (!line.done.has(id)) { line.done.add(id); counts.done += 1; }
        if (stay && goOn(found, sending)) return;
        await follow(found.next, found.said.length ? found.said : [said.saved], found.said.length ? "warning" : "success");
    });

    // --- somebody else, meanwhile
    const look = async () => {
        const id = line.current();
        if (busy || id === null || !item()) return;
        const answer = await line.ask(said.itemUrl, { ids: id, keep: 1, have: `${id}:${mark}`, shown: codes().join(",") }).catch(() => null);
        if (!answer?.ok || answer.redirected || busy || line.current() !== id || !item()) return;
        const found = await answer.json();
        if (found.same || (found.mark && found.mark === mark)) return;
        const note = item().querySelector("[data-changed-note]");
        const gone = !found.html || found.html.includes("data-finished");
        const text = (gone ? said.finished : said.changed).replace("%s", found.by ?? "");
        if (!dirty().length && found.html) {
            await show(id, found.html, { focus: place.contains(document.activeElement) });
            tell([gone ? text : said.shownAnew.replace("%s", found.by ?? "")]);
            return;
        }
        mark = found.mark ?? mark;
        note.textContent = `${text} `;
        if (found.html) {
            const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-small", textContent: said.anew });
            button.addEventListener("click", () => { drafts?.keep(); show(id, found.html); });
            note.append(button);
        }
        note.hidden = false;
        window.pimAnnounce(text);
    };
    const EVERY = 20_000;
    setInterval(() => { if (document.visibilityState === "visible") look(); }, EVERY);
    window.addEventListener("focus", () => { if (Date.now() - missed > 1000) { missed = Date.now(); look(); } });

    // --- keys and buttons; before editors, one of which would break the line at Ctrl+Enter
    const OPENS = "select, [role=combobox], [aria-haspopup=listbox], input[list], input:is([type=date], [type=datetime-local], [type=time], [type=month], [type=week])";
    document.addEventListener("keydown", (event) => {
        if (document.querySelector("dialog[open]") || event.isComposing) return;
        // Lists and calendars open by Alt and an arrow; a held Enter must not run through products that nobody saw.
        if (event.altKey && event.key.startsWith("Arrow") && event.target.closest(OPENS)) return;
        if (event.repeat && event.key === "Enter" && event.target.matches("input")) event.preventDefault();
        const chord = event.ctrlKey || event.metaKey;
        let act = null;
        if (chord && event.key === "Enter") act = () => save();
        else if (chord && event.key.toLowerCase() === "s") act = () => save({ stay: true });
        else if (event.altKey && !chord && event.key === "ArrowDown") act = skip;
        else if (event.altKey && !chord && event.key === "ArrowUp") act = back;
        if (!act || !item()) return;
        event.preventDefault();
        event.stopPropagation();
        if (event.repeat) return;
        if (waiting) waiting();
        act();
    }, true);
    form.addEventListener("submit", (event) => event.preventDefault());
    root.addEventListener("click", (event) => {
        if (event.target.closest("[data-save]")) save();
        else if (event.target.closest("[data-stay]")) save({ stay: true });
        else if (event.target.closest("[data-skip]")) skip();
        else if (event.target.closest("[data-back]")) back();
        else {
            const press = event.target.closest("button[name=do][value^='confirm!']");
            if (press) { event.preventDefault(); save({ press }); }
        }
    });
    window.addEventListener("beforeunload", (event) => {
        drafts?.keep();
        if (dirty().length) event.preventDefault();
    });
    take();
    window.addEventListener("load", () => { progress(); begin(); });
})();
