// Lists of products: search and add, sort and remove, with the keyboard too. Without it one ticks off and types SKUs.
(() => {
    const shown = (field) => [...field.querySelectorAll("[data-products-entry]")].filter((row) => !row.closest("template"));
    const list = (field) => field.querySelector("[data-products-list]");
    const say = (field, text) => { field.querySelector("[data-products-status]").textContent = text; };

    const changed = (field) => {
        const order = field.querySelector("[data-products-order]");
        order.value = shown(field).map((row) => row.querySelector("[type=checkbox]").value).join(",");
        order.dispatchEvent(new Event("input", { bubbles: true }));
    };

    const named = (row, sku) => {
        for (const each of row.querySelectorAll("[aria-label]")) each.setAttribute("aria-label", each.getAttribute("aria-label").replace("…", sku));
    };

    const add = (field, found) => {
        const same = shown(field).find((row) => row.querySelector("[type=checkbox]").value.split(":")[0] === String(found.id));
        if (same) { same.querySelector("[type=checkbox]").checked = true; changed(field); return; }
        if (field.dataset.most === "1") for (const row of shown(field)) row.remove();
        const row = field.querySelector("[data-products-row]").content.firstElementChild.cloneNode(true);
        const box = row.querySelector("[type=checkbox]");
        box.value = "quantified" in field.dataset ? `${found.id}:1` : String(found.id);
        row.querySelector("[data-products-label]").textContent = found.label;
        row.querySelector("[data-products-sku]").textContent = found.sku;
        named(row, found.sku);
        const quantity = row.querySelector("[data-products-quantity]");
        if (quantity) { quantity.name = `${field.dataset.name}_q${found.id}`; quantity.value = "1"; }
        row.querySelector("[data-products-buttons]").hidden = false;
        list(field).append(row);
        say(field, `${found.sku} ${field.dataset.added}`);
        changed(field);
    };

    const close = (field) => {
        const search = field.querySelector("[data-products-search]");
        field.querySelector(".products-found").hidden = true;
        search.setAttribute("aria-expanded", "false");
        search.removeAttribute("aria-activedescendant");
    };

    const choose = (field, option) => {
        add(field, { id: option.dataset.id, sku: option.dataset.sku, label: option.dataset.label });
        const search = field.querySelector("[data-products-search]");
        search.value = "";
        close(field);
        search.focus();
        search.dispatchEvent(new Event("input", { bubbles: true }));
    };

    const mark = (field, option) => {
        const box = field.querySelector(".products-found");
        for (const each of box.children) each.setAttribute("aria-selected", String(each === option));
        field.querySelector("[data-products-search]").setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
    };

    const ask = async (field) => {
        const search = field.querySelector("[data-products-search]");
        const words = search.value.trim();
        const box = field.querySelector(".products-found");
        if (words.length < 2 || words.includes(",")) { close(field); return; }
        const answer = await fetch(`${field.dataset.suggest}?q=${encodeURIComponent(words)}`, { headers: { Accept: "application/json" } });
        if (!answer.ok || search.value.trim() !== words) return;
        const { results } = await answer.json();
        box.replaceChildren(...results.map((found, index) => {
            const option = document.createElement("li");
            option.id = `${box.id}-${index}`;
            option.setAttribute("role", "option");
            option.setAttribute("aria-selected", "false");
            Object.assign(option.dataset, { id: found.id, sku: found.sku, label: found.label });
            option.textContent = found.label === found.sku ? found.sku : `${found.label} · ${found.sku}`;
            return option;
        }));
        say(field, results.length ? "" : field.dataset.none);
        box.hidden = results.length === 0;
        search.setAttribute("aria-expanded", String(results.length > 0));
        if (results.length) mark(field, box.firstElementChild);
    };

    const showButtons = (field) => {
        for (const buttons of list(field).querySelectorAll("[data-products-buttons]")) buttons.hidden = false;
    };

    const start = (field) => {
        const search = field.querySelector("[data-products-search]");
        field.originalProducts = list(field).innerHTML;
        let timer = 0;
        showButtons(field);
        search.addEventListener("input", (event) => {
            clearTimeout(timer);
            if (event.isTrusted) timer = setTimeout(() => ask(field), 200);
        });
        search.addEventListener("blur", () => setTimeout(() => close(field), 150));
        search.addEventListener("keydown", (event) => {
            const box = field.querySelector(".products-found");
            if (box.hidden) return;
            const at = [...box.children].findIndex((option) => option.getAttribute("aria-selected") === "true");
            if (event.key === "ArrowDown" || event.key === "ArrowUp") {
                event.preventDefault();
                const next = (at + (event.key === "ArrowDown" ? 1 : -1) + box.children.length) % box.children.length;
                mark(field, box.children[next]);
            } else if (event.key === "Enter" && at >= 0) {
                event.preventDefault();
                choose(field, box.children[at]);
            } else if (event.key === "Escape") {
                event.stopPropagation();
                close(field);
            }
        });
        field.addEventListener("mousedown", (event) => {
            const option = event.target.closest("[role=option]");
            if (option) { event.preventDefault(); choose(field, option); }
        });
        field.addEventListener("click", (event) => {
            const row = event.target.closest("[data-products-entry]");
            const move = event.target.closest("[data-products-move]");
            if (move) {
                const before = move.dataset.productsMove === "-1";
                const other = before ? row.previousElementSibling : row.nextElementSibling;
                if (other) { if (before) other.before(row); else other.after(row); }
                move.focus();
                changed(field);
            } else if (event.target.closest("[data-products-remove]")) {
                (row.nextElementSibling?.querySelector("[data-products-remove]") ?? search).focus();
                row.remove();
                changed(field);
            }
        });
    };

    // The page takes a field's changes back: first the rows as they were, then it fills them.
    document.addEventListener("pim:restore", (event) => {
        for (const field of event.target.querySelectorAll("[data-products]")) {
            list(field).innerHTML = field.originalProducts;
            showButtons(field);
        }
    });
    const all = () => document.querySelectorAll("[data-products]").forEach(start);
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", all);
    else all();
})();
