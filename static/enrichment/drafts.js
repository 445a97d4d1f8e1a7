// What somebody types is kept on this computer until it is saved, and offered again after a crash, a closed window or a
// server that did not answer. Kept by person, product and value, with the hash of the value it was based on.
(() => {
    const template = document.querySelector("[data-draft-template]");
    if (!template) return;
    const MINE = `pim-draft:${template.dataset.user}:`;
    const OLDEST = 30 * 24 * 3600 * 1000;

    const read = (key) => {
        try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
    };
    // A full or forbidden storage must not stop anybody from writing.
    const write = (key, draft) => {
        try { localStorage.setItem(key, JSON.stringify(draft)); } catch { /* nothing is kept then */ }
    };
    const drop = (key) => {
        try { localStorage.removeItem(key); } catch { /* nothing was kept */ }
    };
    // What is too old goes, and what somebody else typed at this browser before: it is not for the next one to read.
    try {
        for (const key of Object.keys(localStorage)) {
            if (key.startsWith("pim-draft:") && (!key.startsWith(MINE) || Date.now() - (read(key)?.at ?? 0) > OLDEST)) drop(key);
        }
    } catch { /* no storage */ }
    // Another tab's drafts are its own until somebody takes them.
    const TAB = `${Date.now()}-${Math.random()}`;
    const isTold = () => document.querySelector("[data-message].notice-success") !== null;

    let last = null;
    window.addEventListener("pagehide", () => last?.());

    // `form`: what pimCells gave; `product`: whose values these are ("": drafts are not kept).
    window.pimDrafts = (form, product) => {
        if (!product) return null;
        const { cells, inputs, state, isDirty, refresh, put, focus } = form;
        const keyOf = (cell) => `${MINE}${product}:${cell.dataset.cell}`;
        const base = (cell) => cell.querySelector("[name^='b:']")?.value ?? "";
        const offered = new Set();
        let timer, isSent = false;

        const words = (cell) => {
            const editor = cell.querySelector("[contenteditable=true]");
            const text = editor ? editor.innerText : inputs(cell).filter((input) => input.type !== "hidden" && !input.matches("[type=checkbox], [type=radio]"))
                .map((input) => (input.selectedOptions ? [...input.selectedOptions].map((option) => option.text).join(", ") : input.value)).join(" ");
            return text.trim().replace(/\s+/g, " ").slice(0, 240);
        };
        const dropOwn = (cell) => { if (read(keyOf(cell))?.tab === TAB) drop(keyOf(cell)); };
        const keep = () => {
            clearTimeout(timer);
            for (const cell of cells) {
                const mode = cell.querySelector("[data-mode]").value;
                if (isDirty(cell) && ["", "override"].includes(mode)) {
                    write(keyOf(cell), { state: state(cell), mode, base: base(cell), text: words(cell), at: Date.now(), tab: TAB });
                } else if (!offered.has(cell)) dropOwn(cell);
            }
        };
        form.root.addEventListener("input", (event) => {
            const cell = event.target.closest("[data-cell]");
            if (!cell) return;
            clearTimeout(timer);
            timer = setTimeout(keep, 250);
        });
        last = () => { if (form.root.isConnected && !isSent) keep(); };

        // `fits`: whether it can be put into the field as that stands now; the text is shown in any case.
        const show = (cell, draft, fits) => {
            const box = template.content.firstElementChild.cloneNode(true);
            const at = new Date(draft.at);
            const time = box.querySelector("[data-draft-at]");
            time.dateTime = at.toISOString();
            time.textContent = at.toLocaleString(document.documentElement.lang || undefined, { dateStyle: "short", timeStyle: "short" });
            box.querySelector("[data-draft-text]").textContent = draft.text || "—";
            box.querySelector("[data-draft-since]").hidden = draft.base === base(cell);
            const close = () => { offered.delete(cell); box.remove(); };
            const take = box.querySelector("[data-draft-take]");
            if (!fits) take.remove();
            take.addEventListener("click", () => {
                close();
                if (draft.mode === "override") cell.querySelector("[data-do=override]")?.click();
                put(cell, draft.state);
                focus(cell);
                keep();
                window.pimAnnounce(take.textContent);
            });
            box.querySelector("[data-draft-discard]").addEventListener("click", () => {
                close();
                drop(keyOf(cell));
                focus(cell);
            });
            offered.add(cell);
            cell.querySelector(".cell-notes").prepend(box);
        };
        // Once rich text editors stand: before that a field's state is not yet what it will be compared with.
        const offer = () => {
            for (const cell of cells) {
                const draft = read(keyOf(cell));
                if (!draft || "posted" in cell.dataset) continue;
                let fits = false;
                try { fits = JSON.parse(draft.state).length === inputs(cell).length; } catch { /* of another age */ }
                // What was sent, where the page says that it was saved, stands there, perhaps in the house's spelling. Without that
                // word the field may hold somebody else's.
                if (draft.state === state(cell) || (draft.sent && draft.base !== base(cell) && isTold())) drop(keyOf(cell));
                else if (!isDirty(cell)) show(cell, draft, fits);
            }
            refresh();
        };
        return {
            offer,
            keep,
            // The whole page goes: whether it was saved is known when the next one stands.
            sent: () => {
                keep();
                isSent = true;
                for (const cell of cells) {
                    const draft = read(keyOf(cell));
                    if (draft && isDirty(cell)) write(keyOf(cell), { ...draft, sent: true });
                }
            },
            saved: (sent) => {
                clearTimeout(timer);
                for (const cell of sent) if (!offered.has(cell)) dropOwn(cell);
            },
        };
    };
})();
