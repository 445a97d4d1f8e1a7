// The choice of an export: all or none of a group at once, and how many of a closed group are chosen.
(() => {
    const page = document.querySelector(".export-page");
    if (!page) return;
    const boxes = (group) => [...group.querySelectorAll("input[type=checkbox]")];
    const tally = (group) => {
        const says = group.closest("details")?.querySelector("[data-tally]");
        if (!says) return;
        const all = boxes(group);
        const chosen = all.filter((box) => box.checked).length;
        const { all: whole, none, some } = says.dataset;
        says.textContent = chosen === all.length ? whole : chosen === 0 ? none : some.replace("%d", chosen).replace("%d", all.length);
    };
    // What a format does not ask for is not shown.
    const formats = [...page.querySelectorAll("[name='export-format']")];
    const show = () => {
        const chosen = formats.find((each) => each.checked)?.value ?? "";
        for (const part of page.querySelectorAll("[data-format]")) part.hidden = !part.dataset.format.split(" ").includes(chosen);
    };
    for (const each of formats) each.addEventListener("change", show);
    show();
    for (const group of page.querySelectorAll("[data-choices]")) {
        group.querySelector("[data-switch]")?.removeAttribute("hidden");
        group.addEventListener("click", (event) => {
            const button = event.target.closest("[data-check]");
            if (!button) return;
            for (const box of boxes(group)) box.checked = button.dataset.check === "1";
            tally(group);
        });
        group.addEventListener("change", () => tally(group));
        tally(group);
    }
})();
