// The product form: knows which cells were changed, posts only those, and lets nobody leave without a word.
(() => {
    const form = document.querySelector("[data-product-form]");
    if (!form) return;
    const bar = document.querySelector("[data-field-bar]");
    const count = document.querySelector("[data-dirty-count]");
    const place = `pim-scroll:${location.pathname}`;
    let leaving = false;

    const { cells, inputs, isDirty, refresh, remember, nameControls, ...values } = window.pimCells(form, (dirty) => {
        if (count) {
            const text = dirty === 0 ? "" : dirty === 1 ? form.dataset.dirtyOne : form.dataset.dirtyMany.replace("%d", dirty);
            if (count.textContent !== text) count.textContent = text;
        }
        for (const each of [form, bar]) each.classList.toggle("has-changes", dirty > 0);
    });
    const drafts = window.pimDrafts?.({ cells, inputs, isDirty, refresh, ...values }, form.dataset.product);

    form.addEventListener("submit", (event) => {
        if (leaving) { event.preventDefault(); return; }
        // "Still right" says something of a cell whose value stays as it is.
        const confirming = event.submitter?.value.startsWith("confirm!") ? event.submitter : null;
        if (refresh() === 0 && !confirming) { event.preventDefault(); window.pimAnnounce(form.dataset.clean); return; }
        leaving = true;
        drafts?.sent();
        for (const cell of cells) {
            const dirty = isDirty(cell);
            for (const input of cell.querySelectorAll("[name]")) {
                if (confirming && (input === confirming || input.name.startsWith("seen:"))) continue;
                if (!dirty) input.disabled = true;
                else if (inputs(cell).includes(input)) input.disabled = false;
            }
        }
        const cell = document.activeElement?.closest?.("[data-cell]");
        sessionStorage.setItem(place, JSON.stringify({ y: scrollY, id: cell ? document.activeElement.id : "", cell: cell?.dataset.cell }));
    });
    document.addEventListener("keydown", (event) => {
        if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
            event.preventDefault();
            form.requestSubmit(document.querySelector("[data-save]"));
        }
    });
    window.addEventListener("beforeunload", (event) => {
        if (!leaving && form.classList.contains("has-changes")) event.preventDefault();
    });
    window.addEventListener("pageshow", (event) => { if (event.persisted) { leaving = false; location.reload(); } });

    // A link to a field ("#f-name-de_DE") puts the cursor into it.
    const goTo = () => {
        const target = location.hash.startsWith("#f-") && document.getElementById(location.hash.slice(1));
        if (!target) return;
        const control = target.matches("input, select, textarea, [tabindex]") ? target : target.querySelector("input:not([type=hidden]), select, textarea, [contenteditable]");
        const editor = target.closest("[data-cell]")?.querySelector("[contenteditable=true]");
        (target.closest("[data-cell]") ?? target).scrollIntoView({ block: "center" });
        (editor ?? control ?? target).focus({ preventScroll: true });
    };
    window.addEventListener("hashchange", goTo);
    document.addEventListener("click", (event) => {
        const link = event.target.closest("a[data-goto]");
        if (link && link.pathname === location.pathname && new URL(link.href).search === location.search && link.hash === location.hash) goTo();
        link?.closest("details.menu")?.removeAttribute("open");
    });
    window.addEventListener("load", () => {
        nameControls();
        remember();
        refresh();
        drafts?.offer();
        const kept = JSON.parse(sessionStorage.getItem(place) ?? "null");
        sessionStorage.removeItem(place);
        const problem = form.querySelector(".cell-wrong, .cell-conflict");
        if (problem) {
            problem.scrollIntoView({ block: "center" });
            problem.querySelector("[data-input] :is(input, select, textarea):not([type=hidden])")?.focus({ preventScroll: true });
        } else if (kept && document.activeElement === document.body) {
            // Whoever has gone on before the page stood is not called back.
            scrollTo({ top: kept.y, behavior: "instant" });
            const editor = kept.cell && form.querySelector(`[data-cell="${CSS.escape(kept.cell)}"] [contenteditable=true]`);
            (kept.id ? document.getElementById(kept.id) : editor)?.focus({ preventScroll: true });
        } else if (!kept) setTimeout(goTo, 60);
        form.dataset.ready = "1";
    });
})();
