// The focus of a picture: a click into it writes the two numbers, and the numbers move the mark.
document.addEventListener("DOMContentLoaded", () => {
    // The theme would look for the text box of its own file fields.
    const file = document.getElementById("asset-replace-file");
    if (file) file.hasChangeListener = true;
    const stage = document.querySelector("[data-focus]");
    const fields = ["id_focus_x", "id_focus_y"].map((id) => document.getElementById(id));
    if (!stage || fields.some((field) => !field)) { stage?.querySelector("[data-focus-mark]").remove(); return; }
    const mark = stage.querySelector("[data-focus-mark]");
    const show = () => {
        const [left, top] = fields.map((field) => Math.min(100, Math.max(0, Number(field.value) || 0)));
        mark.style.left = `${left}%`;
        mark.style.top = `${top}%`;
    };
    stage.addEventListener("click", (event) => {
        if ("locked" in stage.dataset) return;
        const box = stage.querySelector("[data-focus-picture]").getBoundingClientRect();
        const at = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
        fields.forEach((field, index) => {
            field.value = Math.round(Math.min(1, Math.max(0, at[index])) * 100);
            field.dispatchEvent(new Event("input", { bubbles: true }));
            field.dispatchEvent(new Event("change", { bubbles: true }));
        });
    });
    for (const field of fields) field.addEventListener("input", show);
    show();
});
