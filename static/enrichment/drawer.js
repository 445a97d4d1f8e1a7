// Side panels: <a data-open-drawer="name" href="fragment"> fills and opens <dialog id="drawer-name">.
(() => {
    let turn = 0;
    document.addEventListener("click", async (event) => {
        const opener = event.target.closest("[data-open-drawer]");
        if (opener) {
            event.preventDefault();
            const dialog = document.getElementById(`drawer-${opener.dataset.openDrawer}`);
            opener.closest("dialog")?.close(); // one panel leads to another
            const body = dialog.querySelector("[data-drawer-body]");
            const say = (text) => { const line = document.createElement("p"); line.setAttribute("role", "status"); line.textContent = text; body.replaceChildren(line); };
            say(body.dataset.loading);
            dialog.showModal();
            const wanted = new URL(opener.href);
            wanted.searchParams.set("fragment", "1"); // the panel alone, where the address has a page of its own
            const mine = ++turn;
            const answer = await fetch(wanted).catch(() => null);
            const made = answer?.ok ? await answer.text().catch(() => null) : null;
            if (mine !== turn || !dialog.open) return; // closed, or opened for something else meanwhile
            if (made === null) { say(body.dataset.failed); return; }
            body.innerHTML = made;
            (body.querySelector("[data-first]") ?? body.querySelector("select, input:not([type=hidden]), button:not([tabindex='-1'])"))?.focus();
            dialog.dispatchEvent(new CustomEvent("pim:drawer", { bubbles: true }));
            return;
        }
        const dialog = event.target.closest("dialog.drawer");
        if (!dialog || (event.target !== dialog && !event.target.closest("[data-close-drawer]"))) return;
        event.preventDefault();
        dialog.close();
    });
    // Addresses stay short: what is empty is not sent.
    document.addEventListener("submit", (event) => {
        if (!event.target.matches("[data-drop-empty]")) return;
        for (const input of event.target.elements) if (input.name && input.value === "") input.disabled = true;
    });
    document.addEventListener("keydown", (event) => {
        if (event.key === " " && event.target.matches?.("a[role=button]")) { event.preventDefault(); event.target.click(); }
    });
})();
