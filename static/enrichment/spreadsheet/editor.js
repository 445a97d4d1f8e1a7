// pimSpreadsheet.editor(root, view, done): the box in which one cell is written, with a list where there is something to choose from.
// `done(text, how)`: how is "down", "up", "right", "left", "all" (into the whole selection), "stay"; null text: left as it was.
window.pimSpreadsheet.editor = (root, view, done) => {
    const LISTED = 60;
    const holder = root.querySelector("[data-holder]");
    let box = null, list = null, over = null, column = null, chosen = -1, isWhole = false, entries = [];

    // Over the table and not in it: what is in a grid is rows and cells.
    const follow = () => {
        if (!box) return;
        const outer = holder.getBoundingClientRect(), inner = over.getBoundingClientRect();
        for (const [each, down] of [[box, 0], [list, 36]]) {
            if (!each) continue;
            const left = Math.max(0, Math.min(inner.left - outer.left, outer.width - each.offsetWidth));
            Object.assign(each.style, { left: `${left}px`, top: `${inner.top - outer.top + down}px` });
        }
    };
    view.scroller.addEventListener("scroll", follow, { passive: true });
    new ResizeObserver(follow).observe(view.scroller);

    const end = (text, how) => {
        if (!box) return;
        const [was, its] = [box, list];
        box = list = null;
        was.remove();
        its?.remove();
        done(text, how);
    };
    // Of a list of several, what is written after the last comma.
    const head = () => (column.isList ? box.value.slice(0, box.value.lastIndexOf(",") + 1) : "");
    const listed = (everything) => {
        const typed = everything ? "" : box.value.slice(head().length).trim().toLocaleLowerCase();
        return column.choices.filter(([text, label]) => !typed || text.toLocaleLowerCase().includes(typed) || label.toLocaleLowerCase().includes(typed)).slice(0, LISTED);
    };
    const point = (at) => {
        chosen = at;
        [...list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
        if (at >= 0) { box.setAttribute("aria-activedescendant", list.children[at].id); list.children[at].scrollIntoView({ block: "nearest" }); }
        else box.removeAttribute("aria-activedescendant");
    };
    const offer = (everything = false) => {
        if (!list) return;
        entries = listed(everything);
        list.replaceChildren(...entries.map(([text, label], at) => Object.assign(document.createElement("li"), { id: `spread-choice-${at}`, textContent: label, className: "spread-choice" })));
        for (const option of list.children) option.setAttribute("role", "option");
        list.hidden = !entries.length;
        follow();
        box.setAttribute("aria-expanded", String(!list.hidden));
        const here = everything ? entries.findIndex(([text]) => text === box.value.trim()) : -1;
        point(here);
    };
    const picked = (at) => { const before = head(); return `${before}${before ? " " : ""}${entries[at][0]}`; };
    const take = (at) => {
        box.value = picked(at);
        if (!column.isList) { end(box.value, "stay"); return; }
        list.hidden = true;
        box.setAttribute("aria-expanded", "false");
        point(-1);
    };
    const isOpen = () => list && !list.hidden;

    const keydown = (event) => {
        event.stopPropagation();
        if (event.isComposing) return;
        const { key } = event;
        if (isOpen() && !event.altKey && (key === "ArrowDown" || key === "ArrowUp")) {
            event.preventDefault();
            const count = entries.length;
            point(key === "ArrowDown" ? (chosen + 1) % count : (chosen - 1 + count) % count);
        } else if (list && event.altKey && key === "ArrowDown") { event.preventDefault(); offer(true); }
        else if (key === "Escape") { event.preventDefault(); end(null, "stay"); }
        else if (key === "Enter" && isOpen() && chosen >= 0) { event.preventDefault(); take(chosen); }
        else if (key === "Enter" && event.altKey && column.lines) { event.preventDefault(); box.setRangeText("\n", box.selectionStart, box.selectionEnd, "end"); }
        else if (key === "Enter") { event.preventDefault(); end(box.value, event.ctrlKey || event.metaKey ? "all" : event.shiftKey ? "up" : "down"); }
        else if (key === "Tab") { event.preventDefault(); end(isOpen() && chosen >= 0 ? picked(chosen) : box.value, event.shiftKey ? "left" : "right"); }
        // What was begun by typing ends by an arrow, as in a spreadsheet; F2 lets the arrows move within the text.
        else if (!isWhole && !event.shiftKey && !event.altKey && { ArrowDown: 1, ArrowUp: 1, ArrowLeft: 1, ArrowRight: 1 }[key]) { event.preventDefault(); end(box.value, key.slice(5).toLowerCase()); }
        else if (key === "F2") { event.preventDefault(); isWhole = true; }
    };
    // `text`: what it begins with; `whole`: the text that stands there is changed, else it is written over.
    const begin = (cell, of, text, label, whole) => {
        column = of;
        isWhole = whole;
        const hasList = column.choices.length > 0;
        box = document.createElement(hasList ? "input" : "textarea");
        box.className = "spread-box";
        box.value = text;
        box.setAttribute("aria-label", label);
        if (column.language) box.lang = column.language;
        box.autocomplete = "off";
        over = cell;
        const inner = cell.getBoundingClientRect(), isLong = !hasList && (column.lines || text.length > 60);
        Object.assign(box.style, { width: `${Math.max(inner.width, isLong ? 320 : 0)}px`, height: isLong ? "112px" : "36px" });
        holder.append(box);
        if (hasList) {
            list = Object.assign(document.createElement("ul"), { className: "spread-choices", id: "spread-choices", hidden: true });
            list.setAttribute("role", "listbox");
            list.setAttribute("aria-label", label);
            list.style.minWidth = `${inner.width}px`;
            for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": "spread-choices", "aria-autocomplete": "list" })) box.setAttribute(name, value);
            holder.append(list);
            list.addEventListener("pointerdown", (event) => {
                event.preventDefault();
                const at = [...list.children].indexOf(event.target.closest("li"));
                if (at >= 0) take(at);
            });
            box.addEventListener("input", () => offer());
        }
        box.addEventListener("keydown", keydown);
        for (const name of ["copy", "cut", "paste"]) box.addEventListener(name, (event) => event.stopPropagation());
        // Whoever goes elsewhere has written it; whoever looks into another window comes back.
        box.addEventListener("blur", () => { if (box && document.hasFocus()) end(box.value, "leave"); });
        follow();
        box.focus();
        box.setSelectionRange(text.length, text.length);
        if (hasList && whole) offer(true);
    };
    return { begin, isOn: () => box !== null, end: () => { if (box) end(box.value, "stay"); } };
};
