// The tray of jobs, and how many comments wait: asks once, and then only while something of this person's runs: every second at
// first, later every three. A job keeps its line, so that what has the focus or is being pressed stays where it is.
(() => {
    const tray = document.querySelector("[data-tray]");
    if (!tray) return;
    const text = tray.querySelector("[data-tray-text]");
    const list = tray.querySelector("[data-tray-list]");
    const said = tray.querySelector("[data-tray-said]");
    const lines = new Map(); // a job's id → {item, show(job)}
    let turn = 0, timer;
    const make = (tag, name = "") => Object.assign(document.createElement(tag), { className: name });
    const write = (element, content) => {
        if (element.textContent !== content) element.textContent = content;
        element.hidden = !content;
    };

    const lineOf = (id) => {
        const item = make("li");
        const line = make("div", "tray-line");
        const [title, state] = [make("b"), make("span")];
        line.append(title, state);
        const meter = make("span", "meter");
        const bar = Object.assign(make("progress"), { max: 100 });
        meter.append(bar);
        const [pace, message] = [make("small"), make("small")];
        const [products, file] = [make("a"), make("a")];
        const button = Object.assign(make("button", "btn btn-small"), { type: "button" });
        let stopAt = "";
        button.addEventListener("click", () => stop(stopAt, button));
        item.append(line, meter, pace, message, products, file, button);
        const lead = (link, href, says, job) => {
            write(link, href ? says : "");
            if (!href) return link.removeAttribute("href");
            if (link.getAttribute("href") !== href) link.href = href;
            link.setAttribute("aria-label", `${says}: ${job.title}`);
        };
        const show = (job) => {
            const held = item.contains(document.activeElement);
            write(title, job.title);
            write(state, job.active && job.percent !== null ? `${job.percent} %` : job.state_label);
            meter.hidden = !job.active;
            if (job.percent === null) bar.removeAttribute("value");
            else bar.value = job.percent;
            bar.setAttribute("aria-label", job.title);
            write(pace, job.pace);
            write(message, job.message);
            lead(products, job.products, tray.dataset.touched, job);
            lead(file, job.file, tray.dataset.download, job);
            stopAt = job.cancel;
            write(button, job.cancel ? tray.dataset.cancel : "");
            button.setAttribute("aria-label", `${tray.dataset.cancel}: ${job.title}`);
            // What is hidden loses the focus: it goes on to what took its place.
            if (held && document.activeElement?.hidden) ([products, file].find((link) => !link.hidden) ?? tray.querySelector("summary")).focus();
        };
        lines.set(id, { item, show });
        return lines.get(id);
    };

    // The newest come first, so that new ones go before those there are, and none of these is moved.
    const show = (jobs) => {
        const ids = new Set(jobs.map((job) => job.id));
        for (const [id, { item }] of lines) {
            if (ids.has(id)) continue;
            if (item.contains(document.activeElement)) tray.querySelector("summary").focus();
            item.remove();
            lines.delete(id);
        }
        jobs.forEach((job, place) => {
            const line = lines.get(job.id) ?? lineOf(job.id);
            if (list.children[place] !== line.item) list.insertBefore(line.item, list.children[place] ?? null);
            line.show(job);
        });
    };

    const token = () => /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
    const stop = async (address, button) => {
        if (button.getAttribute("aria-disabled") === "true") return;
        button.setAttribute("aria-disabled", "true");
        said.textContent = "";
        let told = tray.dataset.failed;
        try {
            const answer = await fetch(address, { method: "POST", headers: { Accept: "application/json", "X-CSRFToken": token() } });
            if (answer.ok) told = (await answer.json()).message;
            else if (answer.status === 401) told = tray.dataset.signedOut;
            else if (answer.status === 403) told = tray.dataset.forbidden;
            else if (answer.status === 404) told = tray.dataset.gone;
        } catch {
            // It is said that it failed.
        }
        button.removeAttribute("aria-disabled");
        said.textContent = told;
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
        tray.querySelector("summary .material-symbols-outlined").textContent = running ? "progress_activity" : "checklist";
        const says = running === 0 ? text.dataset.idle : running === 1 ? text.dataset.one : text.dataset.many.replace("%d", running);
        if (text.textContent !== says) text.textContent = says;
        show(jobs);
        clearTimeout(timer);
        if (running) timer = setTimeout(ask, (turn += 1) < 10 ? 1000 : 3000);
    };
    ask();
})();
