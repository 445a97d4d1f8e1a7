// The tray of jobs, and how many comments wait: asks once, and then only while something of this person's runs: every second at
// first, later every three.
(() => {
    const tray = document.querySelector("[data-tray]");
    if (!tray) return;
    const text = tray.querySelector("[data-tray-text]");
    const list = tray.querySelector("[data-tray-list]");
    let turn = 0, timer;
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
        if (job.pace) item.append(make("small", job.pace));
        if (job.message) item.append(make("small", job.message));
        for (const [href, says] of [[job.products, tray.dataset.touched], [job.file, tray.dataset.download]]) {
            if (!href) continue;
            const link = make("a", says);
            link.href = href;
            link.setAttribute("aria-label", `${says}: ${job.title}`);
            item.append(link);
        }
        if (job.cancel) {
            const button = make("button", tray.dataset.cancel, "btn btn-small");
            button.type = "button";
            button.dataset.job = job.id;
            button.setAttribute("aria-label", `${tray.dataset.cancel}: ${job.title}`);
            button.addEventListener("click", () => stop(job, button));
            item.append(button);
        }
        return item;
    };
    const token = () => /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
    const stop = async (job, button) => {
        button.disabled = true;
        await fetch(job.cancel, { method: "POST", headers: { "X-CSRFToken": token() }, redirect: "manual" }).catch(() => null);
        turn = 0;
        ask();
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
        const held = list.contains(document.activeElement) ? document.activeElement.dataset.job : null;
        list.replaceChildren(...jobs.map(entry));
        if (held) (list.querySelector(`button[data-job="${held}"]`) ?? tray.querySelector("summary")).focus();
        clearTimeout(timer);
        if (running) timer = setTimeout(ask, (turn += 1) < 10 ? 1000 : 3000);
    };
    ask();
})();
