// A field that is asked for only where another has certain values comes and goes while that other one is edited.
(() => {
    const form = document.querySelector("[data-product-form]");
    if (!form) return;
    const rows = [...form.querySelectorAll("[data-depends]")];
    if (!rows.length) return;
    const inputsOf = (cell) => [...cell.querySelectorAll("[data-input] :is(input, select)[name]")];
    const chosen = (inputs) => inputs.flatMap((input) =>
        input.matches("[type=checkbox], [type=radio]") ? (input.checked ? [input.value] : [])
            : input.multiple ? [...input.selectedOptions].map((option) => option.value) : [input.value]);
    const look = () => {
        for (const row of rows) {
            const decider = form.querySelector(`[data-cell="${CSS.escape(row.dataset.depends)}"]`);
            const inputs = decider ? inputsOf(decider) : [];
            if (!inputs.length) continue; // locked: what the server said stays true
            const unasked = decider.closest(".row-unasked") !== null;
            const wanted = JSON.parse(row.dataset.values);
            const met = !unasked && chosen(inputs).some((value) => wanted.includes(value));
            row.querySelector("[data-condition]").hidden = met;
            row.classList.toggle("row-unasked", !met && !("kept" in row.dataset) && !row.querySelector(".cell-dirty"));
        }
    };
    // A chain of conditions settles from its first field to its last.
    const settle = () => rows.forEach(look);
    form.addEventListener("input", settle);
    form.addEventListener("change", settle);
    form.addEventListener("pim:restored", settle);
    const jquery = window.django?.jQuery ?? window.jQuery;
    jquery?.(form).on("change", "select", settle);
    settle();
})();
