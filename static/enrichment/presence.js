// Who else has this product open, in which field, and who saved since: said and asked every 15 seconds while the page is
// looked at. It only tells; nobody is kept from writing.
(() => {
    const line = document.querySelector("[data-presence]");
    if (!line) return;
    const EVERY = 15000;
    const SETTLED = 1500; // a cursor that only passes through a field is not told
    const token = document.querySelector("#product-form [name=csrfmiddlewaretoken]").value;
    let key = "";
    let timer = 0;
    let announced = "";
    let told = "";
    const cells = () => [...document.querySelectorAll("[data-product-form] [data-cell]")];
    const body = (fields) => {
        const data = new FormData();
        data.set("csrfmiddlewaretoken", token);
        for (const [name, value] of Object.entries(fields)) data.set(name, value);
        return data;
    };
    const says = (person) => (person.label ? line.dataset.edits.replace("%(label)s", person.label) : line.dataset.here).replace("%(name)s", person.name);

    const show = ({ people, saved }) => {
        const text = [saved, ...people.map(says)].filter(Boolean).join(" ");
        if (line.textContent !== text) line.textContent = text;
        line.hidden = !text;
        if (saved && saved !== told) window.pimAnnounce(saved);
        told = saved;
        for (const cell of cells()) {
            const names = people.filter((person) => person.key === cell.dataset.cell).map((person) => person.name).join(", ");
            let mark = cell.querySelector("[data-presence-mark]");
            if (!names) { mark?.remove(); continue; }
            if (!mark) {
                mark = document.createElement("span");
                mark.className = "cell-presence";
                mark.dataset.presenceMark = "";
                cell.querySelector(".cell-line").prepend(mark);
            }
            const here = line.dataset.editsHere.replace("%(name)s", names);
            if (mark.textContent !== here) mark.textContent = here;
        }
        // Said aloud only where it matters: somebody is in the very field one is in.
        const same = people.filter((person) => key && person.key === key).map(says).join(" ");
        if (same && same !== announced) window.pimAnnounce(same);
        announced = same;
    };
    const ping = async () => {
        clearTimeout(timer);
        if (document.hidden) return;
        timer = setTimeout(ping, EVERY);
        const answer = await fetch(line.dataset.presence, { method: "POST", body: body({ key, rev: line.dataset.rev }) }).catch(() => null);
        if (answer?.ok && !answer.redirected && !document.hidden) show(await answer.json());
    };
    const leave = () => {
        clearTimeout(timer);
        navigator.sendBeacon(line.dataset.presence, body({ away: "1" }));
    };
    const moved = (to) => {
        if (to === key) return;
        key = to;
        clearTimeout(timer);
        timer = setTimeout(ping, SETTLED);
    };
    document.addEventListener("focusin", (event) => moved(event.target.closest?.("[data-product-form] [data-cell]")?.dataset.cell ?? ""));
    document.addEventListener("visibilitychange", () => (document.hidden ? leave() : ping()));
    window.addEventListener("pagehide", leave);
    ping();
})();
