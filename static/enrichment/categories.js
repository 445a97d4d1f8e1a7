// The category field: a search box over the list of paths, and a chip for each chosen one. The <select> stays what is posted.
(() => {
    const MOST = 60;
    const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    const make = (name, attributes, text = "") => {
        const element = document.createElement(name);
        for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
        if (text) element.textContent = text;
        return element;
    };
    const icon = (name) => make("span", { class: "material-symbols-outlined", "aria-hidden": "true" }, name);

    const start = (picker) => {
        const select = picker.querySelector("select");
        const options = [...select.options];
        const said = picker.dataset;
        const id = select.id;
        const chips = make("ul", { class: "chips" });
        const box = make("div", { class: "category-box" });
        const search = make("input", {
            id, type: "text", class: "category-search", role: "combobox", autocomplete: "off", placeholder: said.search,
            "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${id}-list`, "aria-describedby": `${id}-notes`,
        });
        const list = make("ul", { id: `${id}-list`, class: "category-list", role: "listbox", "aria-label": said.search });
        let active = -1;
        select.id = `${id}-select`;
        select.hidden = true;
        list.hidden = true;
        box.append(search, list);
        picker.prepend(chips, box);

        const rows = () => [...list.querySelectorAll("[role=option]")];
        const close = () => {
            list.hidden = true;
            active = -1;
            search.setAttribute("aria-expanded", "false");
            search.removeAttribute("aria-activedescendant");
        };
        const mark = (place) => {
            const all = rows();
            if (!all.length) return;
            active = (place + all.length) % all.length;
            all.forEach((row, index) => row.setAttribute("aria-selected", String(index === active)));
            search.setAttribute("aria-activedescendant", all[active].id);
            all[active].scrollIntoView({ block: "nearest" });
        };
        const open = () => {
            const words = plain(search.value).split(/\s+/).filter(Boolean);
            const found = options.filter((option) => !option.selected && words.every((word) => plain(option.text).includes(word)));
            list.replaceChildren(...found.slice(0, MOST).map((option) => {
                const row = make("li", { role: "option", "aria-selected": "false", id: `${id}-o${option.index}`, "data-index": option.index });
                const [leaf, ...above] = option.text.split(" / ").reverse();
                if (above.length) row.append(make("span", { class: "category-above" }, `${above.reverse().join(" / ")} / `));
                row.append(make("span", { class: "category-leaf" }, leaf));
                return row;
            }));
            if (!found.length) list.append(make("li", { class: "category-none" }, said.none));
            if (found.length > MOST) list.append(make("li", { class: "category-none" }, said.more.replace("%d", found.length - MOST)));
            list.hidden = false;
            search.setAttribute("aria-expanded", "true");
            active = -1;
            search.removeAttribute("aria-activedescendant");
            if (words.length) mark(0);
            list.scrollIntoView({ block: "nearest" });
        };
        const draw = () => {
            const chosen = options.filter((option) => option.selected);
            chips.replaceChildren(...chosen.map((option) => {
                const chip = make("li", { class: "chip" }, option.text);
                if (!select.disabled) {
                    const button = make("button", { type: "button", "data-index": option.index, "aria-label": said.remove.replace("%s", option.text) });
                    button.append(icon("close"));
                    chip.append(button);
                }
                return chip;
            }));
            if (!chosen.length) chips.append(make("li", { class: "hint" }, said.empty));
            search.disabled = select.disabled;
        };
        const set = (option, chosen) => {
            option.selected = chosen;
            draw();
            select.dispatchEvent(new Event("input", { bubbles: true }));
            window.pimAnnounce?.((chosen ? said.added : said.removed).replace("%s", option.text));
        };
        const take = (row) => {
            set(options[Number(row.dataset.index)], true);
            search.value = "";
            close();
        };

        search.addEventListener("input", (event) => { event.stopPropagation(); open(); });
        search.addEventListener("click", () => { if (list.hidden) open(); });
        search.addEventListener("blur", close);
        search.addEventListener("keydown", (event) => {
            if (event.key === "Enter") {
                event.preventDefault();
                if (!list.hidden && active >= 0) take(rows()[active]);
            } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
                event.preventDefault();
                if (list.hidden) open();
                mark(active < 0 && event.key === "ArrowUp" ? -1 : active + (event.key === "ArrowDown" ? 1 : -1));
            } else if (event.key === "Escape" && !list.hidden) {
                event.preventDefault();
                event.stopPropagation();
                close();
            }
        });
        // The search box keeps the focus while the mouse is on the list.
        list.addEventListener("mousedown", (event) => event.preventDefault());
        list.addEventListener("click", (event) => { const row = event.target.closest("[role=option]"); if (row) take(row); });
        chips.addEventListener("click", (event) => {
            const button = event.target.closest("button");
            if (!button) return;
            const place = [...chips.querySelectorAll("button")].indexOf(button);
            set(options[Number(button.dataset.index)], false);
            const left = chips.querySelectorAll("button");
            (left[Math.min(place, left.length - 1)] ?? search).focus();
        });
        select.addEventListener("pim:restored", () => { draw(); search.focus(); });
        picker.closest("[data-cell]").addEventListener("change", () => setTimeout(draw));
        draw();
    };
    document.querySelectorAll("[data-category-picker]").forEach(start);
})();
