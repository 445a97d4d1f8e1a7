// The theme's search boxes for choices hide the select and its label: this gives the visible parts their name.
"use strict";
{
    const nameOf = (select) => {
        const label = select.id && document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
        return select.getAttribute("aria-label") || (label ? label.textContent.replace("*", "").trim() : "");
    };

    const nameAll = () => {
        for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
            const shown = select.nextElementSibling;
            const name = nameOf(select);
            if (!name || !shown || !shown.classList.contains("select2")) {
                continue;
            }
            const chosen = [...select.selectedOptions].map((option) => option.textContent.trim()).filter(Boolean);
            const text = chosen.length ? `${name}: ${chosen.join(", ")}` : name;
            for (const part of shown.querySelectorAll(".select2-selection, .select2-selection__rendered, .select2-search__field")) {
                if (part.getAttribute("aria-label") !== text) {
                    part.setAttribute("aria-label", text);
                }
            }
            // A list of choices with a search field among its items is no list to a screen reader.
            const list = shown.querySelector("ul.select2-selection__rendered");
            for (const part of list ? [list, ...list.children] : []) {
                const role = part === list ? "group" : "presentation";
                if (part.getAttribute("role") !== role) {
                    part.setAttribute("role", role);
                }
            }
        }
    };

    document.addEventListener("DOMContentLoaded", () => {
        nameAll();
        new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });
    });
}
