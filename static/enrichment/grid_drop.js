// Files dropped on the grid: a match begins for the selection, or for all products where nothing is selected, they go up, and
// its page shows where each belongs before anything is written.
(() => {
    const page = document.querySelector(".grid-page");
    const place = document.querySelector("[data-grid-drop]");
    if (!page || !place) return;
    const bar = place.querySelector("progress");
    const status = place.querySelector("[data-grid-drop-status]");
    const refusals = place.querySelector("[data-grid-drop-refused]");
    const { begin, of, failed, signedOut, go } = place.dataset;
    let busy = false;

    const refuse = (path, why) => refusals.append(Object.assign(document.createElement("li"), { textContent: `${path}: ${why}` }));

    const start = async (files) => {
        if (busy || !files.length) return;
        busy = true;
        place.hidden = false;
        refusals.replaceChildren();
        const form = page.querySelector("[data-bulk]");
        const token = place.querySelector("[name=csrfmiddlewaretoken]").value;
        let match;
        try {
            const answer = await fetch(begin, { method: "POST", body: form ? new FormData(form) : new FormData(), headers: { Accept: "application/json", "X-CSRFToken": token } });
            match = await answer.json();
            if (!answer.ok) throw new Error(match.message);
        } catch (error) {
            status.textContent = error.message && match ? error.message : failed;
            busy = false;
            return;
        }
        const uploads = window.pimPictures.uploads({
            action: match.upload,
            token,
            words: { failed, signedOut },
            refuse,
            tell(done, total) {
                bar.value = total ? done * 100 / total : 0;
                status.textContent = of.replace("%(done)s", done).replace("%(total)s", total);
            },
            over(refused) {
                if (!refused) return window.location.assign(match.page);
                // What was refused is read first.
                busy = false;
                status.replaceChildren(Object.assign(document.createElement("a"), { href: match.page, textContent: go, className: "btn btn-primary btn-small" }));
            },
        });
        uploads.take(files);
    };

    for (const name of ["dragover", "dragleave", "drop"]) {
        page.addEventListener(name, async (event) => {
            if (!event.dataTransfer?.types.includes("Files")) return;
            event.preventDefault();
            page.classList.toggle("grid-drop-over", name === "dragover");
            if (name === "drop") start(await window.pimPictures.dropped(event.dataTransfer));
        });
    }
})();
