// pimSpreadsheet.unsaved(root, rows, asking, changed): the cells that were written and are not saved yet, and what is told of others.
// They are sent in batches, each with what it was based on, and kept on this computer until the server has them.
window.pimSpreadsheet.unsaved = (root, rows, asking, changed) => {
    const said = root.dataset;
    const MOST = 200, LETTERS = 400_000, PAUSE = 500, ALIVE = 15_000, DEAD = 60_000;
    const MINE = `pim-draft:${said.user}:spreadsheet:`;
    const OWN = `${MINE}${Date.now()}-${Math.random()}`;
    const cells = new Map();
    const notes = new Map();
    const own = new Map(); // the text of a cell as the server had it when this page had saved it last
    const keyOf = (id, col) => `${id} ${col}`;
    let timer, keeping, isBusy = false;

    // --- on this computer; a full or forbidden storage must not stop anybody from writing
    const keep = (isLeft = false) => {
        clearTimeout(keeping);
        keeping = undefined;
        try {
            if (!cells.size) localStorage.removeItem(OWN);
            else localStorage.setItem(OWN, JSON.stringify({ at: Date.now(), isLeft, cells: [...cells.values()] }));
        } catch { /* nothing is kept then */ }
    };
    const keepSoon = () => { keeping ??= setTimeout(keep, 200); };
    // What another page left behind: one that was closed says so, one that died stops to say that it lives.
    const adopt = () => {
        let count = 0;
        try {
            for (const name of Object.keys(localStorage).filter((each) => each.startsWith(MINE) && each !== OWN)) {
                const left = JSON.parse(localStorage.getItem(name)) ?? {};
                if (!left.isLeft && Date.now() - left.at < DEAD) continue;
                localStorage.removeItem(name);
                for (const cell of left.cells ?? []) {
                    const key = keyOf(cell.id, cell.col);
                    if (cells.has(key)) continue;
                    cells.set(key, { ...cell, isSending: false, state: cell.state === "sending" ? "waiting" : cell.state });
                    count += 1;
                }
            }
        } catch { /* no storage, or of another age */ }
        if (!count) return;
        window.pimAnnounce(said.adopted.replace("%d", count));
        keep();
        changed();
        send();
    };
    setInterval(() => { if (cells.size) keep(); adopt(); }, ALIVE);
    window.addEventListener("pagehide", () => keep(true));
    window.addEventListener("beforeunload", (event) => { if (cells.size) event.preventDefault(); });

    // --- writing
    const isSame = (stored, value) => Boolean(stored) && stored[0] === value.text && (value.reset ? !stored[1] : true);
    const drop = (key) => {
        const proposed = cells.get(key)?.proposed;
        if (proposed !== undefined) notes.set(key, { state: "proposed", text: proposed });
        cells.delete(key);
        keepSoon();
    };
    // `typed`: the [text, base] that was looked at, where another may stand there by now.
    const set = (id, col, value, row = rows.get(id), typed = null) => {
        const key = keyOf(id, col), before = cells.get(key), stored = row?.cells[rows.column(col)], note = notes.get(key), [seen, base] = typed ?? stored ?? [];
        notes.delete(key);
        if (!before?.isSending && isSame(stored, value)) { drop(key); return; }
        cells.delete(key);
        cells.set(key, {
            id, col, text: value.text, reset: Boolean(value.reset), state: "waiting", isSending: Boolean(before?.isSending), n: (before?.n ?? 0) + 1,
            base: before?.state === "conflict" ? before.theirBase : before?.base ?? base ?? "",
            seen: before?.state === "conflict" ? before.theirs : before?.seen ?? seen ?? "",
            proposed: before?.proposed ?? (note?.state === "proposed" ? note.text : undefined),
        });
        keepSoon();
        clearTimeout(timer);
        timer = setTimeout(send, PAUSE);
    };
    // A newer base, where what this cell was based on still stands.
    rows.listen((row) => {
        for (const cell of cells.values()) {
            if (cell.id !== row.id || cell.isSending || cell.state === "conflict") continue;
            const fresh = row.cells[rows.column(cell.col)];
            if (fresh && fresh[0] === cell.seen) cell.base = fresh[1];
        }
    });

    // --- saving
    const batch = () => {
        const waiting = [...cells.values()].filter((cell) => cell.state === "waiting").sort((a, b) => a.id - b.id);
        let letters = 0, end = 0;
        while (end < waiting.length && end < MOST && (!end || letters + waiting[end].text.length <= LETTERS)) letters += waiting[end++].text.length;
        // A product's cells go together, so that they are one entry of its history.
        let cut = end;
        while (cut && end < waiting.length && waiting[cut - 1].id === waiting[end].id) cut -= 1;
        return waiting.slice(0, cut || end);
    };
    const settle = (answer, sent) => {
        const counts = { saved: 0, proposed: 0, error: 0, conflict: 0 };
        rows.take(answer);
        for (const each of answer.cells) {
            const key = keyOf(each.id, each.col), cell = cells.get(key), fresh = rows.cell(each.id, each.col);
            counts[each.state] += 1;
            if (!cell) continue;
            cell.isSending = false;
            const isTyped = cell.n !== sent.get(key);
            if (each.state === "saved" && fresh) own.set(key, fresh[0]);
            if (each.state === "conflict") Object.assign(cell, { state: "conflict", theirs: each.theirs, theirBase: each.base, who: each.who, when: each.when });
            else if (each.state === "error" && !isTyped) Object.assign(cell, { state: "error", message: each.message });
            else if (each.state !== "error" && isTyped && fresh) Object.assign(cell, { base: fresh[1], seen: fresh[0] });
            else if (each.state !== "error" && !isTyped) {
                if (each.state === "proposed") notes.set(key, { state: "proposed", text: cell.text });
                else if (each.warning) notes.set(key, { state: "warning", message: each.warning });
                cells.delete(key);
            }
        }
        const texts = Object.entries(counts).filter(([, count]) => count).map(([state, count]) => said[`${state}Told`].replace("%d", count));
        if (texts.length) window.pimAnnounce(texts.join(" "));
    };
    const send = async () => {
        clearTimeout(timer);
        if (isBusy) return;
        const going = batch();
        if (!going.length) { changed(); return; }
        isBusy = true;
        const sent = new Map(going.map((cell) => [keyOf(cell.id, cell.col), cell.n]));
        for (const cell of going) Object.assign(cell, { state: "sending", isSending: true });
        changed();
        try {
            const body = { user: said.user, cells: going.map(({ id, col, text, base, reset }) => ({ id, col, text, base, reset })) };
            settle(await asking.post("save", asking.address(said.saveUrl, {}), body), sent);
        } catch (error) {
            for (const cell of going) Object.assign(cell, { isSending: false, ...(cell.state === "sending" ? { state: "error", message: error.message } : {}) });
        }
        isBusy = false;
        keep();
        changed();
        if (batch().length) send();
    };
    const decide = (id, col, isMine) => {
        const key = keyOf(id, col), cell = cells.get(key);
        if (cell?.state !== "conflict") return false;
        if (isMine) Object.assign(cell, { state: "waiting", base: cell.theirBase, seen: cell.theirs });
        else drop(key);
        keepSoon();
        clearTimeout(timer);
        timer = setTimeout(send, 0);
        return true;
    };
    const count = (...states) => [...cells.values()].filter((cell) => states.includes(cell.state)).length;
    return {
        get: (id, col) => cells.get(keyOf(id, col)),
        note: (id, col) => notes.get(keyOf(id, col)),
        mine: (id, col) => own.get(keyOf(id, col)),
        drop: (id, col) => drop(keyOf(id, col)),
        // Products of which something is told under a cell.
        told: () => new Set([...[...cells.values()].filter((cell) => ["error", "conflict"].includes(cell.state)).map((cell) => cell.id), ...[...notes.keys()].map((key) => Number(key.split(" ")[0]))]),
        wrong: () => [...cells.values()].filter((cell) => ["error", "conflict"].includes(cell.state)),
        set, adopt, decide, send, count,
    };
};
