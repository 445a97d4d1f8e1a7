// Forms that the server redraws: <form data-asking>, with <button data-ask> and inputs with data-ask-change or data-ask-typing.
// What comes back takes the form's place; its data-focus names the element to go on at, its data-said what is announced.
(() => {
    let turn = 0, timer;
    // The fields of a form by what they say; of several of one name each is known by its value.
    const fields = (form) => [...form.elements].filter((each) => each.name && each.type !== "hidden" && !each.matches("button, fieldset"));
    const isTicked = (each) => each.matches("[type=checkbox], [type=radio]");
    const keyOf = (each) => JSON.stringify([each.name, isTicked(each) ? each.value : ""]);
    const saysOf = (each) => (isTicked(each) ? each.checked : each.multiple ? JSON.stringify([...each.selectedOptions].map((option) => option.value)) : each.value);
    const copy = (from, to) => {
        if (isTicked(from)) to.checked = from.checked;
        else if (from.multiple) for (const option of to.options) option.selected = [...from.selectedOptions].some((each) => each.value === option.value);
        else to.value = from.value;
    };
    const ask = async (form, verb = "") => {
        const mine = ++turn;
        const held = document.activeElement;
        const data = new FormData(form);
        const sent = new Map(fields(form).map((each) => [keyOf(each), saysOf(each)]));
        if (verb) data.append("do", verb);
        data.append("fragment", "1");
        const tops = [...form.querySelectorAll("[data-keep-scroll]")].map((each) => each.scrollTop);
        const answer = await fetch(form.action, { method: "POST", body: data }).catch(() => null);
        if (mine !== turn) return;
        if (!answer?.ok || answer.redirected) { form.submit(); return; }
        const fresh = document.createElement("template");
        fresh.innerHTML = await answer.text();
        if (mine !== turn) return;
        const next = fresh.content.querySelector("form");
        // What was written while the answer was on its way stays; a button may have given the fields of rows other names.
        const written = fields(form).filter((each) => (!verb || each.matches("[data-ask-typing]")) && sent.get(keyOf(each)) !== saysOf(each));
        const hand = form.contains(document.activeElement) ? document.activeElement : document.activeElement === document.body ? held : null;
        const [id, from, to] = [hand?.id, hand?.selectionStart, hand?.selectionEnd];
        form.replaceWith(next);
        for (const each of written) {
            const there = fields(next).find((other) => keyOf(other) === keyOf(each));
            if (there) copy(each, there);
        }
        [...next.querySelectorAll("[data-keep-scroll]")].forEach((each, place) => { each.scrollTop = tops[place] ?? 0; });
        const target = hand && document.getElementById(next.dataset.focus || id || "");
        target?.focus({ preventScroll: false });
        if (target?.id === id && typeof from === "number") target.setSelectionRange?.(from, to);
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
        const { id } = event.target.form; // it may be another one of the same id by then
        timer = setTimeout(() => { const form = document.getElementById(id); if (form) ask(form); }, 250);
    });
})();
