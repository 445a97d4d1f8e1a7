// Menus (details.menu) close on Escape, on a click elsewhere, when the focus goes elsewhere and when another one opens; the
// arrow keys, Home and End go through what they offer.
(() => {
    const open = () => document.querySelectorAll("details.menu[open]");
    const offered = (menu) => [...menu.querySelectorAll(":scope > summary, .menu-panel :is(a[href], button:enabled)")].filter((each) => each.getClientRects().length);
    const next = { ArrowDown: (at) => at + 1, ArrowUp: (at) => at - 1, Home: () => 1, End: () => -1 };

    document.addEventListener("click", (event) => {
        for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
    });
    document.addEventListener("focusout", (event) => {
        if (!event.relatedTarget) return;
        for (const menu of open()) if (menu.contains(event.target) && !menu.contains(event.relatedTarget)) menu.open = false;
    });
    document.addEventListener("keydown", (event) => {
        if (event.key === "Escape") {
            for (const menu of open()) {
                const inside = menu.contains(document.activeElement);
                menu.open = false;
                if (inside) menu.querySelector("summary").focus();
            }
        }
        const menu = event.target.closest?.("details.menu[open]");
        if (!menu || !(event.key in next) || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
        const stops = offered(menu);
        const at = stops.indexOf(document.activeElement);
        if (at < 0) return; // somebody writes or chooses in it
        event.preventDefault();
        stops.at(next[event.key](at) % stops.length).focus();
    });
})();
