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
    const say = (text) => root.dispatchEvent(new CustomEvent("spread:said", { detail: text }));
    const told = (...counts) => counts.filter(([, count]) => count).map(([sentence, count]) => sentence.replace("%d", count));
    // An amount alone is in the unit that the cell showed, whatever stands there by the time it is saved.
    const AMOUNT = /^\s*[-+\u2212]?[\d.,'\u2019\s]*\d[.,]?\s*$/, UNIT = /^\s*[-+\u2212]?[\d.,'\u2019\s]*[\d.,]\s*([^\d.,\s].*)$/, SHORT = 60;
    const complete = (column, text, shown) => {
        const unit = column.type === "measurement" && text.length < SHORT && AMOUNT.test(text) && UNIT.exec(shown.slice(0, SHORT))?.[1];
        return unit ? `${text.trim()} ${unit}` : text;
    };
    // `wanted`: [{at, col, text, reset}]; what is locked, or says so already, stays. One step of undo. A cell in conflict is only
    // written by whoever types into it: `typed` is what the server had there when that began, as a row has it.
    const write = async (wanted, extra = "", typed = null) => {
        if (wanted.length > MOST) { say(said.tooMany.replace("%d", MOST)); return 0; }
        const known = await rows.every([...new Set(wanted.map(({ at }) => rows.id(at)))]);
        const step = [];
        let locked = 0, undecided = 0;
        for (const { at, col, text: given, reset = false } of wanted) {
            const id = rows.id(at), row = known.get(id), name = columns[col - 1]?.name;
            if (!row || !name || !isOpen(row, name)) { locked += 1; continue; }
            const cell = unsaved.get(id, name), before = written(row, name);
            if (!typed && cell?.state === "conflict") { undecided += 1; continue; }
            const shown = cell ? (cell.state === "error" ? cell.seen : cell.text) : typed?.[0] ?? before.text;
            const text = complete(columns[col - 1], given, shown);
            if (before.text === text && !reset) continue;
            if (reset && before.reset) continue;
            const after = { text, reset };
            step.push({ id, name, before, after });
            unsaved.set(id, name, after, row, typed);
        }
        if (step.length) {
            done.push(step);
            if (done.length > STEPS) done.shift();
            undone.length = 0;
        }
        const parts = [wanted.length > 1 ? said.written.replace("%d", step.length) : "", ...told([said.lockedTold, locked], [said.undecidedTold, undecided]), extra].filter(Boolean);
        if (parts.length) say(parts.join(" "));
        root.dispatchEvent(new Event("spread:changed"));
        return step.length;
    };
    // Only what this step wrote is taken back: nothing that somebody else wrote since, and no proposal.
    const moved = (row, { id, name, ...sides }, side) => {
        const cell = unsaved.get(id, name), [text] = row.cells[rows.column(name)], from = sides[side === "before" ? "after" : "before"];
        if (cell?.state === "conflict") return side === "before" && unsaved.decide(id, name, false) ? "done" : "kept";
        if (!cell && unsaved.note(id, name)?.state === "proposed") return "proposed";
        if (!cell && text !== from.text && text !== unsaved.mine(id, name)) return "kept";
        if (cell && !cell.isSending && text !== cell.seen && sides[side].text === cell.seen) { unsaved.drop(id, name); return "kept"; }
        unsaved.set(id, name, sides[side], row);
        return "done";
    };
    const again = async (from, to, side, words) => {
        const step = from.pop();
        if (!step) { say(said.nothingLeft); return; }
        const known = await rows.every([...new Set(step.map(({ id }) => id))]);
        const became = { done: [], kept: [], proposed: [] };
        for (const change of step) if (known.has(change.id)) became[moved(known.get(change.id), change, side)].push(change);
        if (became.done.length) to.push(became.done);
        const first = step.find(({ id }) => rows.at(id) !== undefined);
        say(told([words, became.done.length], [said.keptTold, became.kept.length], [said.stillProposed, became.proposed.length]).join(" ") || said.nothingLeft);
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
        const area = view.selected(), isFromProduct = area.left === 0;
        // What was copied of the product's own column goes back under it, and nothing is written there.
        const table = window.pimSpreadsheet.tsv.read(text).map((line) => (isFromProduct ? line.slice(1) : line));
        area.left = Math.max(1, area.left);
        const wide = Math.max(...table.map((line) => line.length));
        if (!wide) { say(said.lockedTold.replace("%d", table.length)); return 0; }
        const [high, broad] = [area.bottom - area.top + 1, area.right ? area.right - area.left + 1 : wide];
        const isTiled = high % table.length === 0 && broad % wide === 0 && (high > table.length || broad > wide);
        const [lines, across] = isTiled ? [high, broad] : [table.length, wide];
        const wanted = [];
        let beyond = 0;
        for (let down = 0; down < lines; down += 1) {
            for (let right = 0; right < across; right += 1) {
                const cell = table[down % table.length][right % wide];
                if (cell === undefined) continue;
                const at = area.top + down, col = area.left + right;
                if (at >= rows.count() || col > columns.length) beyond += 1;
                else wanted.push({ at, col, text: cell });
            }
        }
        Object.assign(place.anchor, { at: area.top, col: area.left });
        Object.assign(place, { at: Math.min(rows.count() - 1, area.top + lines - 1), col: Math.min(columns.length, area.left + across - 1) });
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
        type: (at, col, text, shown) => write([{ at, col, text }], "", shown),
        paste, extend, fill, clear, inherit, everywhere, texts, size, MOST,
        undo: () => again(done, undone, "before", said.undone),
        redo: () => again(undone, done, "after", said.redone),
        steps: () => [done.length, undone.length],
    };
};
