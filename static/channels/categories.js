// While somebody types, the channel's categories that are meant stand below the input. Without a script their codes can be typed.
// What is entered and not saved is asked about before another page, or a press on Show or Load, takes its place.
(() => {
    const form = document.querySelector("[data-categories]");
    const list = document.getElementById("categories-found");
    if (!form || !list) return;
    let timer, running = null;
    const look = async (text) => {
        if (running) running.abort();
        running = new AbortController();
        try {
            const answer = await fetch(`${form.dataset.categories}?q=${encodeURIComponent(text)}`, { signal: running.signal, headers: { Accept: "application/json" } });
            if (!answer.ok || answer.redirected) return;
            const { found } = await answer.json();
            list.replaceChildren(...found.map(({ code, path }) => new Option(path, code)));
        } catch (error) {
            if (error.name !== "AbortError") throw error;
        }
    };
    form.addEventListener("input", (event) => {
        if (!event.target.matches("input[list]")) return;
        const text = event.target.value.trim();
        clearTimeout(timer);
        if (text.length >= 2) timer = setTimeout(look, 250, text);
    });
    let sent = false;
    const isDirty = () => "unsaved" in form.dataset || [...form.querySelectorAll("input[list]")].some((input) => input.value !== input.defaultValue);
    form.addEventListener("submit", () => { sent = true; });
    window.addEventListener("pageshow", () => { sent = false; });
    window.addEventListener("beforeunload", (event) => { if (!sent && isDirty()) event.preventDefault(); });
})();
