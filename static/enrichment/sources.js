// The order of sources: dragged, or moved by buttons and Alt with the arrow keys. Each place keeps its rank; Save stores them.
(() => {
    const list = document.querySelector("[data-order]");
    if (!list) return;
    const moved = document.querySelector("[data-moved]");
    const rows = () => [...list.querySelectorAll("[data-source]")];
    const rank = (row) => row.querySelector("[data-rank]");
    const place = (row, before) => {
        const ranks = rows().map((each) => Number(rank(each).value)).sort((a, b) => b - a);
        list.insertBefore(row, before);
        rows().forEach((each, position) => { rank(each).value = ranks[position]; });
        const next = row.nextElementSibling;
        if (next && Number(rank(next).value) === Number(rank(row).value)) rank(row).value = Number(rank(row).value) + 1;
        const name = row.querySelector("a").textContent;
        moved.textContent = `${name}: ${rows().indexOf(row) + 1} / ${rows().length}. ${moved.dataset.says}`;
        show();
    };
    const step = (row, by) => {
        const next = by < 0 ? row.previousElementSibling : row.nextElementSibling;
        if (!next) return;
        place(row, by < 0 ? next : next.nextElementSibling);
    };
    const show = () => rows().forEach((row, position) => {
        row.querySelectorAll("[data-move]").forEach((button) => {
            button.hidden = false;
            button.disabled = Number(button.dataset.move) < 0 ? position === 0 : position === rows().length - 1;
        });
    });
    show();

    list.addEventListener("click", (event) => {
        const button = event.target.closest("[data-move]");
        if (!button) return;
        step(button.closest("[data-source]"), Number(button.dataset.move));
        (button.disabled ? button.parentElement.querySelector("[data-move]:not([disabled])") : button)?.focus();
    });
    list.addEventListener("keydown", (event) => {
        const row = event.target.closest("[data-source]");
        if (!row?.draggable || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
        event.preventDefault();
        const focused = document.activeElement;
        step(row, event.key === "ArrowUp" ? -1 : 1);
        focused.focus();
    });

    let dragged = null;
    list.addEventListener("dragstart", (event) => {
        dragged = event.target.closest?.("[data-source]") ?? null;
        if (!dragged) return;
        event.dataTransfer.setData("text/plain", "");
        dragged.classList.add("is-dragged");
    });
    list.addEventListener("dragover", (event) => { if (dragged) event.preventDefault(); });
    list.addEventListener("drop", (event) => {
        const over = event.target.closest?.("[data-source]");
        if (!dragged || !over || over === dragged) return;
        event.preventDefault();
        const box = over.getBoundingClientRect();
        place(dragged, event.clientY < box.top + box.height / 2 ? over : over.nextElementSibling);
    });
    list.addEventListener("dragend", () => { dragged?.classList.remove("is-dragged"); dragged = null; });
})();
