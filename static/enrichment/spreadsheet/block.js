// pimSpreadsheet.block(root, rows, unsaved, view, place): what is done with many cells at once: paste, fill, clear, inherit; and undoing it.
window.pimSpreadsheet.block = (root, rows, unsaved, view, place) => {
    const said = root.dataset;
    const MOST = 5_000, STEPS = 50;
    const columns = rows.columns;
    const done = [], undone = [];

    const written = (row, name) => {
        const cell = unsaved.get(row.id, name), [text, base] = row.cells[rows.column(name)];
        return cell ? { text: cell.text, reset: cell.reset } : { text, reset: !base };
    };
    const isOpen = (row, name) => {
        const column = columns[rows.column(name)];
        return column.written && !row.cells[rows.column(name)][2];
    };
    // `wanted`: [{at, col, text, reset}]; what is locked, or says so already, stays. One step of undo.
    const say = (text) => root.dispatchEvent(new CustomEvent("spread:said", { detail: text }));
    const write = async (wanted, extra = "") => {
        if (wanted.length > MOST) { say(said.tooMany.replace("%d", MOST)); return 0; }
        const known = await rows.every([...new Set(wanted.map(({ at }) => rows.id(at)))]);
        const step = [];
        let locked = 0;
        for (const { at, col, text, reset = false } of wanted) {
            const id = rows.id(at), row = known.get(id), name = columns[col - 1]?.name;
            if (!row || !name || !isOpen(row, name)) { locked += 1; continue; }
            const before = written(row, name);
            if (before.text === text && !reset) continue;
            if (reset && before.reset) continue;
            const after = { text, reset };
            step.push({ id, name, before, after });
            unsaved.set(id, name, after, row);
        }
        if (step.length) {
            done.push(step);
            if (done.length > STEPS) done.shift();
            undone.length = 0;
        }
        const parts = [wanted.length > 1 ? said.written.replace("%d", step.length) : "", locked ? said.lockedTold.replace("%d", locked) : "", extra].filter(Boolean);
        if (parts.length) say(parts.join(" "));
        root.dispatchEvent(new Event("spread:changed"));
        return step.length;
    };
    const again = async (from, to, side, words) => {
        const step = from.pop();
        if (!step) { say(said.nothingLeft); return; }
        to.push(step);
        const known = await rows.every([...new Set(step.map(({ id }) => id))]);
        for (const change of step) if (known.has(change.id)) unsaved.set(change.id, change.name, change[side], known.get(change.id));
        const first = step.find(({ id }) => rows.at(id) !== undefined);
        say(words.replace("%d", step.length));
        root.dispatchEvent(new CustomEvent("spread:changed", { detail: first && { at: rows.at(first.id), col: rows.column(first.name) + 1 } }));
    };

    // Of each cell of an area that holds values what `act` says; null where these are too many for one step.
    const each = (area, act) => {
        if (size(area) > MOST) { say(said.tooMany.replace("%d", MOST)); return null; }
        const made = [];
        for (let at = area.top; at <= area.bottom; at += 1) for (let col = Math.max(1, area.left); col <= area.right; col += 1) made.push(act(at, col));
        return made;
    };
    const writeEach = (area, act) => { const wanted = each(area, act); return wanted ? write(wanted) : 0; };
    const size = (area) => (area.bottom - area.top + 1) * (area.right - Math.max(1, area.left) + 1);
    const texts = async (area) => {
        const list = [];
        for (let at = area.top; at <= area.bottom; at += 1) list.push(rows.id(at));
        const known = await rows.every(list);
        return list.map((id) => {
            const row = known.get(id), line = [];
            for (let col = area.left; col <= area.right; col += 1) line.push(!row ? "" : col ? written(row, columns[col - 1].name).text : row.sku);
            return line;
        });
    };

    // Into the selection where one cell, or one line, fits it as a whole; else from its upper left corner.
    const paste = (text) => {
        const table = window.pimSpreadsheet.tsv.read(text), area = view.selected(), wide = Math.max(...table.map((line) => line.length));
        const [high, broad] = [area.bottom - area.top + 1, area.right - area.left + 1];
        const isTiled = high % table.length === 0 && broad % wide === 0 && (high > table.length || broad > wide);
        const [lines, across] = isTiled ? [high, broad] : [table.length, wide];
        const wanted = [];
        let beyond = 0;
        for (let down = 0; down < lines; down += 1) {
            for (let right = 0; right < across; right += 1) {
                const cell = table[down % table.length][right % wide];
                if (cell === undefined) continue;
                const at = area.top + down, col = Math.max(1, area.left) + right;
                if (at >= rows.count() || col > columns.length) beyond += 1;
                else wanted.push({ at, col, text: cell });
            }
        }
        Object.assign(place.anchor, { at: area.top, col: Math.max(1, area.left) });
        Object.assign(place, { at: Math.min(rows.count() - 1, area.top + lines - 1), col: Math.min(columns.length, Math.max(1, area.left) + across - 1) });
        return write(wanted, beyond ? said.beyondTold.replace("%d", beyond) : "");
    };
    // `source` again and again, into what `area` has beyond it below or to the right.
    const extend = async (source, area) => {
        if (size(area) > MOST) { say(said.tooMany.replace("%d", MOST)); return 0; }
        const from = await texts({ ...source, left: Math.max(1, source.left) });
        const isDown = area.bottom > source.bottom;
        const rest = isDown ? { ...area, top: source.bottom + 1 } : { ...area, left: source.right + 1 };
        return writeEach(rest, (at, col) => ({ at, col, text: from[(at - area.top) % from.length][(col - Math.max(1, area.left)) % from[0].length] }));
    };
    // The first line (or column) of the selection into all of it; into one cell alone, what stands above (or left of) it.
    const fill = (isDown) => {
        const area = view.selected();
        area.left = Math.max(1, area.left);
        if (isDown && area.top === area.bottom) area.top -= 1;
        if (!isDown && area.left === area.right) area.left -= 1;
        if (area.top < 0 || area.left < 1) return 0;
        return extend(isDown ? { ...area, bottom: area.top } : { ...area, right: area.left }, area);
    };
    const clear = () => writeEach(view.selected(), (at, col) => ({ at, col, text: "" }));
    // What stands above is known once the server has answered; until then the cell is empty.
    const inherit = () => writeEach(view.selected(), (at, col) => ({ at, col, text: "", reset: true }));
    const everywhere = (text) => writeEach(view.selected(), (at, col) => ({ at, col, text }));
    return {
        write, paste, extend, fill, clear, inherit, everywhere, texts, size, MOST,
        undo: () => again(done, undone, "before", said.undone),
        redo: () => again(undone, done, "after", said.redone),
        steps: () => [done.length, undone.length],
    };
};
