// Ctrl K: a list that is asked for at each letter, moved through by the arrows while the hands stay in the field (ARIA 1.2, combobox).
(() => {
    const palette = document.querySelector("[data-palette]");
    if (!palette) return;
    const field = palette.querySelector("input");
    const list = palette.querySelector("[role=listbox]");
    const status = palette.querySelector("[role=status]");
    let asking = null;
    let timer = 0;
    let goes = null; // Enter was pressed while the answer was on its way: {anew: whether in a new tab}
    const options = () => [...list.querySelectorAll("[role=option]")];
    const chosen = () => list.querySelector("[aria-selected=true]");

    const choose = (option) => {
        chosen()?.setAttribute("aria-selected", "false");
        if (option) {
            option.setAttribute("aria-selected", "true");
            option.scrollIntoView({ block: "nearest" });
            field.setAttribute("aria-activedescendant", option.id);
        } else {
            field.removeAttribute("aria-activedescendant");
        }
    };

    const option = (item, number) => {
        const link = document.createElement("a");
        link.href = item.url;
        link.id = `palette-${number}`;
        link.tabIndex = -1;
        link.setAttribute("role", "option");
        link.setAttribute("aria-selected", "false");
        const icon = document.createElement("span");
        icon.className = "material-symbols-outlined";
        icon.setAttribute("aria-hidden", "true");
        icon.textContent = item.icon;
        const title = document.createElement("b");
        title.textContent = item.title;
        const detail = document.createElement("small");
        detail.textContent = item.detail;
        link.append(icon, title, detail);
        return link;
    };

    const go = (to, anew) => {
        if (anew) window.open(to.href, "_blank", "noopener");
        else window.location.assign(to.href);
        palette.close();
    };

    const clear = () => {
        list.replaceChildren();
        field.setAttribute("aria-expanded", "false");
        choose(null);
    };

    const show = (groups) => {
        let number = 0;
        list.replaceChildren(
            ...groups.map((group) => {
                const box = document.createElement("div");
                const head = document.createElement("h2");
                head.id = `palette-group-${number}`;
                head.textContent = group.label;
                head.setAttribute("role", "presentation");
                box.setAttribute("role", "group");
                box.setAttribute("aria-labelledby", head.id);
                box.append(head, ...group.items.map((item) => option(item, number++)));
                return box;
            }),
        );
        list.hidden = number === 0;
        field.setAttribute("aria-expanded", String(number > 0));
        status.classList.toggle("sr-only", number > 0);
        status.textContent = number ? palette.dataset.found.replace("%d", number) : palette.dataset.none;
        choose(options()[0]);
        if (goes && chosen()) go(chosen(), goes.anew);
        goes = null;
    };

    const ask = async () => {
        asking?.abort();
        asking = new AbortController();
        const { signal } = asking;
        try {
            const answer = await fetch(`${palette.dataset.palette}?q=${encodeURIComponent(field.value)}`, {
                headers: { Accept: "application/json" },
                signal,
            });
            if (answer.redirected) return window.location.reload(); // signed out meanwhile
            if (!answer.ok) throw new Error(answer.status);
            const { groups } = await answer.json();
            if (signal.aborted) return;
            asking = null;
            show(groups);
        } catch (error) {
            if (error.name === "AbortError") return;
            asking = goes = null;
            clear();
            status.classList.remove("sr-only");
            status.textContent = palette.dataset.failed;
        }
    };

    const open = () => {
        if (palette.open) return;
        palette.showModal();
        field.value = "";
        field.focus();
        goes = null;
        clear();
        ask();
    };

    field.addEventListener("input", () => {
        clearTimeout(timer);
        goes = null;
        choose(null); // what is listed answers to other letters
        timer = setTimeout(() => {
            timer = 0;
            ask();
        }, 120);
    });
    field.addEventListener("keydown", (event) => {
        if (event.isComposing) return;
        const all = options();
        const at = all.indexOf(chosen());
        if (event.key === "ArrowDown") choose(all[(at + 1) % all.length]);
        else if (event.key === "ArrowUp") choose(all[(at - 1 + all.length) % all.length]);
        else if (event.key === "Enter") {
            const anew = event.ctrlKey || event.metaKey;
            if (timer || asking) goes = { anew };
            else if (chosen()) go(chosen(), anew);
        } else return;
        event.preventDefault();
    });
    list.addEventListener("mousemove", (event) => {
        const under = event.target.closest("[role=option]");
        if (under && under !== chosen()) choose(under);
    });
    palette.addEventListener("click", (event) => {
        if (event.target === palette || event.target.closest("[data-palette-close]")) palette.close();
    });
    document.addEventListener("click", (event) => {
        if (event.target.closest("[data-palette-open]")) open();
    });
    document.addEventListener("keydown", (event) => {
        if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
            if (document.querySelector("dialog[open]:not([data-palette])")) return;
            event.preventDefault();
            open();
        }
    });
})();
