// The grid: search while typing, and more rows at the end of the page, without losing the place.
(() => {
    const page = document.querySelector(".grid-page");
    if (!page) return;
    document.documentElement.classList.add("scripted");
    const region = document.getElementById("grid-region");
    const search = document.querySelector("[data-grid-search]");
    let running = null;

    // Only what a filter, a search or another order changes is fetched; `query` is the address's, "?family=mugs".
    const show = async (query, { keep = "push" } = {}) => {
        if (running) running.abort();
        running = new AbortController();
        page.setAttribute("aria-busy", "true");
        try {
            const answer = await fetch(region.dataset.regionUrl + query, { signal: running.signal, headers: { Accept: "text/html" } });
            if (!answer.ok || answer.redirected) { location.assign(location.pathname + query); return; }
            region.innerHTML = await answer.text();
            if (keep === "push") history.pushState(null, "", location.pathname + query);
            else if (keep === "replace") history.replaceState(null, "", location.pathname + query);
            follow(query);
            page.dispatchEvent(new CustomEvent("grid:replaced"));
            window.pimAnnounce(region.querySelector("[data-count]")?.textContent ?? "");
        } catch (error) {
            if (error.name !== "AbortError") location.assign(location.pathname + query);
        } finally {
            page.removeAttribute("aria-busy");
        }
    };

    // What stands outside of the region says the same query: the filter panel's address and the search form.
    const follow = (query) => {
        for (const opener of document.querySelectorAll(".grid-tools [data-open-drawer]")) opener.href = opener.pathname + query;
        const wanted = new URLSearchParams(query);
        const box = search.querySelector("[name=q]");
        if (document.activeElement !== box) box.value = wanted.get("q") ?? "";
        for (const passed of search.querySelectorAll("input[type=hidden]")) passed.remove();
        for (const [name, value] of wanted) {
            if (["q", "after", "before"].includes(name) || !value) continue;
            const passed = document.createElement("input");
            Object.assign(passed, { type: "hidden", name, value });
            search.prepend(passed);
        }
    };
    window.addEventListener("popstate", () => show(location.search || "?", { keep: "" }));

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
        show(`?${query}`, { keep: "replace" });
    });
    document.getElementById("drawer-filters").addEventListener("submit", (event) => {
        event.preventDefault();
        const query = new URLSearchParams([...new FormData(event.target)].filter(([, value]) => value));
        event.currentTarget.close();
        show(`?${query}`);
    });
    region.addEventListener("click", (event) => {
        const link = event.target.closest("a[href^='?']");
        if (!link || link.matches("[data-more]") || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        const [address, column] = [link.getAttribute("href"), link.closest("th")?.className];
        show(address).then(() => {
            // The same link keeps the focus where it still stands; a column's turns its order round.
            const same = [...region.querySelectorAll("a")].find((each) => each.getAttribute("href") === address);
            (column ? region.querySelector(`th.${column} a`) : same ?? region)?.focus();
        });
    });

    page.addEventListener("click", async (event) => {
        const more = event.target.closest("[data-more]");
        if (!more || event.metaKey || event.ctrlKey) return;
        event.preventDefault();
        if (more.getAttribute("aria-disabled") === "true") return;
        more.setAttribute("aria-disabled", "true");
        const answer = await fetch(region.dataset.rowsUrl + more.getAttribute("href")).catch(() => null);
        const made = answer?.ok ? await answer.text().catch(() => null) : null;
        if (!more.isConnected) return; // another list stands there by now, and these rows are none of it
        if (made === null) { location.assign(more.href); return; }
        const rows = region.querySelector("[data-rows]");
        const before = rows.children.length;
        rows.insertAdjacentHTML("beforeend", made);
        const next = answer.headers.get("X-Next");
        const added = rows.children.length - before;
        window.pimAnnounce(more.dataset.added.replace("%d", added) + (next ? "" : ` ${more.dataset.done}`));
        rows.children[before]?.querySelector(".col-label a")?.focus();
        if (next) { more.href = `?${next}`; more.removeAttribute("aria-disabled"); } else more.remove();
        page.dispatchEvent(new CustomEvent("grid:grown"));
    });
})();
