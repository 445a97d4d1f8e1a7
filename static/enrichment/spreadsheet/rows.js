// pimSpreadsheet.rows(root, known, asking): which products there are, in an order that stays, and the rows of those that are looked at.
// Of all products only the ids are kept; rows come when they are needed, and the least lately needed ones go again.
window.pimSpreadsheet.rows = (root, known, asking) => {
    const said = root.dataset;
    const KEPT = 500, ASKED = 60, NEAR = 200;
    const ids = [...known.ids];
    const places = new Map(ids.map((id, at) => [id, at]));
    const columns = new Map(known.columns.map((column, at) => [column.name, at]));
    const kept = new Map();
    const gone = new Set();
    let further = known.further, growing = null, loading = null, wanted = [0, -1];
    const listeners = [];

    const put = (row) => {
        kept.delete(row.id);
        kept.set(row.id, row);
        for (const listen of listeners) listen(row);
        const [first, last] = wanted;
        for (const id of kept.keys()) {
            if (kept.size <= KEPT) break;
            const at = places.get(id);
            if (!(at >= first && at <= last)) kept.delete(id);
        }
    };
    // Somebody changed the structure meanwhile: other columns than those of this page.
    const names = known.columns.map((column) => column.name).join("~");
    const isOurs = (answer) => {
        const same = answer.columns.join("~") === names;
        if (!same) asking.tell("columns", said.refused);
        return same;
    };
    const fetchRows = async (list) => {
        const found = [];
        for (let start = 0; start < list.length; start += ASKED) {
            const part = list.slice(start, start + ASKED);
            const answer = await asking.get("rows", asking.address(said.rowsUrl, { ids: part.join(",") }));
            if (!isOurs(answer)) return found;
            const came = new Set(answer.rows.map((row) => row.id));
            for (const id of part) if (!came.has(id)) gone.add(id);
            for (const row of answer.rows) { put(row); found.push(row); }
        }
        return found;
    };
    const grow = () => {
        if (!further || growing) return growing;
        const query = new URLSearchParams(location.search);
        query.set("after", further);
        growing = asking.get("ids", `${said.idsUrl}?${query}`).then((page) => {
            for (const id of page.ids) if (!places.has(id)) { places.set(id, ids.length); ids.push(id); }
            further = page.further;
        }).finally(() => { growing = null; });
        return growing;
    };
    // What is in sight; `then` is called when something of it came.
    const need = (first, last, then) => {
        wanted = [first, last];
        if (further && last > ids.length - NEAR) grow().then(then);
        if (loading) return;
        const missing = ids.slice(first, last + 1).filter((id) => !kept.has(id) && !gone.has(id)).slice(0, ASKED);
        if (!missing.length) return;
        loading = fetchRows(missing).then(() => { loading = null; then(); }, () => { loading = null; });
    };
    // All of these at once, whatever is kept afterwards: id → row.
    const every = async (list) => {
        const found = new Map(list.filter((id) => kept.has(id)).map((id) => [id, kept.get(id)]));
        for (const row of await fetchRows(list.filter((id) => !found.has(id) && !gone.has(id)))) found.set(row.id, row);
        return found;
    };
    return {
        columns: known.columns,
        count: () => ids.length,
        isWhole: () => !further,
        id: (at) => ids[at],
        at: (id) => places.get(id),
        get: (id) => kept.get(id),
        isGone: (id) => gone.has(id),
        column: (name) => columns.get(name),
        // [text, base, lock, origin] of a cell as the server has it.
        cell: (id, name) => kept.get(id)?.cells[columns.get(name)],
        take: (answer) => { if (isOurs(answer)) for (const row of answer.rows) put(row); },
        need, every,
        listen: (listener) => listeners.push(listener),
    };
};
