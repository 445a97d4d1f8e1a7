// The fields of a channel: finding one among many, and the product's values anew while somebody types. Saving needs no script.
(() => {
    const page = document.querySelector("[data-mapping]");
    if (!page) return;
    const form = document.getElementById("mapping-form");
    const filter = page.querySelector("[data-filter]");
    const find = page.querySelector("[data-find]");
    const only = page.querySelector("[data-only]");
    const rows = () => [...page.querySelectorAll(".mapping-group > [data-row]")];

    const narrow = () => {
        const words = find.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
        let found = 0;
        for (const row of rows()) {
            const text = row.dataset.text.toLowerCase();
            const fits = words.every((word) => text.includes(word)) && (!only.value || row.dataset.tags.split(" ").includes(only.value));
            row.hidden = !fits;
            found += fits;
        }
        for (const group of page.querySelectorAll("[data-group]")) group.hidden = !group.querySelector("[data-row]:not([hidden])");
        const told = page.querySelector("[data-found]");
        told.textContent = told.dataset.text.replace("%d", found);
    };
    filter.hidden = false;
    find.addEventListener("input", narrow);
    find.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
    only.addEventListener("change", narrow);
    narrow();

    const open = (id) => {
        const row = document.getElementById(id);
        if (!row?.matches("[data-row]")) return;
        row.hidden = false;
        for (let each = row; each; each = each.parentElement?.closest("details")) each.open = true;
        row.scrollIntoView({ block: "start" });
        row.querySelector("summary").focus({ preventScroll: true });
    };
    page.addEventListener("click", (event) => {
        const link = event.target.closest("[data-goto]");
        if (!link) return;
        event.preventDefault();
        open(link.hash.slice(1));
    });
    if (location.hash || page.dataset.anchor) open(location.hash.slice(1) || page.dataset.anchor);

    // The same page is asked with what stands in the form; of its answer only what the product comes out as is taken.
    let timer, running = null;
    const look = async () => {
        if (running) running.abort();
        running = new AbortController();
        const body = new FormData(form);
        body.set("do", "show");
        page.setAttribute("aria-busy", "true");
        try {
            const answer = await fetch(location.pathname, { method: "POST", body, signal: running.signal, headers: { Accept: "text/html" } });
            if (!answer.ok || answer.redirected) return;
            const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
            for (const part of page.querySelectorAll("[data-fresh]")) {
                const other = fresh.querySelector(`[data-fresh="${part.dataset.fresh}"]`);
                if (other && other.innerHTML !== part.innerHTML) part.replaceChildren(...other.childNodes);
            }
        } catch (error) {
            if (error.name !== "AbortError") throw error;
        } finally {
            page.removeAttribute("aria-busy");
        }
    };
    const dirty = page.querySelector("[data-dirty]");
    form.addEventListener("input", (event) => {
        if (!event.target.name) return;
        if (dirty && event.target.name !== "product") dirty.hidden = false;
        clearTimeout(timer);
        timer = setTimeout(look, 500);
    });
    form.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.target.tagName !== "INPUT" || !event.target.closest("[data-mapping]")) return;
        if (event.target.name === "product") { event.preventDefault(); clearTimeout(timer); look(); }
    });
})();
