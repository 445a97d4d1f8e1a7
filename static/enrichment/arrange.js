// Lists that are put in order: drag a row, or press Alt with an arrow key. Both send the forms that work without script.
(() => {
    const form = document.querySelector("form[data-arrange]");
    const target = location.hash ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
    if (target?.dataset.arrangeNode) target.focus();

    document.addEventListener("keydown", (event) => {
        if (!event.altKey || !event.key.startsWith("Arrow")) return;
        const node = event.target.closest("[data-arrange-node]");
        const button = node?.querySelector(`:scope > .arrange-row [data-arrange-key="${event.key}"]:not([disabled])`);
        if (!button) return;
        event.preventDefault();
        button.click();
    });

    if (!form) return;
    const isTree = form.dataset.arrange === "tree";
    const marks = ["drop-before", "drop-after", "drop-into"];
    let dragged = null;
    const clear = () => document.querySelectorAll(marks.map((each) => `.${each}`).join()).forEach((each) => each.classList.remove(...marks));
    const siblings = (node) => [...node.parentElement.children].filter((each) => each !== dragged);
    const zone = (event, row) => {
        const box = row.getBoundingClientRect();
        const share = (event.clientY - box.top) / box.height;
        if (isTree && share > 0.3 && share < 0.7) return "drop-into";
        return share < 0.5 ? "drop-before" : "drop-after";
    };
    const over = (event) => {
        const row = event.target.closest?.(".arrange-row");
        const node = row?.parentElement;
        return node && dragged && !dragged.contains(node) ? { node, row } : null;
    };

    document.addEventListener("dragstart", (event) => {
        dragged = event.target.closest?.("[data-arrange-node]") ?? null;
        if (dragged) event.dataTransfer.setData("text/plain", dragged.dataset.arrangeNode);
    });
    document.addEventListener("dragover", (event) => {
        const found = over(event);
        clear();
        if (!found) return;
        event.preventDefault();
        found.node.classList.add(zone(event, found.row));
    });
    document.addEventListener("dragend", () => { clear(); dragged = null; });
    document.addEventListener("drop", (event) => {
        const found = over(event);
        if (!found) return;
        event.preventDefault();
        const where = zone(event, found.row);
        const send = (name, value) => {
            const input = form.querySelector(`[data-arrange-${name}]`);
            input.disabled = false;
            input.value = value;
        };
        send("item", dragged.dataset.arrangeNode);
        const after = where === "drop-after" ? 1 : 0;
        if (!isTree) {
            const from = Number(dragged.dataset.arrangePlace);
            const place = Number(found.node.dataset.arrangePlace) + after;
            send("index", from < place ? place - 1 : place);
        } else if (where === "drop-into") {
            send("parent", found.node.dataset.arrangeNode);
            send("index", found.node.querySelectorAll(":scope > ul > li").length);
        } else {
            send("parent", found.node.dataset.arrangeUnder);
            send("index", siblings(found.node).indexOf(found.node) + after);
        }
        form.submit();
    });
})();
