// A bulk edit asks only for what the chosen operation needs, and a preview of other answers is not shown as theirs.
(() => {
    const form = document.querySelector("[data-bulk-edit]");
    if (!form) return;
    const parts = [...form.querySelectorAll("[data-asked-by]")];
    const follow = () => {
        if (!form.querySelector("[name=edit-operation]")) return; // there is only one
        const chosen = form.querySelector("[name=edit-operation]:checked")?.value;
        for (const part of parts) part.hidden = !part.dataset.askedBy.split(" ").includes(chosen);
    };
    form.addEventListener("change", (event) => {
        follow();
        if (event.target.name !== "take") form.querySelector("[data-preview]")?.remove();
    });
    form.addEventListener("input", (event) => {
        if (event.isTrusted && event.target.name !== "take") form.querySelector("[data-preview]")?.remove();
    });
    follow();
})();
