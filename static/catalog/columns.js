// The mapping of a file's columns: what cells would become is asked while it is edited, options open where they are, and of
// hundreds of columns only those in question are shown. All of it works without, slower.
(() => {
    const form = document.querySelector("[data-columns]");
    if (!form) return;
    const table = form.querySelector("table");
    const rows = [...table.querySelectorAll("tbody[data-position]")];
    const WHOLE = ["decimal", "date_format", "list_separator", "empty"];
    const MOST_TEXTS = 20;
    const LATER = 250; // ms without typing

    // --- which are shown
    const unmapped = form.querySelector("[data-unmapped]");
    const chips = form.querySelector("[data-chips]");
    const find = form.querySelector("[data-find]");
    let shown = "";
    const tally = () => {
        unmapped.textContent = unmapped.dataset.text.replace("%d", rows.filter((row) => row.matches(".unmapped")).length);
        for (const chip of chips.children) {
            const kind = chip.dataset.show;
            chip.querySelector(".chip-number").textContent = kind ? rows.filter((row) => row.classList.contains(kind)).length : rows.length;
        }
    };
    const filter = () => {
        const text = find.value.trim().toLowerCase();
        let number = 0;
        for (const row of rows) {
            row.hidden = Boolean((shown && !row.classList.contains(shown)) || (text && !row.dataset.header.includes(text) && !row.querySelector("[list]").value.toLowerCase().includes(text)));
            number += !row.hidden;
        }
        table.querySelector("[data-nothing]").hidden = number > 0;
    };
    chips.addEventListener("click", (event) => {
        const chip = event.target.closest("[data-show]");
        if (!chip) return;
        shown = chip.dataset.show;
        for (const other of chips.children) other.setAttribute("aria-pressed", String(other === chip));
        filter();
    });
    find.addEventListener("input", filter);
    for (const part of [chips, form.querySelector("[data-find-label]"), form.querySelector("[data-keys]")]) part.hidden = false;
    tally();

    // --- what cells become
    const queryOf = (...chosen) => {
        const query = new URLSearchParams();
        const written = [...new FormData(form)];
        for (const [name, value] of written) if (WHOLE.includes(name)) query.append(name, value);
        for (const row of chosen) addTo(query, row, written);
        return query;
    };
    const addTo = (query, row, written) => {
        const position = row.dataset.position;
        query.append("position", position);
        const field = (name) => (position === "new" ? name.startsWith("fixed-") : name.endsWith(`-${position}`));
        for (const [name, value] of written) if (field(name)) query.append(name, value);
        // Only texts for which something is chosen: the address of the options may not grow long.
        const read = [...row.querySelectorAll(`[name^="read-${position}-"]`)].filter((choice) => choice.value).slice(0, MOST_TEXTS);
        read.forEach((choice, number) => {
            query.append(`text-${position}-${number}`, choice.closest("label").querySelector("[type=hidden]").value);
            query.append(`read-${position}-${number}`, choice.value);
        });
    };
    const asked = new WeakMap();
    let turn = 0;
    const preview = async (...tried) => {
        if (!tried.length) return;
        const now = ++turn;
        for (const row of tried) asked.set(row, now);
        const headers = { "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value };
        let answer;
        try {
            answer = await fetch(form.dataset.try, { method: "POST", body: queryOf(...tried), headers });
        } catch {
            return; // saving says it too
        }
        if (answer.redirected) return window.location.reload(); // signed out meanwhile
        if (!answer.ok) return;
        const told = await answer.json();
        for (const row of tried) if (asked.get(row) === now) show(row, told[row.dataset.position]);
        tally();
    };
    const show = (row, told) => {
        row.querySelector("[data-label]").textContent = told.label;
        row.querySelector("[data-why]")?.remove();
        row.querySelector("[data-wrong]").textContent = told.wrong;
        const input = row.querySelector("[list=targets]");
        input.toggleAttribute("aria-invalid", false);
        if (told.wrong) input.setAttribute("aria-invalid", "true");
        row.querySelector("[data-previews]").replaceChildren(...told.previews.map((one) => {
            const item = document.createElement("li");
            item.textContent = one.error || one.text;
            item.classList.toggle("wrong", Boolean(one.error));
            return item;
        }));
        row.querySelector("[data-set]")?.replaceChildren(...told.set.map((text) => {
            const item = document.createElement("li");
            item.textContent = text;
            return item;
        }));
        row.classList.remove("to-check");
        row.classList.toggle("has-wrong", Boolean(told.wrong) || told.previews.some((one) => one.error));
    };

    // --- what opens under a column
    const close = (row) => {
        row.querySelector(".panel-row")?.remove();
        row.querySelector(".options-link").setAttribute("aria-expanded", "false");
    };
    const open = async (row, link) => {
        let answer;
        try {
            answer = await fetch(`${form.dataset.options}?${queryOf(row)}`);
        } catch {
            answer = { ok: false };
        }
        if (answer.redirected) return window.location.reload();
        if (!answer.ok) return link ? window.location.assign(link.href) : undefined;
        const html = await answer.text();
        row.querySelector(".panel-row")?.remove();
        const line = document.createElement("tr");
        line.className = "panel-row";
        const cell = document.createElement("td");
        cell.colSpan = 4;
        cell.innerHTML = html;
        line.append(cell);
        // One new attribute at a time: its fields are the form's.
        document.querySelectorAll("[data-panel] .new").forEach((part) => { if (!line.contains(part)) close(part.closest("tbody")); });
        row.append(line);
        row.querySelector(".options-link").setAttribute("aria-expanded", "true");
        if (link) cell.querySelector("input:not([type=hidden]), select, textarea")?.focus({ preventScroll: true });
        line.scrollIntoView({ block: "nearest" });
    };
    table.addEventListener("click", (event) => {
        const link = event.target.closest("[data-open]");
        if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        const row = link.closest("tbody");
        if (row.querySelector(".panel-row")) close(row);
        else open(row, link);
    });

    let waiting;
    const changed = (event, later) => {
        const row = event.target.closest("[data-position]");
        if (!row || event.target.matches("[data-new]")) return;
        clearTimeout(waiting);
        if (later) {
            waiting = setTimeout(() => preview(row), LATER);
            return;
        }
        const isTarget = event.target.matches("[list=targets]");
        if (isTarget && row.matches("tbody")) row.classList.toggle("unmapped", !event.target.value.trim());
        preview(row);
        if (isTarget && row.querySelector(".panel-row")) open(row);
    };
    form.addEventListener("change", (event) => {
        if (event.target.closest("[data-position]")) changed(event);
        else if (WHOLE.slice(0, 3).includes(event.target.name)) preview(...rows.filter((row) => !row.matches(".unmapped")));
    });
    form.addEventListener("input", (event) => { if (event.target.closest(".no-column") && !event.target.matches("[list=targets]")) changed(event, true); });

    // --- keys
    form.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        if (event.ctrlKey || event.metaKey) {
            event.preventDefault();
            form.requestSubmit(form.querySelector("[data-plan]"));
        } else if (event.target.matches("tbody [list=targets]")) {
            event.preventDefault();
            const fields = rows.filter((row) => !row.hidden).map((row) => row.querySelector("[list=targets]"));
            (fields[fields.indexOf(event.target) + 1] ?? form.querySelector("[data-plan]")).focus();
        } else if (event.target === find) {
            event.preventDefault();
            rows.find((row) => !row.hidden)?.querySelector("[list=targets]").focus();
        }
    });
})();
