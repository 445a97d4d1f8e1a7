// Asks now and then whether something changed; if so, puts the new content in place without moving the reader.
(() => {
  const EVERY = 1500;
  let version = document.body.dataset.version;

  async function refresh() {
    const answer = await fetch(location.href, { cache: "no-store" });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const focused = document.activeElement && document.activeElement.getAttribute("href");
    for (const part of ["main", "nav.menu"]) {
      const now = document.querySelector(part);
      const then = fresh.querySelector(part);
      if (now && then && now.innerHTML !== then.innerHTML) {
        now.innerHTML = then.innerHTML;
        if (part === "main") {
          document.querySelector(".news").textContent = document.body.dataset.updated;
          now.classList.remove("fresh");
          requestAnimationFrame(() => now.classList.add("fresh"));
        }
      }
    }
    document.title = fresh.title;
    version = fresh.body.dataset.version;
    if (focused && document.activeElement === document.body) {
      const link = [...document.links].find((entry) => entry.getAttribute("href") === focused);
      if (link) link.focus({ preventScroll: true });
    }
  }

  async function look() {
    try {
      if (!document.hidden) {
        const answer = await fetch(`/_version?channel=${document.body.dataset.channel}`, { cache: "no-store" });
        const now = String((await answer.json()).version);
        if (now !== version) await refresh();
      }
    } catch {
      // The shop is restarting: the next look finds it.
    }
    setTimeout(look, EVERY);
  }

  setTimeout(look, EVERY);
})();
