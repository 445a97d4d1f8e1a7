// Counts characters against the limit of the attribute or of a channel. Nothing is ever cut off.
(() => {
    const text = (field) => {
        if (field.matches("textarea") && field.closest("[data-input]")?.querySelector("[contenteditable=true]")) {
            return field.closest("[data-input]").querySelector("[contenteditable=true]").innerText.trim();
        }
        return field.value ?? "";
    };
    const count = (line) => {
        const field = document.getElementById(line.dataset.for);
        if (!field) return;
        const used = [...text(field)].length;
        line.querySelector("[data-used]").textContent = used;
        line.classList.toggle("chars-over", used > Number(line.dataset.limit));
    };
    const all = () => document.querySelectorAll(".chars[data-for]").forEach(count);
    document.addEventListener("input", (event) => {
        const cell = event.target.closest?.("[data-cell]");
        cell?.querySelectorAll(".chars[data-for]").forEach(count);
    });
    document.addEventListener("pim:restored", all);
    window.addEventListener("load", all);
    all();
})();
