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

    const refuse = (name, why) => {
        const item = Object.assign(document.createElement("li"), { className: "library-upload-refused" });
        item.append(
            Object.assign(document.createElement("span"), { className: "library-upload-name", textContent: name }),
            Object.assign(document.createElement("span"), { className: "library-upload-said", textContent: why }),
        );
        drop.querySelector("[data-pictures-refused]").append(item);
    };

    let lost = false;
    const unread = (path) => {
        lost = true;
        refuse(path, drop.dataset.unread);
    };

    const uploads = window.pimPictures.uploads({
        action: drop.action,
        token,
        words: drop.dataset,
        refuse,
        tell(done, total) {
            progress.hidden = false;
            bar.value = total ? done * 100 / total : 0;
            status.textContent = drop.dataset.of.replace("%(done)s", done).replace("%(total)s", total);
        },
        over(refused) {
            status.textContent = drop.dataset.done;
            // What was refused stands in the table too, but for an archive, which is nobody's file.
            if (!refused && !lost) window.location.reload();
            else setTimeout(() => window.location.reload(), 4000);
        },
    });

    window.addEventListener("beforeunload", (event) => { if (uploads.isBusy()) event.preventDefault(); });

    for (const input of drop.querySelectorAll("[data-pictures-files]")) {
        input.hasChangeListener = true; // or the theme looks for the text box of its own file fields
        input.addEventListener("change", () => {
            uploads.take(window.pimPictures.chosen(input.files));
            input.value = "";
        });
    }
    for (const name of ["dragover", "dragleave", "drop"]) {
        page.addEventListener(name, async (event) => {
            if (!event.dataTransfer?.types.includes("Files")) return;
            event.preventDefault();
            drop.classList.toggle("library-drop-over", name === "dragover");
            if (name !== "drop") return;
            const files = await window.pimPictures.dropped(event.dataTransfer, unread);
            if (!files.length && !lost && !uploads.isBusy()) {
                progress.hidden = false;
                status.textContent = drop.dataset.empty;
            }
            uploads.take(files);
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
                if (!state.working) return uploads.isBusy() ? undefined : window.location.reload();
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
