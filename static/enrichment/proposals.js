// Choosing proposals: all of the page by one tick, and how many are chosen.
(() => {
    const form = document.querySelector("[data-proposals]");
    if (!form) return;
    const page = form.querySelector("[data-page]");
    const all = form.querySelector("[data-all]");
    const said = form.querySelector("[data-chosen]");
    const boxes = () => [...form.querySelectorAll('input[name="proposal"]')];
    const show = () => {
        const chosen = boxes().filter((each) => each.checked).length;
        if (page) page.checked = chosen > 0 && chosen === boxes().length;
        said.textContent = chosen && !all?.checked ? `· ${chosen} ✓` : "";
        boxes().forEach((each) => { each.disabled = Boolean(all?.checked); });
    };
    form.addEventListener("change", (event) => {
        if (event.target === page) boxes().forEach((each) => { each.checked = page.checked; });
        show();
    });
    show();
})();
