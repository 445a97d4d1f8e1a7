// pimSpreadsheet.view(root, known, rows, unsaved, place): draws the rows in sight, and those only. A row under one of whose cells
// something is told is higher than others. `place` is the grid's: {at, col, anchor: {at, col}}; column 0 is the product's.
window.pimSpreadsheet.view = (root, known, rows, unsaved, place) => {
    const said = root.dataset;
    const HEIGHT = 36, TOLD = 34, BEYOND = 6, HEAD_WIDE = 230, HEAD_NARROW = 132, NARROW = 640;
    const scroller = root.querySelector("[data-scroller]");
    const head = root.querySelector("[data-head]");
    const body = root.querySelector("[data-body]");
    const columns = known.columns;
    const drawn = new Map();
    let lefts = [], widths = [], frozen = known.frozen, high = [];

    const element = (role, className, parts = {}) => {
        const made = document.createElement("div");
        made.setAttribute("role", role);
        made.className = className;
        for (const [name, value] of Object.entries(parts)) made.setAttribute(name, value);
        return made;
    };

    // --- where things are
    const highBefore = (at) => { let from = 0, to = high.length; while (from < to) { const middle = (from + to) >> 1; if (high[middle] < at) from = middle + 1; else to = middle; } return from; };
    const isHigh = (at) => high[highBefore(at)] === at;
    const top = (at) => at * HEIGHT + highBefore(at) * TOLD;
    const height = (at) => HEIGHT + (isHigh(at) ? TOLD : 0);
    const rowAt = (pixel) => {
        let from = 0, to = Math.max(0, rows.count() - 1);
        while (from < to) { const middle = (from + to + 1) >> 1; if (top(middle) <= pixel) from = middle; else to = middle - 1; }
        return from;
    };
    const measure = () => {
        const isNarrow = scroller.clientWidth < NARROW;
        widths = [isNarrow ? HEAD_NARROW : HEAD_WIDE, ...columns.map((column) => column.width)];
        lefts = widths.map((_width, at) => widths.slice(0, at).reduce((sum, width) => sum + width, 0));
        const shown = isNarrow ? 0 : frozen;
        const template = widths.map((width) => `${width}px`).join(" ");
        const whole = lefts.at(-1) + widths.at(-1);
        for (const part of [head, body]) { part.style.width = `${whole}px`; part.style.setProperty("--spread-columns", template); }
        return shown;
    };
    const stick = (cell, col) => {
        const stays = col <= (scroller.clientWidth < NARROW ? 0 : frozen);
        cell.classList.toggle("spread-frozen", stays);
        cell.classList.toggle("spread-frozen-last", col === (scroller.clientWidth < NARROW ? 0 : frozen));
        cell.style.left = stays ? `${lefts[col]}px` : "";
    };

    // --- what a cell says
    const shown = (id, col) => {
        const column = columns[col - 1], row = rows.get(id);
        if (!row) return { text: "", lock: said.loading, isLoading: true };
        const [text, base, lock = "", origin = ""] = row.cells[col - 1];
        const cell = unsaved.get(id, column.name), note = unsaved.note(id, column.name);
        if (cell) return { text: cell.text, base, lock, origin: cell.reset ? origin : "", state: cell.state, cell };
        return { text, base, lock, origin, note, state: note?.state ?? "" };
    };
    // The line under it, "" where there is none.
    const told = ({ state, cell, note }) => {
        if (state === "error") return cell.message;
        if (state === "conflict") return said.conflictHere.replace("%(who)s", cell.who).replace("%(text)s", cell.theirs || said.empty);
        if (state === "proposed") return said.proposedHere.replace("%(text)s", note.text || said.empty);
        return state === "warning" ? note.message : "";
    };

    // --- drawing
    const selected = () => ({
        top: Math.min(place.at, place.anchor.at), bottom: Math.max(place.at, place.anchor.at),
        left: Math.min(place.col, place.anchor.col), right: Math.max(place.col, place.anchor.col),
    });
    const drawHead = () => {
        const cells = [{ label: said.product, place: "" }, ...columns].map((column, col) => {
            const cell = element("columnheader", "spread-heading", { "aria-colindex": col + 1 });
            cell.append(Object.assign(document.createElement("span"), { textContent: column.label }));
            if (column.place) cell.append(Object.assign(document.createElement("span"), { className: "spread-place", textContent: column.place }));
            cell.title = column.title ?? column.label;
            stick(cell, col);
            return cell;
        });
        head.replaceChildren(...cells);
    };
    const fillHead = (cell, at, id) => {
        const row = rows.get(id);
        const text = row ? row.label : rows.isGone(id) ? said.gone : said.loading;
        const mark = `${text} ${row?.sku} ${row?.note}`;
        if (cell.pimMark !== mark) {
            cell.pimMark = mark;
            const link = Object.assign(document.createElement(row ? "a" : "span"), { className: "spread-label", textContent: text });
            if (row) Object.assign(link, { href: said.pageUrl.replace("/0/", `/${id}/`), tabIndex: -1 });
            cell.replaceChildren(link, Object.assign(document.createElement("span"), { className: "spread-sku", textContent: row ? `${row.sku} · ${row.note}` : "" }));
        }
    };
    const fillCell = (cell, at, id, col) => {
        const it = shown(id, col), message = told(it);
        const mark = JSON.stringify([it.text, it.lock, it.origin, it.state, message]);
        if (cell.pimMark === mark) return;
        cell.pimMark = mark;
        const column = columns[col - 1];
        const text = Object.assign(document.createElement("span"), { className: "spread-text", textContent: it.text });
        if (column.language) text.lang = column.language;
        cell.replaceChildren(text);
        cell.className = ["spread-cell", it.lock && "spread-locked", it.origin && "spread-inherited", it.state && `spread-${it.state}`, column.isNumber && "spread-number", cell.classList.contains("spread-frozen") && "spread-frozen", cell.classList.contains("spread-frozen-last") && "spread-frozen-last"].filter(Boolean).join(" ");
        cell.title = it.lock && !it.isLoading ? it.lock : it.origin;
        if (it.lock) cell.setAttribute("aria-readonly", "true"); else cell.removeAttribute("aria-readonly");
        if (it.state === "error") cell.setAttribute("aria-invalid", "true"); else cell.removeAttribute("aria-invalid");
        if (message) cell.append(Object.assign(document.createElement("span"), { className: "spread-told", id: `spread-told-${id}-${col}`, textContent: message, title: message }));
        cell.pimTold = message ? `spread-told-${id}-${col}` : "";
    };
    const make = (at) => {
        const row = element("row", "spread-row", { "aria-rowindex": at + 2 });
        for (let col = 0; col <= columns.length; col += 1) {
            const cell = element(col ? "gridcell" : "rowheader", col ? "spread-cell" : "spread-header", { "aria-colindex": col + 1, tabindex: "-1" });
            Object.assign(cell.dataset, { at, col });
            stick(cell, col);
            row.append(cell);
        }
        return row;
    };
    const fill = (row, at) => {
        const id = rows.id(at), area = selected();
        row.style.transform = `translateY(${top(at)}px)`;
        row.style.height = `${height(at)}px`;
        [...row.children].forEach((cell, col) => {
            if (col) fillCell(cell, at, id, col); else fillHead(cell, at, id);
            const isHere = at === place.at && col === place.col;
            const isIn = at >= area.top && at <= area.bottom && col >= area.left && col <= area.right;
            cell.classList.toggle("spread-active", isHere);
            cell.classList.toggle("spread-selected", isIn && !(area.top === area.bottom && area.left === area.right));
            cell.classList.toggle("spread-corner", at === area.bottom && col === area.right && col > 0);
            if (isIn) cell.setAttribute("aria-selected", "true"); else cell.removeAttribute("aria-selected");
            if (cell.tabIndex !== (isHere ? 0 : -1)) cell.tabIndex = isHere ? 0 : -1;
            const described = [cell.pimTold, isHere && "spread-note"].filter(Boolean).join(" ");
            if (described) cell.setAttribute("aria-describedby", described); else cell.removeAttribute("aria-describedby");
        });
    };
    const draw = () => {
        if (!rows.count()) return;
        high = [...unsaved.told()].map((id) => rows.at(id)).filter((at) => at !== undefined).sort((a, b) => a - b);
        body.style.height = `${top(rows.count())}px`;
        const first = Math.max(0, rowAt(scroller.scrollTop) - BEYOND);
        const last = Math.min(rows.count() - 1, rowAt(scroller.scrollTop + scroller.clientHeight) + BEYOND);
        scroller.setAttribute("aria-rowcount", rows.isWhole() ? rows.count() + 1 : -1);
        for (const [at, row] of drawn) if ((at < first || at > last) && at !== place.at) { row.remove(); drawn.delete(at); }
        const wanted = [];
        for (let at = first; at <= last; at += 1) wanted.push(at);
        if (place.at < first || place.at > last) wanted.push(place.at);
        for (const at of wanted) {
            let row = drawn.get(at);
            if (!row) {
                row = make(at);
                const after = [...drawn.keys()].filter((other) => other > at);
                body.insertBefore(row, after.length ? drawn.get(Math.min(...after)) : null);
                drawn.set(at, row);
            }
            fill(row, at);
        }
        rows.need(first, last, soon);
    };
    let pending = false;
    const soon = () => {
        if (pending) return;
        pending = true;
        requestAnimationFrame(() => { pending = false; draw(); });
    };
    const restart = () => {
        measure();
        drawHead();
        for (const row of drawn.values()) [...row.children].forEach(stick);
        draw();
    };
    const cellAt = (at, col) => drawn.get(at)?.children[col];
    // Into sight, clear of the heading and of the columns that stay.
    const reveal = (at, col) => {
        const upper = top(at), lower = upper + height(at), room = scroller.clientHeight - head.offsetHeight;
        if (upper < scroller.scrollTop) scroller.scrollTop = upper;
        else if (lower > scroller.scrollTop + room) scroller.scrollTop = lower - room;
        const stays = scroller.clientWidth < NARROW ? 0 : frozen;
        if (col <= stays) return;
        const clear = lefts[stays] + widths[stays];
        if (lefts[col] < scroller.scrollLeft + clear) scroller.scrollLeft = lefts[col] - clear;
        else if (lefts[col] + widths[col] > scroller.scrollLeft + scroller.clientWidth) scroller.scrollLeft = lefts[col] + widths[col] - scroller.clientWidth;
    };
    const freeze = (count) => { frozen = count; restart(); };
    scroller.addEventListener("scroll", soon, { passive: true });
    new ResizeObserver(() => restart()).observe(scroller);
    return { scroller, body, draw, soon, restart, cellAt, reveal, shown, told, selected, freeze, frozen: () => frozen, page: () => Math.max(1, Math.floor((scroller.clientHeight - head.offsetHeight) / HEIGHT) - 1) };
};
