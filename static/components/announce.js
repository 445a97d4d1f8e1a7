// window.pimAnnounce(text): says it to screen readers. Messages of the page's own load are said as well.
(() => {
    const region = document.createElement("div");
    region.className = "sr-only";
    region.setAttribute("role", "status");
    document.body.append(region);
    window.pimAnnounce = (text) => {
        region.textContent = "";
        setTimeout(() => { region.textContent = text; }, 60);
    };
    const messages = [...document.querySelectorAll("[data-message]")].map((each) => each.textContent.trim());
    if (messages.length) window.pimAnnounce(messages.join(" "));
})();
