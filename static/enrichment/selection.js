// Selecting rows: the page, a range with Shift, or everything that matches.
(() => {
    const page = document.querySelector(".grid-page");
    if (!page) return;
    let last = null;
    const form = () => page.querySelector("[data-bulk]");
    const boxes = () => [...page.querySelectorAll("[data-select]")];

    const refresh = () => {
        const bar = page.querySelector("[data-bulk-bar]");
        if (!bar) return;
        const all = form().querySelector("[data-all]").value === "1";
        const every = boxes();
        const chosen = every.filter((box) => box.checked).length;
        const label = bar.querySelector("[data-selected]");
        const { none, one, many, every: whole } = label.dataset;
        label.textContent = all ? whole : chosen === 0 ? none : chosen === 1 ? one : many.replace("%d", chosen);
        bar.classList.toggle("bulk-bar-on", all || chosen > 0);
        const more = page.querySelector("[data-more], .grid-foot a");
        bar.querySelector("[data-select-every]").hidden = all || chosen < every.length || !more;
        const head = page.querySelector("[data-select-page]");
        head.checked = chosen > 0 && chosen === every.length;
        head.indeterminate = chosen > 0 && chosen < every.length;
    };
    const setAll = (value) => { form().querySelector("[data-all]").value = value ? "1" : ""; };

    page.addEventListener("click", (event) => {
        const box = event.target.closest("[data-select]");
        if (box) {
            const every = boxes();
            if (event.shiftKey && last && every.includes(last)) {
                const [from, to] = [every.indexOf(last), every.indexOf(box)].sort((a, b) => a - b);
                for (const each of every.slice(from, to + 1)) each.checked = box.checked;
            }
            last = box;
            setAll(false);
            refresh();
        } else if (event.target.closest("[data-select-page]")) {
            const { checked } = event.target;
            for (const each of boxes()) each.checked = checked;
            setAll(false);
            refresh();
        } else if (event.target.closest("[data-select-every]")) {
            setAll(true);
            refresh();
        } else if (event.target.closest("[data-clear]")) {
            for (const each of boxes()) each.checked = false;
            setAll(false);
            refresh();
            page.querySelector("[data-select-page]")?.focus();
        }
    });
    for (const name of ["grid:replaced", "grid:grown"]) page.addEventListener(name, refresh);
    window.addEventListener("pageshow", refresh);
    refresh();
})();
