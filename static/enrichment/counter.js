// Counts characters against the limit of the attribute or of a channel, and tells which rules of a field are kept. Nothing
// is ever cut off or refused here: the server decides.
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
    const isKept = {
        max: (said, rule) => [...said].length + Number(rule.extra) <= Number(rule.value),
        min: (said, rule) => !said || [...said].length + Number(rule.extra) >= Number(rule.value),
        html: (said) => !/<\/?[a-z][^<>]*>/i.test(said),
        // The house's patterns are Python's; one that no browser reads is told and not judged.
        pattern: (said, rule) => {
            try { return !said || new RegExp(`^(?:${rule.value})$`, "u").test(said); } catch { return null; }
        },
    };
    const judge = (line) => {
        const field = document.getElementById(line.dataset.for);
        if (!field) return;
        const said = text(field);
        const kept = isKept[line.dataset.rule](said, line.dataset);
        const used = line.querySelector("[data-used]");
        if (used) used.textContent = [...said].length + (said ? Number(line.dataset.extra) : 0);
        line.classList.toggle("rule-broken", kept === false);
        line.classList.toggle("rule-kept", kept === true && said !== "");
        if ("onlyBroken" in line.dataset) line.hidden = kept !== false;
    };
    const within = (place) => {
        place.querySelectorAll(".chars[data-for]").forEach(count);
        place.querySelectorAll(".rule[data-for]").forEach(judge);
    };
    const all = () => within(document);
    document.addEventListener("input", (event) => {
        const cell = event.target.closest?.("[data-cell]");
        if (cell) within(cell.closest(".field-row") ?? cell);
    });
    for (const name of ["pim:restored", "pim:shown"]) document.addEventListener(name, all);
    window.addEventListener("load", all);
    all();
})();
