// The list of keys: opened by "?" outside of fields, and by its button.
(() => {
    const dialog = document.querySelector("[data-shortcuts]");
    if (!dialog) return;
    const isField = (element) => element?.closest?.("input, select, textarea, [contenteditable=true]");
    document.addEventListener("keydown", (event) => {
        if (event.key !== "?" || event.ctrlKey || event.metaKey || event.altKey || isField(event.target) || dialog.open) return;
        event.preventDefault();
        dialog.showModal();
    });
    document.addEventListener("click", (event) => {
        if (event.target.closest("[data-show-shortcuts]")) dialog.showModal();
    });
})();
