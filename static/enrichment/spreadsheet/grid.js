// The spreadsheet view: where one is, which keys do what, and what is told of the cell one stands on.
(() => {
    const root = document.querySelector("[data-spreadsheet]");
    const known = JSON.parse(document.getElementById("spreadsheet-known")?.textContent ?? "null");
    if (!root || !known?.ids.length || !known.columns.length) return;
    const { asking: ask, rows: listing, unsaved: keeping, view: drawing, editor: writing, block: acting } = window.pimSpreadsheet;
    const said = root.dataset, columns = known.columns;
    const part = (name) => root.querySelector(`[data-${name}]`);
    const place = { at: 0, col: Math.max(1, columns.findIndex((column) => column.written) + 1), anchor: { at: 0, col: 0 } };
    Object.assign(place.anchor, { at: place.at, col: place.col });

    const asking = ask(root);
    const rows = listing(root, known, asking);
    const unsaved = keeping(root, rows, asking, () => changed());
    const view = drawing(root, known, rows, unsaved, place);
    const block = acting(root, rows, unsaved, view, place);
    const { scroller } = view;
    const fill = (text, values) => Object.entries(values).reduce((sentence, [name, value]) => sentence.replace(`%(${name})s`, value), text);

    // --- what is told
    const say = (text) => { part("said").textContent = text; window.pimAnnounce(text); };
    const note = () => {
        const id = rows.id(place.at), row = rows.get(id), column = columns[place.col - 1];
        const area = view.selected(), number = (area.bottom - area.top + 1) * (area.right - area.left + 1);
        const it = column && row ? view.shown(id, place.col) : {};
        const quiet = it.lock ? said.locked.replace("%s", it.lock) : it.origin ? `${it.origin}: ${said.override}` : "";
        const parts = [
            it.state === "conflict" ? fill(said.conflict, { who: it.cell.who, when: it.cell.when, theirs: it.cell.theirs || said.empty, mine: it.cell.text || said.empty }) : view.told(it) || quiet,
            column && row?.proposes && !it.lock ? said.proposes : "",
        ].filter(Boolean);
        part("note-place").textContent = [row?.sku, column?.title, number > 1 ? said.selected.replace("%d", number) : ""].filter(Boolean).join(" · ");
        part("note").textContent = parts.join(" · ");
        for (const button of root.querySelectorAll("[data-decide]")) button.hidden = it.state !== "conflict";
        const link = part("there");
        link.hidden = !column?.key || !row;
        if (!link.hidden) link.href = `${said.pageUrl.replace("/0/", `/${id}/`)}${column.page ? `?${column.page}` : ""}#${column.anchor}`;
    };
    const changed = () => {
        view.soon();
        const [waiting, wrong] = [unsaved.count("waiting", "sending"), unsaved.count("error", "conflict")];
        part("saved").textContent = [waiting ? said.saving.replace("%d", waiting) : "", wrong ? said.notSaved.replace("%d", wrong) : "", waiting || wrong ? "" : said.allSaved].filter(Boolean).join(" ");
        part("next").hidden = !wrong;
        root.classList.toggle("spread-unsaved", waiting + wrong > 0);
        const [back, forth] = block.steps();
        part("undo").setAttribute("aria-disabled", String(!back));
        part("redo").setAttribute("aria-disabled", String(!forth));
        note();
    };
    root.addEventListener("spread:said", (event) => say(event.detail));
    root.addEventListener("spread:changed", (event) => {
        if (event.detail) go(event.detail.at, event.detail.col); else go(place.at, place.col, { extend: true, focus: !isLeft });
        isLeft = false;
        changed();
    });
    rows.listen(() => {
        view.soon();
        queueMicrotask(note);
        root.dataset.ready = "1";
    });

    // --- going
    const go = (at, col, { extend = false, focus = true } = {}) => {
        place.at = Math.max(0, Math.min(rows.count() - 1, at));
        place.col = Math.max(0, Math.min(columns.length, col));
        if (!extend) Object.assign(place.anchor, { at: place.at, col: place.col });
        view.reveal(place.at, place.col);
        view.draw();
        if (focus && !editor.isOn()) view.cellAt(place.at, place.col)?.focus({ preventScroll: true });
        note();
    };
    const next = (step) => {
        const wide = columns.length, spot = place.at * wide + (Math.max(1, place.col) - 1) + step;
        if (spot < 0 || spot >= rows.count() * wide) return false;
        go(Math.floor(spot / wide), (spot % wide) + 1);
        return true;
    };
    const editing = { at: 0, col: 0, text: "", shown: [] };
    let isLeft = false; // the box lost the focus to something else, which keeps it
    const editor = writing(root, view, (text, how) => {
        const { at, col } = editing;
        if (text !== null && (how === "all" || text !== editing.text)) {
            isLeft = how === "leave";
            if (how === "all" && block.size(view.selected()) > 1) block.everywhere(text); else block.type(at, col, text, editing.shown);
        }
        if (how === "leave") return;
        const [down, right] = { down: [1, 0], up: [-1, 0], left: [0, -1], right: [0, 1] }[how] ?? [0, 0];
        if (down || right) go(at + down, Math.max(1, col + right)); else go(place.at, place.col, { extend: true });
    });
    const edit = (isWhole, begin = "") => {
        const id = rows.id(place.at), row = rows.get(id), column = columns[place.col - 1];
        if (!column) { if (row && isWhole) window.open(said.pageUrl.replace("/0/", `/${id}/`), "_blank", "noopener"); return; }
        const it = view.shown(id, place.col);
        if (it.lock || !column.written) { say(said.locked.replace("%s", it.lock)); return; }
        Object.assign(editing, { at: place.at, col: place.col, text: it.text, shown: row.cells[place.col - 1] });
        editor.begin(view.cellAt(place.at, place.col), column, isWhole ? it.text : begin, `${column.title}, ${row.sku}`, isWhole);
    };

    // --- keys
    const ENDS = { ArrowUp: [-Infinity, 0], ArrowDown: [Infinity, 0], ArrowLeft: [0, -Infinity], ArrowRight: [0, Infinity] };
    const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const CHORDS = {
        d: () => block.fill(true), r: () => block.fill(false), z: (event) => (event.shiftKey ? block.redo() : block.undo()), y: () => block.redo(), s: () => unsaved.send(),
        a: () => { Object.assign(place.anchor, { at: rows.count() - 1, col: columns.length }); go(0, 1, { extend: true }); },
        " ": () => { Object.assign(place.anchor, { at: rows.count() - 1, col: place.col }); go(0, place.col, { extend: true }); },
    };
    const move = (event, [down, right]) => go(place.at + down, place.col + right, { extend: event.shiftKey });
    const keys = {
        Home: (event, chord) => go(chord ? 0 : place.at, 1, { extend: event.shiftKey }),
        End: (event, chord) => go(chord ? rows.count() - 1 : place.at, columns.length, { extend: event.shiftKey }),
        PageDown: (event) => move(event, [view.page(), 0]),
        PageUp: (event) => move(event, [-view.page(), 0]),
        Enter: (event) => go(place.at + (event.shiftKey ? -1 : 1), place.col),
        F2: () => edit(true),
        F6: () => part("tools").querySelector("button:not([aria-disabled=true])").focus(),
        Escape: () => go(place.at, place.col),
        Delete: () => block.clear(),
        Backspace: () => block.clear(),
    };
    scroller.addEventListener("keydown", (event) => {
        if (event.isComposing || !event.target.closest("[data-at]")) return;
        const chord = event.ctrlKey || event.metaKey, { key } = event;
        let act = null;
        if (key === "Tab" && !chord && !event.altKey) { if (next(event.shiftKey ? -1 : 1)) { event.preventDefault(); event.stopPropagation(); } return; }
        if (key === "ArrowDown" && event.altKey) act = () => edit(true);
        else if (chord && !event.altKey && CHORDS[key.toLowerCase()]) act = () => CHORDS[key.toLowerCase()](event);
        else if (STEPS[key] && !event.altKey) act = () => move(event, (chord ? ENDS : STEPS)[key]);
        else if (keys[key] && !event.altKey) act = () => keys[key](event, chord);
        else if (key === " " && event.shiftKey) act = () => { place.anchor.at = place.at; place.anchor.col = columns.length; go(place.at, 1, { extend: true }); };
        // Any letter begins to write; the letter itself comes into the box, which has the focus by then.
        else if (key.length === 1 && (!chord && !event.altKey || event.getModifierState("AltGraph"))) { event.stopPropagation(); edit(false); return; }
        if (!act) return;
        event.preventDefault();
        event.stopPropagation();
        act();
    });

    // --- the clipboard
    const copy = (event, isCut) => {
        if (editor.isOn() || !scroller.contains(document.activeElement)) return;
        event.preventDefault();
        const area = view.selected();
        if (block.size(area) > block.MOST) { say(said.tooMany.replace("%d", block.MOST)); return; }
        const list = [];
        for (let at = area.top; at <= area.bottom; at += 1) list.push(rows.id(at));
        const isHere = list.every((id) => rows.get(id));
        const take = (table) => window.pimSpreadsheet.tsv.write(table);
        const finish = () => { say(said.copied.replace("%d", list.length * (area.right - area.left + 1))); if (isCut) block.clear(); };
        if (!isHere) {
            // The clipboard of the event is closed by the time they are here.
            block.texts(area).then((table) => navigator.clipboard.writeText(take(table))).then(finish, () => say(said.copyAgain));
            return;
        }
        const line = (id) => {
            const made = [];
            for (let col = area.left; col <= area.right; col += 1) made.push(col ? view.shown(id, col).text : rows.get(id).sku);
            return made;
        };
        event.clipboardData.setData("text/plain", take(list.map(line)));
        finish();
    };
    document.addEventListener("copy", (event) => copy(event, false));
    document.addEventListener("cut", (event) => copy(event, true));
    document.addEventListener("paste", (event) => {
        if (editor.isOn() || !scroller.contains(document.activeElement)) return;
        event.preventDefault();
        const text = event.clipboardData.getData("text/plain");
        if (text) block.paste(text);
    });

    // --- the mouse
    let pressed = null;
    const NEAR = 14;
    const isHandle = (cell, event) => { const box = cell.getBoundingClientRect(); return cell.matches(".spread-corner") && box.right - event.clientX < NEAR && box.bottom - event.clientY < NEAR; };
    const under = (event) => document.elementFromPoint(event.clientX, event.clientY)?.closest?.("[data-at]");
    scroller.addEventListener("pointerdown", (event) => {
        const cell = event.target.closest("[data-at]");
        if (!cell || event.button || event.target.closest("a")) return;
        const [at, col] = [Number(cell.dataset.at), Number(cell.dataset.col)];
        if (event.pointerType === "touch") return;
        event.preventDefault();
        editor.end();
        pressed = isHandle(cell, event) ? { source: view.selected() } : {};
        if (!pressed.source) go(at, col, { extend: event.shiftKey });
    });
    scroller.addEventListener("pointermove", (event) => {
        const cell = pressed && under(event);
        if (!cell) return;
        const [at, col] = [Number(cell.dataset.at), Number(cell.dataset.col)], { source } = pressed;
        if (!source) { if (at !== place.at || col !== place.col) go(at, col, { extend: true }); return; }
        const isDown = at - source.bottom >= col - source.right;
        Object.assign(place.anchor, { at: source.top, col: source.left });
        go(isDown ? Math.max(at, source.bottom) : source.bottom, isDown ? source.right : Math.max(col, source.right), { extend: true });
    });
    window.addEventListener("pointerup", () => {
        const source = pressed?.source, area = view.selected();
        pressed = null;
        if (source && (area.bottom > source.bottom || area.right > source.right)) block.extend(source, area);
    });
    scroller.addEventListener("click", (event) => {
        const cell = event.target.closest("[data-at]");
        if (!cell || event.pointerType !== "touch" || event.target.closest("a")) return;
        const [at, col] = [Number(cell.dataset.at), Number(cell.dataset.col)];
        if (at === place.at && col === place.col) edit(true); else go(at, col);
    });
    scroller.addEventListener("dblclick", (event) => { if (event.target.closest("[data-at]") && !event.target.closest("a") && !editor.isOn()) edit(true); });
    scroller.addEventListener("focusin", (event) => {
        const cell = event.target.closest("[data-at]");
        if (cell === event.target && (Number(cell.dataset.at) !== place.at || Number(cell.dataset.col) !== place.col)) go(Number(cell.dataset.at), Number(cell.dataset.col));
    });

    // --- the buttons
    const decide = (isMine) => {
        const area = view.selected();
        for (let at = area.top; at <= area.bottom; at += 1) for (let col = Math.max(1, area.left); col <= area.right; col += 1) unsaved.decide(rows.id(at), columns[col - 1].name, isMine);
        changed();
        go(place.at, place.col, { extend: true });
    };
    // The next cell that is not saved; those of products that are not in this list are shown by themselves.
    const nextWrong = () => {
        const wrong = unsaved.wrong().map((cell) => ({ ...cell, at: rows.at(cell.id), column: rows.column(cell.col) }));
        const here = wrong.filter(({ at, column }) => at !== undefined && column !== undefined).map(({ at, column }) => [at, column + 1]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        if (here.length) {
            const [at, col] = here.find(([row, column]) => row > place.at || (row === place.at && column > place.col)) ?? here[0];
            go(at, col);
            return;
        }
        const query = new URLSearchParams({ chosen: [...new Set(wrong.map(({ id }) => id))].slice(0, 200).join("~"), cols: [...new Set(wrong.map(({ col }) => col.split(":")[0]))].join("~"), level: "all" });
        location.assign(`${location.pathname}?${query}`);
    };
    const freeze = () => {
        view.freeze(view.frozen() === place.col ? 0 : place.col);
        const query = new URLSearchParams(location.search);
        if (view.frozen()) query.set("frozen", view.frozen()); else query.delete("frozen");
        history.replaceState(null, "", `${location.pathname}?${query}`);
        say(view.frozen() ? said.frozen.replace("%s", columns[view.frozen() - 1].title) : said.notFrozen);
    };
    const ACTS = { undo: block.undo, redo: block.redo, down: () => block.fill(true), right: () => block.fill(false), inherit: block.inherit, freeze, next: nextWrong, mine: () => decide(true), theirs: () => decide(false) };
    root.addEventListener("click", (event) => {
        const button = event.target.closest("[data-act]");
        if (button && button.getAttribute("aria-disabled") !== "true") ACTS[button.dataset.act]();
    });
    // From the buttons back into the table, where one was.
    root.addEventListener("keydown", (event) => {
        if (!["F6", "Escape"].includes(event.key) || scroller.contains(event.target) || document.querySelector("dialog[open]")) return;
        event.preventDefault();
        go(place.at, place.col, { extend: true });
    });
    window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

    view.restart();
    changed();
    unsaved.adopt();
    if (document.activeElement === document.body) go(place.at, place.col);
})();
