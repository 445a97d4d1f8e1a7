// Forms that the server redraws: <form data-asking>, with <button data-ask> and inputs with data-ask-change or data-ask-typing.
// What comes back takes the form's place; its data-focus names the element to go on at, its data-said what is announced.
(() => {
    let turn = 0, timer;
    const ask = async (form, verb = "") => {
        const mine = ++turn;
        const held = document.activeElement;
        const [id, from, to] = [held?.id, held?.selectionStart, held?.selectionEnd];
        const data = new FormData(form);
        if (verb) data.append("do", verb);
        data.append("fragment", "1");
        const tops = [...form.querySelectorAll("[data-keep-scroll]")].map((each) => each.scrollTop);
        const answer = await fetch(form.action, { method: "POST", body: data }).catch(() => null);
        if (mine !== turn) return;
        if (!answer?.ok || answer.redirected) { form.submit(); return; }
        const fresh = document.createElement("template");
        fresh.innerHTML = await answer.text();
        const next = fresh.content.querySelector("form");
        // What was typed while the answer was on its way stays.
        const box = held?.matches?.("[data-ask-typing]") && form.contains(held) ? held.value : null;
        form.replaceWith(next);
        [...next.querySelectorAll("[data-keep-scroll]")].forEach((each, place) => { each.scrollTop = tops[place] ?? 0; });
        const target = document.getElementById(next.dataset.focus || id || "");
        if (target && box !== null && target.matches("[data-ask-typing]")) target.value = box;
        target?.focus({ preventScroll: false });
        if (target && box !== null && target.setSelectionRange) target.setSelectionRange(from, to);
        if (next.dataset.said) window.pimAnnounce(next.dataset.said);
    };
    document.addEventListener("click", (event) => {
        const button = event.target.closest("button[data-ask]");
        if (!button) return;
        event.preventDefault();
        if (button.getAttribute("aria-disabled") !== "true") ask(button.form, button.value);
    });
    document.addEventListener("change", (event) => {
        if (event.target.matches?.("[data-ask-change]")) ask(event.target.form);
    });
    document.addEventListener("input", (event) => {
        if (!event.target.matches?.("[data-ask-typing]") || event.isComposing) return;
        clearTimeout(timer);
        timer = setTimeout(() => ask(event.target.form), 250);
    });
})();
