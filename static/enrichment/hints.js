// Beside the texts that somebody writes: the words of the glossary, asked of the server whenever the writing rests, and earlier
// translations, asked once. Nothing here changes a field unless a button or its keys are pressed, and nothing is saved.
(() => {
    const config = document.querySelector("[data-hints]");
    if (!config) return;
    const said = config.dataset;
    const REST = 400; // ms
    const controlOf = (cell) => (cell.dataset.cell.split("|")[1] ? cell.querySelector("[data-input] :is(textarea, input[type=text])[name]") : null);
    const editorOf = (control) => control.closest("[data-input]").querySelector("[contenteditable=true]");
    const token = () => /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
    const productOf = (cell) => cell.closest("[data-item]")?.querySelector("[name=owner]").value ?? said.product;

    const post = async (url, cells, extra = {}) => {
        const body = new FormData();
        for (const [name, value] of Object.entries({ csrfmiddlewaretoken: token(), product: productOf(cells[0]), locale: said.locale, beside: said.beside, ...extra })) body.append(name, value);
        const sent = new Map();
        for (const cell of cells) {
            sent.set(cell.dataset.cell, controlOf(cell).value);
            body.append(`t:${cell.dataset.cell}`, controlOf(cell).value);
        }
        const answer = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
        return { sent, found: answer?.ok && !answer.redirected ? await answer.json().catch(() => null) : null };
    };
    // `kind`: "words" or "memory", in this order below the field.
    const place = (cell, kind) => {
        const known = cell.querySelector(`[data-hint="${kind}"]`);
        if (known) return known;
        const control = controlOf(cell);
        const made = Object.assign(document.createElement("div"), { className: "hints", id: `${control.id}-${kind}` });
        made.dataset.hint = kind;
        (cell.querySelector("[data-hint=words]") ?? cell.querySelector("[data-input]")).after(made);
        for (const each of [control, editorOf(control)]) {
            if (each) each.setAttribute("aria-describedby", `${each.getAttribute("aria-describedby") ?? ""} ${made.id}`.trim());
        }
        return made;
    };
    const wrong = (box) => [...box.querySelectorAll(".hint-wrong .hint-text")].map((each) => each.textContent.trim());
    const fill = (cell, kind, html) => {
        if (html === undefined || (!html && !cell.querySelector(`[data-hint="${kind}"]`))) return;
        const focused = document.activeElement;
        const isInView = focused.getBoundingClientRect().bottom <= innerHeight;
        const box = place(cell, kind);
        const hand = box.contains(focused);
        box.innerHTML = html;
        if (hand) (editorOf(controlOf(cell)) ?? controlOf(cell)).focus();
        // What comes late must not push what somebody is at out of sight.
        else if (isInView && focused.getBoundingClientRect().bottom > innerHeight) focused.scrollIntoView({ block: "nearest", behavior: "instant" });
    };
    const remembered = new WeakSet();
    const look = async (cells, { typed = false, memory = false } = {}) => {
        const asked = cells.filter((cell) => cell.isConnected && controlOf(cell));
        if (!asked.length) return;
        if (memory) for (const cell of asked) remembered.add(cell);
        const { sent, found } = await post(said.url, asked, memory ? { memory: "1" } : {});
        for (const cell of found ? asked : []) {
            const hints = found.fields[cell.dataset.cell];
            if (!hints || !cell.isConnected) continue;
            fill(cell, "memory", hints.memory);
            // Written on meanwhile: the next answer is on its way.
            if (controlOf(cell).value !== sent.get(cell.dataset.cell)) continue;
            const before = wrong(cell);
            fill(cell, "words", hints.words);
            const fresh = wrong(cell).filter((text) => !before.includes(text));
            if (typed && fresh.length) window.pimAnnounce?.(said.says.replace("%s", fresh[0]));
        }
    };
    const all = (root, options) => look([...root.querySelectorAll("[data-cell]")], options);

    const timers = new WeakMap();
    const soon = (event) => {
        const cell = event.target.closest?.("[data-cell]");
        if (!cell || !controlOf(cell)) return;
        clearTimeout(timers.get(cell));
        timers.set(cell, setTimeout(() => look([cell], { typed: true }), REST));
    };
    document.addEventListener("input", soon);
    document.addEventListener("pim:restored", soon);
    // A queue asks for few texts, a product's page has many: there each is asked for when somebody comes to it.
    document.addEventListener("pim:shown", (event) => all(event.target, { memory: true }));
    window.addEventListener("load", () => { if (said.product) all(document); });
    document.addEventListener("focusin", (event) => {
        const cell = event.target.closest?.("[data-cell]");
        if (said.product && cell && controlOf(cell) && !remembered.has(cell)) look([cell], { memory: true });
    });

    // The whole text, in a way that the field's own undo takes back.
    const write = (control, text) => {
        if (editorOf(control)) {
            control.value = text;
            control.dispatchEvent(new Event("pim:restored", { bubbles: true }));
            control.dispatchEvent(new Event("input", { bubbles: true }));
            editorOf(control).focus();
            return;
        }
        control.focus();
        control.select();
        if (!document.execCommand("insertText", false, text)) {
            control.value = text;
            control.dispatchEvent(new Event("input", { bubbles: true }));
        }
    };
    const insert = (control, text) => {
        if (editorOf(control)) {
            control.dispatchEvent(new CustomEvent("pim:insert", { bubbles: true, detail: text }));
            return;
        }
        control.focus();
        if (document.execCommand("insertText", false, text)) return;
        control.setRangeText(text, control.selectionStart, control.selectionEnd, "end");
        control.dispatchEvent(new Event("input", { bubbles: true }));
    };
    document.addEventListener("click", async (event) => {
        const button = event.target.closest("[data-mend], [data-insert], [data-take]");
        const cell = button?.closest("[data-cell]");
        const control = cell && controlOf(cell);
        if (!control || control.disabled) return;
        if (button.matches("[data-take]")) { write(control, button.dataset.take); return; }
        if (button.matches("[data-insert]")) { insert(control, button.dataset.insert); return; }
        const { sent, found } = await post(said.mendUrl, [cell], { code: button.dataset.mend, found: button.dataset.found });
        if (found && control.value === sent.get(cell.dataset.cell)) write(control, found.text);
        else look([cell]);
    });
    // Ctrl 1 to 3 in a field that may have earlier translations, which may be on their way; elsewhere the keys are the browser's.
    document.addEventListener("keydown", (event) => {
        if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.repeat || event.isComposing) return;
        if (!/^[1-3]$/.test(event.key) || document.querySelector("dialog[open]")) return;
        const cell = event.target.closest?.("[data-cell]");
        if (!cell || !remembered.has(cell)) return;
        event.preventDefault();
        event.stopPropagation();
        cell.querySelectorAll("[data-take]")[Number(event.key) - 1]?.click();
    }, true);
})();
