// The tray of jobs, and how many comments wait: asks once, and then every 3 seconds, but only while something of this person's runs.
(() => {
    const tray = document.querySelector("[data-tray]");
    if (!tray) return;
    const text = tray.querySelector("[data-tray-text]");
    const list = tray.querySelector("[data-tray-list]");
    const make = (tag, content, name) => {
        const made = document.createElement(tag);
        if (name) made.className = name;
        made.textContent = content ?? "";
        return made;
    };
    const entry = (job) => {
        const item = document.createElement("li");
        const line = make("div", "", "tray-line");
        line.append(make("b", job.title), make("span", job.active && job.percent !== null ? `${job.percent} %` : job.state_label));
        item.append(line);
        if (job.active) {
            const meter = make("span", "", "meter");
            const bar = document.createElement("progress");
            bar.max = 100;
            if (job.percent !== null) bar.value = job.percent;
            bar.setAttribute("aria-label", job.title);
            meter.append(bar);
            item.append(meter);
        }
        if (job.message) item.append(make("small", job.message));
        if (job.file) {
            const link = make("a", tray.dataset.download);
            link.href = job.file;
            link.setAttribute("aria-label", `${tray.dataset.download}: ${job.title}`);
            item.append(link);
        }
        return item;
    };
    // Comments that wait to be read; the panel in which they are read says so.
    const unread = document.querySelector("[data-unread]");
    const tell = (number) => {
        const says = number === 0 ? "" : number === 1 ? unread.dataset.one : unread.dataset.many.replace("%d", number > 99 ? "99+" : number);
        const shown = unread.querySelector("[data-unread-text]");
        unread.hidden = number === 0;
        if (shown.textContent !== says) shown.textContent = says;
    };
    document.addEventListener("pim:unread", (event) => tell(event.detail));
    const ask = async () => {
        const answer = await fetch(tray.dataset.tray, { headers: { Accept: "application/json" } }).catch(() => null);
        if (!answer?.ok) return;
        const { running, comments, jobs } = await answer.json();
        tell(comments);
        tray.hidden = jobs.length === 0;
        tray.classList.toggle("tray-busy", running > 0);
        const says = running === 0 ? text.dataset.idle : running === 1 ? text.dataset.one : text.dataset.many.replace("%d", running);
        if (text.textContent !== says) text.textContent = says;
        list.replaceChildren(...jobs.map(entry));
        if (running) setTimeout(ask, 3000);
    };
    ask();
})();
