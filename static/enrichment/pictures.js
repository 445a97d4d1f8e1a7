// Many files at once: dropped files and folders go up two at a time; products are suggested while one types; work is watched.
(() => {
    const page = document.querySelector("[data-pictures]");
    if (!page) return;
    const drop = page.querySelector("[data-pictures-drop]");
    const token = drop.querySelector("[name=csrfmiddlewaretoken]").value;
    const progress = drop.querySelector("[data-pictures-progress]");
    const bar = progress.querySelector("progress");
    const status = drop.querySelector("[data-pictures-status]");
    drop.querySelector("[data-pictures-send]").hidden = true;
    drop.querySelector("[data-pictures-folder]").hidden = false;

    const AT_ONCE = 2;
    const waiting = [];
    let running = 0;
    let total = 0;
    let done = 0;
    let refused = 0;

    const refuse = (name, why) => {
        refused += 1;
        const item = Object.assign(document.createElement("li"), { className: "library-upload-refused" });
        item.append(
            Object.assign(document.createElement("span"), { className: "library-upload-name", textContent: name }),
            Object.assign(document.createElement("span"), { className: "library-upload-said", textContent: why }),
        );
        drop.querySelector("[data-pictures-refused]").append(item);
    };

    const tell = () => {
        progress.hidden = false;
        bar.value = total ? done * 100 / total : 0;
        status.textContent = drop.dataset.of.replace("%(done)s", done).replace("%(total)s", total);
    };

    const next = () => {
        if (!waiting.length && !running) {
            status.textContent = drop.dataset.done;
            // What was refused stands in the table too, but for an archive, which is nobody's file.
            if (!refused) window.location.reload();
            else setTimeout(() => window.location.reload(), 4000);
            return;
        }
        while (running < AT_ONCE && waiting.length) send(...waiting.shift());
    };

    const send = async (file, path) => {
        running += 1;
        const body = new FormData();
        body.append("file", file);
        body.append("path", path);
        try {
            const answer = await fetch(drop.action, { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": token } });
            if (answer.status === 401) refuse(path, drop.dataset.signedOut);
            else if (!answer.ok) refuse(path, (await answer.json().catch(() => ({}))).message || drop.dataset.failed);
        } catch {
            refuse(path, drop.dataset.failed);
        }
        running -= 1;
        done += 1;
        tell();
        next();
    };

    const take = (files) => {
        if (!files.length) return;
        total += files.length;
        waiting.push(...files);
        tell();
        next();
    };

    const hidden = (name) => name.startsWith(".") || name === "Thumbs.db" || name === "desktop.ini";
    // A folder comes as a tree, which is read in parts.
    const walk = async (entry, into) => {
        if (hidden(entry.name)) return;
        if (entry.isFile) {
            into.push([await new Promise((resolve, reject) => entry.file(resolve, reject)), entry.fullPath.slice(1)]);
            return;
        }
        const reader = entry.createReader();
        for (;;) {
            const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
            if (!part.length) return;
            for (const each of part) await walk(each, into);
        }
    };

    for (const input of drop.querySelectorAll("[data-pictures-files]")) {
        input.hasChangeListener = true; // or the theme looks for the text box of its own file fields
        input.addEventListener("change", () => {
            take([...input.files].filter((file) => !hidden(file.name)).map((file) => [file, file.webkitRelativePath || file.name]));
            input.value = "";
        });
    }
    for (const name of ["dragover", "dragleave", "drop"]) {
        page.addEventListener(name, async (event) => {
            if (!event.dataTransfer?.types.includes("Files")) return;
            event.preventDefault();
            drop.classList.toggle("library-drop-over", name === "dragover");
            if (name !== "drop") return;
            const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
            const plain = [...event.dataTransfer.files].map((file) => [file, file.name]);
            const found = [];
            for (const entry of entries) await walk(entry, found);
            take(found.length ? found : plain);
        });
    }

    const list = page.querySelector("[data-pictures-found]");
    let timer = 0;
    page.addEventListener("input", (event) => {
        if (!event.target.matches("[data-pictures-sku]")) return;
        clearTimeout(timer);
        const words = event.target.value.trim();
        if (words.length < 2) return;
        timer = setTimeout(async () => {
            const answer = await fetch(`${page.dataset.suggest}?q=${encodeURIComponent(words)}`, { headers: { Accept: "application/json" } });
            if (!answer.ok) return;
            const { results } = await answer.json();
            list.replaceChildren(...results.map((found) => Object.assign(document.createElement("option"), { value: found.sku, label: found.label })));
        }, 200);
    });

    const working = page.querySelector("[data-pictures-working]");
    if (working) {
        const look = async () => {
            try {
                const answer = await fetch(working.dataset.picturesWorking);
                const state = await answer.json();
                if (!state.working) return running || waiting.length ? undefined : window.location.reload();
                if (state.percent !== null) {
                    working.querySelector("[data-progress-bar]").value = state.percent;
                    working.querySelector("[data-progress-percent]").textContent = `${state.percent} %`;
                }
                working.querySelector("[data-progress-text]").textContent = state.text;
            } catch {
                // It is asked again.
            }
            setTimeout(look, 1000);
        };
        setTimeout(look, 600);
    }
})();
