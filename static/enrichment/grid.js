// The grid: search while typing, and more rows at the end of the page, without losing the place.
(() => {
    const page = document.querySelector(".grid-page");
    if (!page) return;
    document.documentElement.classList.add("scripted");
    const region = document.getElementById("grid-region");
    const search = document.querySelector("[data-grid-search]");
    let running = null;

    const show = async (address) => {
        if (running) running.abort();
        running = new AbortController();
        page.setAttribute("aria-busy", "true");
        try {
            const answer = await fetch(address, { signal: running.signal, headers: { Accept: "text/html" } });
            if (!answer.ok || answer.redirected) { location.assign(address); return; }
            const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
            region.replaceChildren(...fresh.getElementById("grid-region").childNodes);
            const opener = fresh.querySelector("[data-open-drawer=filters]");
            document.querySelector("[data-open-drawer=filters]").href = opener.getAttribute("href");
            history.replaceState(null, "", address);
            page.dispatchEvent(new CustomEvent("grid:replaced"));
            window.pimAnnounce(region.querySelector("[data-count]")?.textContent ?? "");
        } catch (error) {
            if (error.name !== "AbortError") location.assign(address);
        } finally {
            page.removeAttribute("aria-busy");
        }
    };

    let timer;
    search.addEventListener("input", (event) => {
        if (event.target.name !== "q" || event.isComposing) return;
        clearTimeout(timer);
        timer = setTimeout(() => search.requestSubmit(), 280);
    });
    search.addEventListener("submit", (event) => {
        event.preventDefault();
        clearTimeout(timer);
        const query = new URLSearchParams([...new FormData(search)].filter(([, value]) => value));
        show(`${location.pathname}?${query}`);
    });

    page.addEventListener("click", async (event) => {
        const more = event.target.closest("[data-more]");
        if (!more || event.metaKey || event.ctrlKey) return;
        event.preventDefault();
        if (more.getAttribute("aria-disabled") === "true") return;
        more.setAttribute("aria-disabled", "true");
        const answer = await fetch(region.dataset.rowsUrl + more.getAttribute("href")).catch(() => null);
        if (!answer?.ok) { location.assign(more.href); return; }
        const rows = region.querySelector("[data-rows]");
        const before = rows.children.length;
        rows.insertAdjacentHTML("beforeend", await answer.text());
        const next = answer.headers.get("X-Next");
        const added = rows.children.length - before;
        window.pimAnnounce(more.dataset.added.replace("%d", added) + (next ? "" : ` ${more.dataset.done}`));
        rows.children[before]?.querySelector(".col-label a")?.focus({ preventScroll: true });
        if (next) { more.href = `?${next}`; more.removeAttribute("aria-disabled"); } else more.remove();
        page.dispatchEvent(new CustomEvent("grid:grown"));
    });
})();
