// The product form: knows which cells were changed, posts only those, and lets nobody leave without a word.
(() => {
    const form = document.querySelector("[data-product-form]");
    if (!form) return;
    const cells = [...form.querySelectorAll("[data-cell]")].filter((cell) => cell.querySelector("[data-mode]"));
    const count = document.querySelector("[data-dirty-count]");
    const place = `pim-scroll:${location.pathname}`;
    let leaving = false;

    const inputs = (cell) => [...cell.querySelectorAll("[data-input] :is(input, select, textarea)[name]")];
    const state = (cell) => JSON.stringify(inputs(cell).map((input) =>
        input.matches("[type=checkbox], [type=radio]") ? input.checked
            : input.multiple ? [...input.selectedOptions].map((option) => option.value) : input.value));
    const mode = (cell) => cell.querySelector("[data-mode]");
    const first = new Map();
    // Rich text editors rewrite their textarea while they start: what stands there then is what was loaded, save
    // where somebody has already begun to write.
    const begun = new Set();
    const remember = () => { for (const cell of cells) if (!begun.has(cell)) first.set(cell, state(cell)); };

    const isDirty = (cell) => "posted" in cell.dataset || mode(cell).value !== "" || state(cell) !== first.get(cell);
    const refresh = () => {
        let dirty = 0;
        for (const cell of cells) {
            const changed = isDirty(cell);
            cell.classList.toggle("cell-dirty", changed);
            const undo = cell.querySelector("[data-undo]");
            if (undo) undo.hidden = !changed || "posted" in cell.dataset;
            dirty += changed ? 1 : 0;
        }
        if (count) {
            const text = dirty === 0 ? "" : dirty === 1 ? form.dataset.dirtyOne : form.dataset.dirtyMany.replace("%d", dirty);
            if (count.textContent !== text) count.textContent = text;
        }
        for (const each of [form, document.querySelector("[data-field-bar]")]) each.classList.toggle("has-changes", dirty > 0);
        return dirty;
    };

    const setMode = (cell, wanted, says) => {
        mode(cell).value = wanted;
        const note = cell.querySelector("[data-pending]");
        note.textContent = says;
        note.hidden = !says;
        for (const input of inputs(cell)) if (input.type !== "hidden") input.disabled = ["reset", "empty", "number"].includes(wanted);
        refresh();
    };

    form.addEventListener("input", (event) => {
        if (event.isTrusted) begun.add(event.target.closest("[data-cell]"));
        refresh();
    });
    form.addEventListener("change", (event) => {
        if (event.isTrusted) begun.add(event.target.closest("[data-cell]"));
        const choice = event.target.closest("[data-choice]");
        if (choice) for (const input of inputs(choice.closest("[data-cell]"))) input.disabled = choice.value === "theirs";
        refresh();
    });
    form.addEventListener("click", (event) => {
        const button = event.target.closest("[data-do]");
        const undo = event.target.closest("[data-undo]");
        if (button) {
            event.preventDefault();
            const cell = button.closest("[data-cell]");
            setMode(cell, button.dataset.do, button.dataset.says);
            if (button.dataset.do === "override") inputs(cell).find((input) => input.type !== "hidden")?.focus();
            else cell.querySelector("[data-undo]").focus();
        } else if (undo) {
            const cell = undo.closest("[data-cell]");
            setMode(cell, "", "");
            cell.dispatchEvent(new Event("pim:restore", { bubbles: true }));
            const values = JSON.parse(first.get(cell));
            inputs(cell).forEach((input, index) => {
                if (input.matches("[type=checkbox], [type=radio]")) input.checked = values[index];
                else if (input.multiple) for (const option of input.options) option.selected = values[index].includes(option.value);
                else input.value = values[index];
                input.dispatchEvent(new Event("pim:restored", { bubbles: true }));
            });
            refresh();
            inputs(cell).find((input) => input.type !== "hidden")?.focus();
        }
    });

    form.addEventListener("submit", (event) => {
        if (leaving) { event.preventDefault(); return; }
        // "Still right" says something of a cell whose value stays as it is.
        const confirming = event.submitter?.value.startsWith("confirm!") ? event.submitter : null;
        if (refresh() === 0 && !confirming) { event.preventDefault(); window.pimAnnounce(form.dataset.clean); return; }
        leaving = true;
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
    // Editors and search boxes that scripts put in a field's place get the field's name.
    const nameControls = () => {
        for (const cell of cells) {
            const label = cell.closest(".field-row").querySelector(".field-label label").textContent;
            const locale = cell.querySelector(".cell-locale")?.textContent ?? "";
            for (const control of cell.querySelectorAll("[contenteditable=true], .select2-search__field")) {
                control.setAttribute("aria-label", `${label} ${locale}`.trim());
            }
        }
    };
    // The theme's multiple selects tell their changes to jQuery only.
    const jquery = window.django?.jQuery ?? window.jQuery;
    jquery?.(form).on("change", "select", refresh);
    new MutationObserver(nameControls).observe(form, { childList: true, subtree: true });
    window.addEventListener("load", () => {
        nameControls();
        remember();
        refresh();
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
    remember();
})();
