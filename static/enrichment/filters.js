// The filter panel of very many attributes: what is typed finds their filters; those already filled in stay.
(() => {
    let timer, asked = 0;
    document.addEventListener("input", (event) => {
        const box = event.target.closest?.("[data-find-filters]");
        if (!box) return;
        clearTimeout(timer);
        timer = setTimeout(async () => {
            const place = box.form.querySelector("[data-found-filters]");
            const turn = ++asked;
            const answer = await fetch(`${box.dataset.findFilters}?${new URLSearchParams({ find: box.value })}`).catch(() => null);
            if (!answer?.ok || turn !== asked) return;
            const fresh = document.createElement("template");
            fresh.innerHTML = await answer.text();
            const filled = [...place.querySelectorAll("[data-filter]")].filter((field) =>
                [...field.querySelectorAll("input, select")].some((input) => input.matches("[type=checkbox], [type=radio]") ? input.checked : input.value && !input.matches("[name$=_currency], [name$=_unit]")));
            const kept = new Set(filled.map((field) => field.dataset.filter));
            for (const field of fresh.content.querySelectorAll("[data-filter]")) if (kept.has(field.dataset.filter)) field.remove();
            const said = fresh.content.querySelector("[data-found]")?.textContent ?? "";
            place.replaceChildren(...filled, fresh.content);
            window.pimAnnounce(said);
        }, 250);
    });
    // Enter looks for attributes at once instead of showing products.
    document.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && event.target.matches?.("[data-find-filters]")) event.preventDefault();
    });
})();
