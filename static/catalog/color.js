// A colour's text field and the browser's picker beside it show the same colour; only the text is sent.
(() => {
    const hex = (field, text) => {
        const named = [...field.querySelectorAll("datalist option")]
            .find((option) => option.value.toLowerCase() === text.trim().toLowerCase());
        const written = named ? named.dataset.color : text.trim();
        const found = /^#?([0-9a-f]{6})$/i.exec(written);
        return found ? `#${found[1].toLowerCase()}` : "";
    };
    const show = (field) => {
        const picker = field.querySelector("[data-color-picker]");
        const color = hex(field, field.querySelector("input:not([type=color])").value);
        picker.hidden = false;
        picker.toggleAttribute("data-empty", !color);
        if (color) picker.value = color;
    };
    document.addEventListener("input", (event) => {
        const field = event.target.closest("[data-color-field]");
        if (!field) return;
        if (event.target.matches("[data-color-picker]")) {
            field.querySelector("input:not([type=color])").value = event.target.value.toUpperCase();
            event.target.removeAttribute("data-empty");
        } else show(field);
    });
    document.addEventListener("pim:restored", (event) => {
        const field = event.target.closest("[data-color-field]");
        if (field) show(field);
    });
    const all = () => document.querySelectorAll("[data-color-field]").forEach(show);
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", all);
    else all();
})();
