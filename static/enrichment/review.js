// The reviewers' queue: J and K move, A approves, R returns with a comment. The letters work while the product or a button
// has the focus, never in a field (WCAG 2.1.4).
(() => {
    const root = document.querySelector("[data-review]");
    if (!root) return;
    const said = root.dataset;
    const part = (name) => root.querySelector(`[data-${name}]`);
    const place = part("item-place");
    const bar = part("queue-bar");
    const text = root.querySelector("#review-text");
    const line = window.pimLine(root);
    const counts = { approved: 0, returned: 0, gone: 0 };
    const passed = new Set();
    const total = Number(said.total);
    let busy = false, ahead = null, shownAt = 0;

    const item = () => place.querySelector("[data-item]");
    const fill = (words, values) => Object.entries(values).reduce((sentence, [name, value]) => sentence.replace(`%(${name})s`, value), words);
    const trouble = (words) => { part("trouble").textContent = words; part("trouble").hidden = !words; };
    const tell = (texts, tone = "success") => {
        const box = part("said");
        box.replaceChildren(...texts.filter(Boolean).map((each) => Object.assign(document.createElement("p"), { className: `notice notice-${tone}`, textContent: each })));
        box.hidden = !box.children.length;
        if (texts.length) window.pimAnnounce(texts.join(" "));
    };
    const progress = () => {
        const decided = counts.approved + counts.returned;
        const n = Math.min(total, decided + counts.gone + [...passed].filter((id) => !line.done.has(id)).length + 1);
        part("place").textContent = item() ? fill(said.position, { n, total: `${total}${"more" in said ? "+" : ""}` }) : "";
        part("left").textContent = !total ? "" : fill(said.left, { approved: counts.approved, returned: counts.returned });
        part("progress").value = decided + counts.gone;
    };
    const leftOut = (ids) => {
        const fresh = ids.filter((id) => !line.done.has(id) && !line.gone.has(id));
        for (const id of fresh) line.gone.add(id);
        counts.gone += fresh.length;
        return fresh.length === 0 ? "" : fresh.length === 1 ? said.goneOne : said.goneMany.replace("%d", fresh.length);
    };

    const closeComment = () => { part("comment").hidden = true; text.value = ""; };
    const focus = () => (item() ?? place.querySelector("[data-end]"))?.focus({ preventScroll: true });
    const put = (html) => {
        place.innerHTML = html;
        shownAt = performance.now();
        bar.hidden = !item();
        for (const name of ["approve", "return"]) part(name).disabled = item() ? "decided" in item().dataset : true;
        closeComment();
        if (scrollY > 0) scrollTo({ top: 0, behavior: "instant" });
        progress();
        focus();
    };
    const show = (id, html) => {
        line.go(id);
        if (ahead?.id === id) ahead = null;
        put(html);
        prefetch();
    };
    const end = (html) => {
        line.end();
        put(html);
        place.querySelector("[data-summary]").textContent = `${fill(said.left, counts)}.`;
        const again = place.querySelector("[data-again]");
        if (again) again.href = line.address(location.pathname, {});
        const rest = part("rest");
        if (rest) rest.hidden = !again;
    };
    const prefetch = async () => {
        const next = await line.next().catch(() => []);
        if (!next.length) return;
        const answer = await line.ask(said.itemUrl, { ids: next.join(",") }).catch(() => null);
        if (!answer?.ok) return;
        const found = await answer.json();
        if (found.html) ahead = found;
    };
    const have = () => (ahead ? `${ahead.id}:${ahead.mark}` : "");
    const follow = async (next, texts = []) => {
        tell([...texts, leftOut(next.gone ?? [])]);
        if (next.same && ahead?.id === next.id) show(next.id, ahead.html);
        else if (next.html) show(next.id, next.html);
        else if (next.ended) end(next.ended);
        else await forward(texts);
    };
    // Null: nobody answered, or only to say that one is signed out or may not; then it was told.
    const answered = async (send) => {
        const answer = await send().catch(() => null);
        const out = answer && line.isSignedOut(answer);
        const told = !answer || answer.status >= 500 ? said.offline : out ? said.signedOut : answer.status === 403 ? said.refused : "";
        trouble(told);
        return told ? null : answer;
    };
    const once = async (act) => {
        if (busy) return;
        busy = true;
        root.setAttribute("aria-busy", "true");
        try { await act(); } finally { busy = false; root.removeAttribute("aria-busy"); }
    };

    const forward = async (texts = []) => {
        const answer = await answered(async () => line.ask(said.itemUrl, { ids: (await line.next()).join(","), have: have() }));
        if (answer?.ok) await follow(await answer.json(), texts);
    };
    const again = async (id) => {
        const answer = await answered(() => line.ask(said.itemUrl, { ids: id, keep: 1 }));
        const found = answer?.ok ? await answer.json() : null;
        if (found?.html) show(id, found.html);
        return Boolean(found?.html);
    };
    const next = () => once(async () => { passed.add(line.current()); await forward(); });
    const previous = () => once(async () => {
        const before = line.before();
        if (before === null) window.pimAnnounce(said.first);
        else { tell([]); await again(before); }
    });
    const decide = (decision) => once(async () => {
        const id = line.current();
        if (!item() || "decided" in item().dataset) return;
        const data = new FormData(bar);
        data.set("product", id);
        data.set("seen", item().dataset.mark);
        data.set("decision", decision);
        const answer = await answered(async () => {
            data.set("next", (await line.next()).join(","));
            data.set("have", have());
            data.set("csrfmiddlewaretoken", line.token());
            return fetch(line.address(said.decideUrl, { approving: said.approving }), { method: "POST", body: data, headers: { Accept: "application/json" } });
        });
        if (!answer) return;
        const found = await answer.json().catch(() => ({ said: [said.offline] }));
        if (!answer.ok) {
            const kept = text.value, open = !part("comment").hidden;
            if (answer.status === 409) await again(id);
            if (open && item()) { part("comment").hidden = false; text.value = kept; text.focus(); }
            tell(found.said, "warning");
            return;
        }
        line.done.add(id);
        counts[decision === "approve" ? "approved" : "returned"] += 1;
        await follow(found.next, found.said);
    });
    const comment = () => {
        if (!item() || "decided" in item().dataset) return;
        part("comment").hidden = false;
        text.focus();
    };
    const cancel = () => { part("comment").hidden = true; focus(); };

    // A key that is held, or a second click, approves none that nobody has looked at.
    const LOOK = 300; // ms
    const approve = () => { if (performance.now() - shownAt > LOOK) decide("approve"); };
    const KEYS = { j: next, k: previous, a: approve, r: comment };
    root.addEventListener("keydown", (event) => {
        if (event.target === text) {
            if ((event.ctrlKey || event.metaKey) && event.key === "Enter") { event.preventDefault(); if (!event.repeat) decide("return"); }
            else if (event.key === "Escape") { event.preventDefault(); cancel(); }
            return;
        }
        if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) return;
        const act = KEYS[event.key.toLowerCase()];
        if (!act || !item()) return;
        event.preventDefault();
        if (!event.repeat) act();
    });
    bar.addEventListener("submit", (event) => event.preventDefault());
    root.addEventListener("click", (event) => {
        const pressed = (name) => event.target.closest(`[data-${name}]`);
        if (pressed("approve")) approve();
        else if (pressed("return")) comment();
        else if (pressed("send")) decide("return");
        else if (pressed("cancel")) cancel();
        else if (pressed("next")) next();
        else if (pressed("previous")) previous();
    });
    window.addEventListener("beforeunload", (event) => { if (text.value.trim() && !part("comment").hidden) event.preventDefault(); });
    window.addEventListener("load", () => { progress(); focus(); if (item()) prefetch(); });
})();
