// The library's page: many files dropped at once, each with its own progress and its own reason where it is refused.
(() => {
    const page = document.querySelector("[data-library-page]");
    if (!page) return;
    const drop = page.querySelector("[data-library-drop]");
    const filters = page.querySelector("[data-library-filters]");
    filters.addEventListener("change", (event) => { if (event.target.matches("select")) filters.requestSubmit(); });
    filters.addEventListener("submit", () => { for (const field of filters.elements) if (field.name && !field.value) field.disabled = true; });
    const all = page.querySelector("[data-library-all]");
    all?.addEventListener("change", () => { for (const box of page.querySelectorAll("[name=id]")) box.checked = all.checked; });
    if (!drop) return;

    // The theme would look for the text box of its own file fields.
    drop.querySelector("[data-library-files]").hasChangeListener = true;
    const AT_ONCE = 2;
    const waiting = [];
    let running = 0;
    let taken = 0;
    const status = drop.querySelector("[data-library-status]");
    const token = drop.querySelector("[name=csrfmiddlewaretoken]").value;

    const line = (file) => {
        const item = document.createElement("li");
        const name = Object.assign(document.createElement("span"), { className: "library-upload-name", textContent: file.name });
        const bar = Object.assign(document.createElement("progress"), { max: 100, value: 0 });
        bar.setAttribute("aria-label", file.name);
        const said = Object.assign(document.createElement("span"), { className: "library-upload-said", textContent: drop.dataset.waiting });
        item.append(name, bar, said);
        drop.querySelector("[data-library-uploads]").append(item);
        return { item, bar, said };
    };

    const done = (shown, answer, code) => {
        shown.bar.remove();
        if (code !== 201) {
            shown.item.classList.add("library-upload-refused");
            shown.said.textContent = code === 401 ? drop.dataset.signedOut : answer?.message ?? drop.dataset.failed;
            return;
        }
        taken += answer.known ? 0 : 1;
        shown.item.classList.add("library-upload-done");
        shown.said.textContent = `${answer.known ? drop.dataset.known : drop.dataset.done}: `;
        shown.said.append(Object.assign(document.createElement("a"), { href: answer.page, textContent: drop.dataset.open }));
    };

    const next = () => {
        if (!waiting.length && !running) {
            status.textContent = drop.dataset.allDone;
            if (taken && !drop.querySelector(".library-upload-refused")) setTimeout(() => location.reload(), 900);
            return;
        }
        while (running < AT_ONCE && waiting.length) send(...waiting.shift());
    };

    const send = (file, shown) => {
        running += 1;
        const body = new FormData();
        body.append("file", file);
        const request = new XMLHttpRequest();
        request.open("POST", drop.dataset.upload);
        request.setRequestHeader("X-CSRFToken", token);
        request.setRequestHeader("Accept", "application/json");
        request.responseType = "json";
        request.upload.addEventListener("progress", (event) => {
            shown.bar.value = event.total ? event.loaded * 100 / event.total : 0;
            shown.said.textContent = event.loaded === event.total ? drop.dataset.looking : `${Math.round(shown.bar.value)} %`;
        });
        request.addEventListener("loadend", () => {
            running -= 1;
            done(shown, request.response, request.status);
            next();
        });
        request.send(body);
    };

    const take = (files) => {
        for (const file of files) waiting.push([file, line(file)]);
        next();
    };

    drop.querySelector("[data-library-files]").addEventListener("change", (event) => { take(event.target.files); event.target.value = ""; });
    for (const name of ["dragover", "dragleave", "drop"]) {
        page.addEventListener(name, (event) => {
            if (!event.dataTransfer?.types.includes("Files")) return;
            event.preventDefault();
            drop.classList.toggle("library-drop-over", name === "dragover");
            if (name === "drop") take(event.dataTransfer.files);
        });
    }
})();
