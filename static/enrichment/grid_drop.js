// Files dropped on the grid: a match begins for the selection, or for all products where nothing is selected, they go up, and
// its page shows where each belongs before anything is written. What is dropped meanwhile goes up with them.
(() => {
    const page = document.querySelector(".grid-page");
    const place = document.querySelector("[data-grid-drop]");
    if (!page || !place) return;
    const bar = place.querySelector("progress");
    const status = place.querySelector("[data-grid-drop-status]");
    const refusals = place.querySelector("[data-grid-drop-refused]");
    const { begin, of, failed, signedOut, go, unread, empty } = place.dataset;
    let busy = false, reading = 0, uploads = null, match = null;
    let early = []; // files that came before the match was there

    const refuse = (path, why) => refusals.append(Object.assign(document.createElement("li"), { textContent: `${path}: ${why}` }));

    const start = async (files) => {
        busy = true;
        early = files;
        const form = page.querySelector("[data-bulk]");
        const token = place.querySelector("[name=csrfmiddlewaretoken]").value;
        match = null;
        try {
            const answer = await fetch(begin, { method: "POST", body: form ? new FormData(form) : new FormData(), headers: { Accept: "application/json", "X-CSRFToken": token } });
            match = await answer.json();
            if (!answer.ok) throw new Error(match.message);
        } catch (error) {
            status.textContent = error.message && match ? error.message : failed;
            busy = false;
            return;
        }
        uploads = window.pimPictures.uploads({
            action: match.upload,
            token,
            words: { failed, signedOut },
            refuse,
            tell(done, total) {
                bar.value = total ? done * 100 / total : 0;
                status.textContent = of.replace("%(done)s", done).replace("%(total)s", total);
            },
            over,
        });
        uploads.take(early);
    };

    const over = () => {
        if (reading) return;
        busy = false;
        uploads = null;
        // What was refused is read first.
        if (!refusals.children.length) return window.location.assign(match.page);
        status.replaceChildren(Object.assign(document.createElement("a"), { href: match.page, textContent: go, className: "btn btn-primary btn-small" }));
    };

    const take = async (transfer) => {
        if (!busy && !reading) refusals.replaceChildren();
        place.hidden = false;
        reading += 1;
        const files = await window.pimPictures.dropped(transfer, (path) => refuse(path, unread));
        reading -= 1;
        if (!files.length) {
            if (!busy) status.textContent = refusals.children.length ? "" : empty;
            else if (uploads && !uploads.isBusy()) over();
        } else if (uploads) uploads.take(files);
        else if (busy) early.push(...files);
        else start(files);
    };

    for (const name of ["dragover", "dragleave", "drop"]) {
        page.addEventListener(name, (event) => {
            if (!event.dataTransfer?.types.includes("Files")) return;
            event.preventDefault();
            page.classList.toggle("grid-drop-over", name === "dragover");
            if (name === "drop") take(event.dataTransfer);
        });
    }
    window.addEventListener("beforeunload", (event) => { if (busy) event.preventDefault(); });
})();
