// Columns are put in order by dragging; the arrows of each do the same with the keyboard.
(() => {
    let dragged = null;
    const row = (event) => event.target.closest?.("[data-column]");
    document.addEventListener("dragstart", (event) => {
        dragged = row(event) ?? null;
        if (!dragged) return;
        event.dataTransfer.setData("text/plain", "");
        event.dataTransfer.effectAllowed = "move";
        dragged.classList.add("columns-dragged");
    });
    document.addEventListener("dragover", (event) => {
        const over = row(event);
        if (!dragged || !over || over.parentElement !== dragged.parentElement) return;
        event.preventDefault();
        if (over === dragged) return;
        const box = over.getBoundingClientRect();
        over[event.clientY < box.top + box.height / 2 ? "before" : "after"](dragged);
    });
    document.addEventListener("drop", (event) => { if (dragged && row(event)) event.preventDefault(); });
    document.addEventListener("dragend", () => { dragged?.classList.remove("columns-dragged"); dragged = null; });
})();
