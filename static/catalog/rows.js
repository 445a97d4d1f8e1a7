// Rows of a value: added, removed and moved, by button or with Alt and an arrow. What is sent is the inputs in their order.
(() => {
    const body = (field) => field.querySelector("[data-rows-body]");
    const rows = (field) => [...body(field).querySelectorAll(":scope > [data-row]")];
    const say = (text) => window.pimAnnounce?.(text);
    const changed = (field) => field.dispatchEvent(new Event("input", { bubbles: true }));

    const number = (field) => {
        const all = rows(field);
        all.forEach((row, index) => {
            row.querySelector("[data-rows-number]").textContent = index + 1;
            if (!("ordered" in field.dataset)) return;
            row.querySelector("[data-rows-up]").disabled = index === 0;
            row.querySelector("[data-rows-down]").disabled = index === all.length - 1;
        });
    };
    const start = (field) => {
        if (field.dataset.started) return;
        field.dataset.started = "1";
        field.originalRows = body(field).innerHTML;
        for (const tool of field.querySelectorAll("[data-rows-tools]")) tool.hidden = false;
        number(field);
    };
    const add = (field) => {
        const highest = Math.max(-1, ...[...field.querySelectorAll("[data-row] [name]")]
            .map((input) => Number(input.name.slice(field.dataset.name.length + 1).split("_")[0])));
        const row = field.querySelector("template").content.firstElementChild.cloneNode(true);
        for (const input of row.querySelectorAll("[name]")) {
            input.name = input.name.replace(`${field.dataset.name}_new_`, `${field.dataset.name}_${highest + 1}_`);
            input.id = input.id.replace("-new-", `-${highest + 1}-`);
        }
        for (const tool of row.querySelectorAll("[data-rows-tools]")) tool.hidden = false;
        body(field).append(row);
        number(field);
        row.querySelector("[name]")?.focus();
        say(field.dataset.added.replace("%d", rows(field).length));
        changed(field);
    };
    const remove = (field, row) => {
        const index = rows(field).indexOf(row);
        row.remove();
        number(field);
        const next = rows(field)[Math.min(index, rows(field).length - 1)];
        (next?.querySelector("[data-rows-remove]") ?? field.querySelector("[data-rows-add]")).focus();
        say(field.dataset.removed.replace("%d", index + 1));
        changed(field);
    };
    const move = (field, row, step, focused) => {
        const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
        if (!other) return;
        if (step < 0) other.before(row); else other.after(row);
        number(field);
        (focused?.disabled ? row.querySelector(step < 0 ? "[data-rows-down]" : "[data-rows-up]") : focused)?.focus();
        say(field.dataset.moved.replace("%d", rows(field).indexOf(row) + 1));
        changed(field);
    };

    document.addEventListener("click", (event) => {
        const field = event.target.closest("[data-rows]");
        const button = event.target.closest("button");
        if (!field || !button) return;
        const row = button.closest("[data-row]");
        if (button.matches("[data-rows-add]")) add(field);
        else if (button.matches("[data-rows-remove]")) remove(field, row);
        else if (button.matches("[data-rows-up]")) move(field, row, -1, button);
        else if (button.matches("[data-rows-down]")) move(field, row, 1, button);
    });
    document.addEventListener("keydown", (event) => {
        if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
        const row = event.target.closest?.("[data-rows] [data-row]");
        if (!row || !("ordered" in row.closest("[data-rows]").dataset)) return;
        event.preventDefault();
        move(row.closest("[data-rows]"), row, event.key === "ArrowUp" ? -1 : 1, event.target);
    });
    // The page takes a field's changes back: first the rows as they were, then it fills them.
    document.addEventListener("pim:restore", (event) => {
        for (const field of event.target.querySelectorAll("[data-rows]")) {
            body(field).innerHTML = field.originalRows;
            for (const tool of field.querySelectorAll("[data-rows-tools]")) tool.hidden = false;
            number(field);
        }
    });
    const all = () => document.querySelectorAll("[data-rows]").forEach(start);
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", all);
    else all();
})();
