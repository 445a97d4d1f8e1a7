// Whom a comment names: after "@" people are offered, the hands stay in the text (a listbox moved through by the arrows).
(() => {
    let box = null; // the field whose list is open
    let timer = 0;
    let asking = null;
    const list = () => box?.querySelector("[role=listbox]");
    const area = () => box?.querySelector("textarea");
    const chosen = () => list()?.querySelector("[aria-selected=true]");

    // What is being typed after an "@", as the server reads it: not in the middle of a word or of an e-mail address.
    const typed = (field) => {
        const found = field.value.slice(0, field.selectionStart).match(/(?:^|[^\p{L}\p{N}_.@+-])@([\p{L}\p{N}_.+-]{0,60})$/u);
        return found ? found[1] : null;
    };
    const close = () => {
        asking?.abort();
        clearTimeout(timer);
        if (!box) return;
        list().hidden = true;
        list().replaceChildren();
        area().removeAttribute("aria-activedescendant");
        box = null;
    };
    const choose = (option) => {
        chosen()?.setAttribute("aria-selected", "false");
        option.setAttribute("aria-selected", "true");
        option.scrollIntoView({ block: "nearest" });
        area().setAttribute("aria-activedescendant", option.id);
    };
    const take = (option) => {
        const field = area();
        const end = field.selectionStart;
        field.setRangeText(`${option.dataset.username} `, end - typed(field).length, end, "end");
        close();
        field.focus();
        field.dispatchEvent(new Event("input", { bubbles: true }));
    };
    const show = (field, people) => {
        box = field.closest("[data-mentions]");
        list().replaceChildren(...people.map((person, number) => {
            const option = document.createElement("div");
            option.id = `${list().id}-${number}`;
            option.dataset.username = person.username;
            option.setAttribute("role", "option");
            option.setAttribute("aria-selected", "false");
            const name = document.createElement("span");
            name.textContent = person.name;
            const login = document.createElement("small");
            login.textContent = `@${person.username}`;
            option.append(name, login);
            return option;
        }));
        list().hidden = false;
        choose(list().firstElementChild);
        window.pimAnnounce(box.dataset.found.replace("%d", people.length));
    };
    const ask = async (field) => {
        const panel = field.closest("[data-comments]");
        const words = typed(field);
        asking?.abort();
        if (words === null || !panel) return close();
        asking = new AbortController();
        const { signal } = asking;
        const query = new URLSearchParams({ q: words, key: field.form.elements.place?.value ?? "" });
        try {
            const answer = await fetch(`${panel.dataset.people}?${query}`, { headers: { Accept: "application/json" }, signal });
            if (!answer.ok) return close();
            const { people } = await answer.json();
            if (signal.aborted || document.activeElement !== field) return;
            if (people.length) show(field, people);
            else close();
        } catch { /* it went on without this answer */ }
    };

    document.addEventListener("input", (event) => {
        const field = event.target.closest?.("[data-mentions] textarea");
        if (!field) return;
        clearTimeout(timer);
        if (typed(field) === null) close();
        else timer = setTimeout(() => ask(field), 150);
    });
    document.addEventListener("keydown", (event) => {
        const field = event.target.closest?.("[data-mentions] textarea");
        if (!field) return;
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            close();
            field.form.requestSubmit(field.form.querySelector("button[name=do]"));
            return;
        }
        if (!box || event.isComposing) return;
        const options = [...list().children];
        const at = options.indexOf(chosen());
        if (event.key === "ArrowDown") choose(options[(at + 1) % options.length]);
        else if (event.key === "ArrowUp") choose(options[(at - 1 + options.length) % options.length]);
        else if (event.key === "Enter" || event.key === "Tab") take(chosen());
        else if (event.key === "Escape") close();
        else return;
        event.preventDefault();
        event.stopPropagation(); // Escape closes the list, not the panel
    }, true);
    document.addEventListener("mousedown", (event) => {
        const option = event.target.closest(".mention-list [role=option]");
        if (!option) return;
        event.preventDefault();
        take(option);
    });
    document.addEventListener("focusout", (event) => { if (box && event.target === area()) close(); });
})();
