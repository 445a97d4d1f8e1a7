// One file in another's place: the other may be one of the library.
document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-replace-choose]");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => {
        window.pimLibrary.open(button.dataset.library, (card) => {
            window.location.assign(button.dataset.look.replace("CHOSEN", card.sha256));
        });
    });
});
