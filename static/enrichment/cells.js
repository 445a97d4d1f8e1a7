// window.pimCells(root, changed): the cells of values within root, which of them were changed, and taking that back.
// `changed(number)` is called whenever it may be another number. Used by the product page and by queues.
window.pimCells = (root, changed = () => {}) => {
    const cells = [...root.querySelectorAll("[data-cell]")].filter((cell) => cell.querySelector("[data-mode]"));
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
            const isChanged = isDirty(cell);
            cell.classList.toggle("cell-dirty", isChanged);
            const undo = cell.querySelector("[data-undo]");
            if (undo) undo.hidden = !isChanged || "posted" in cell.dataset;
            dirty += isChanged ? 1 : 0;
        }
        changed(dirty);
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

    // `kept`: what state() gave; scripts of fields hear that their inputs were filled.
    const put = (cell, kept) => {
        cell.dispatchEvent(new Event("pim:restore", { bubbles: true }));
        const values = JSON.parse(kept);
        inputs(cell).forEach((input, index) => {
            if (input.matches("[type=checkbox], [type=radio]")) input.checked = values[index];
            else if (input.multiple) for (const option of input.options) option.selected = values[index].includes(option.value);
            else input.value = values[index];
            input.dispatchEvent(new Event("pim:restored", { bubbles: true }));
        });
        refresh();
    };
    // What is shown became what is stored, from here on: `kept` is what was sent, `now` the same cell as the server shows it.
    const stored = (cell, kept, now) => {
        const wanted = mode(cell).value;
        delete cell.dataset.posted;
        setMode(cell, "", "");
        if (wanted && wanted !== "override") put(cell, state(now));
        first.set(cell, wanted && wanted !== "override" ? state(cell) : kept);
        for (const name of ["b:", "s:"]) {
            const [mine, theirs] = [cell, now].map((each) => each.querySelector(`[name^='${name}']`));
            if (mine && theirs) mine.value = theirs.value;
        }
        cell.className = now.className;
        const [notes, fresh] = [cell, now].map((each) => each.querySelector(".cell-notes"));
        if (!notes.contains(document.activeElement) && !notes.querySelector(".draft")) notes.replaceWith(fresh);
        refresh();
    };
    const focus = (cell) => {
        (cell.querySelector("[contenteditable=true]") ?? inputs(cell).find((input) => input.type !== "hidden" && !input.disabled))?.focus();
    };

    root.addEventListener("input", (event) => {
        if (event.isTrusted) begun.add(event.target.closest("[data-cell]"));
        refresh();
    });
    root.addEventListener("change", (event) => {
        if (event.isTrusted) begun.add(event.target.closest("[data-cell]"));
        const choice = event.target.closest("[data-choice]");
        if (choice) for (const input of inputs(choice.closest("[data-cell]"))) input.disabled = choice.value === "theirs";
        refresh();
    });
    root.addEventListener("click", (event) => {
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
            put(cell, first.get(cell));
            inputs(cell).find((input) => input.type !== "hidden")?.focus();
        }
    });
    // The theme's multiple selects tell their changes to jQuery only.
    const jquery = window.django?.jQuery ?? window.jQuery;
    jquery?.(root).on("change", "select", refresh);

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
    new MutationObserver(nameControls).observe(root, { childList: true, subtree: true });
    remember();
    return { root, cells, inputs, state, isDirty, refresh, remember, put, stored, focus, nameControls, dirty: () => cells.filter(isDirty) };
};
