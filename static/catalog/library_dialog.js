// The library as a dialog from which a file is chosen: window.pimLibrary.open(address, take).
(() => {
    let take = null;
    let dialog = null;

    // Of two questions the later one's answer stands, whichever comes last.
    const turns = new WeakMap();
    const load = async (address, into) => {
        const turn = (turns.get(into) ?? 0) + 1;
        turns.set(into, turn);
        const answer = await fetch(address, { headers: { Accept: "text/html" } });
        const html = answer.ok ? await answer.text() : "";
        if (turns.get(into) !== turn) return;
        into.innerHTML = html;
        if (!answer.ok) into.textContent = into.dataset.failed;
    };

    const make = () => {
        const source = document.querySelector("template[data-library-dialog]");
        dialog = source.content.firstElementChild.cloneNode(true);
        document.body.append(dialog);
        const body = dialog.querySelector("[data-library-body]");
        let waiting = 0;
        dialog.querySelector("[data-library-search]").addEventListener("input", (event) => {
            clearTimeout(waiting);
            waiting = setTimeout(() => {
                const address = new URL(dialog.dataset.address, location.href);
                address.searchParams.set("q", event.target.value);
                load(address, body);
            }, 200);
        });
        dialog.addEventListener("click", async (event) => {
            if (event.target.closest("[data-library-close]")) dialog.close();
            const more = event.target.closest("[data-library-more]");
            if (more) {
                event.preventDefault();
                const further = document.createElement("div");
                await load(more.href, further);
                const list = body.querySelector("[data-library-list]");
                const first = further.querySelector("[data-library-list]")?.firstElementChild;
                list.append(...(further.querySelector("[data-library-list]")?.children ?? []));
                more.replaceWith(...[further.querySelector("[data-library-more]")].filter(Boolean));
                first?.querySelector("button").focus();
            }
            const chosen = event.target.closest("[data-library-asset]");
            if (!chosen) return;
            dialog.close();
            take?.({ sha256: chosen.dataset.libraryAsset, name: chosen.dataset.name, thumbnail: chosen.dataset.thumbnail, warning: chosen.dataset.warning });
        });
    };

    window.pimLibrary = {
        open(address, chosen) {
            if (!dialog) make();
            take = chosen;
            const url = new URL(address, location.href);
            dialog.dataset.address = url.href;
            dialog.querySelector("[data-library-search]").value = "";
            dialog.showModal();
            load(url, dialog.querySelector("[data-library-body]"));
        },
    };
})();
