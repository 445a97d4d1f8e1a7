// Fields whose values are files of the library: upload, choose, put in order, remove. The hidden input is the truth;
// what is shown is made from it anew, so that the page's own "undo" needs to know nothing of files.
(() => {
    const fields = new WeakMap();
    const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

    const part = (field, name) => field.querySelector(`[data-asset-${name}]`);
    // Where an address will do, what is no hash is one, or is meant to be; it may have commas.
    const listed = (field) => part(field, "value").value.split(",").filter((each) => part(field, "address") ? /^[0-9a-f]{64}$/.test(each) : each);
    const say = (field, text) => { part(field, "status").textContent = text; };

    // What is known of each file: from the page, an upload or the library.
    const cards = (field) => {
        if (!fields.has(field)) {
            const known = new Map();
            for (const item of field.querySelectorAll("[data-asset-items] > [data-asset]")) {
                known.set(item.dataset.asset, { name: part(item, "name").textContent, thumbnail: part(item, "preview")?.getAttribute("src") ?? "", warning: item.querySelector(".asset-warning")?.textContent ?? "" });
            }
            fields.set(field, known);
        }
        return fields.get(field);
    };

    const show = (field) => {
        const list = part(field, "items");
        list.replaceChildren(...listed(field).map((sha256) => {
            const item = part(field, "template").content.firstElementChild.cloneNode(true);
            const card = cards(field).get(sha256) ?? { name: sha256.slice(0, 12), thumbnail: "", warning: "" };
            item.dataset.asset = sha256;
            part(item, "name").textContent = card.name;
            for (const said of item.querySelectorAll("[data-asset-said]")) said.textContent = card.name;
            const preview = part(item, "preview");
            if (preview && card.thumbnail) preview.src = card.thumbnail;
            if (card.warning) part(item, "name").after(Object.assign(document.createElement("span"), { className: "asset-warning", textContent: card.warning }));
            return item;
        }));
    };

    const put = (field, hashes) => {
        const value = part(field, "value");
        cards(field);
        value.value = hashes.join(",");
        const address = part(field, "address");
        if (address) address.value = "";
        show(field);
        value.dispatchEvent(new Event("input", { bubbles: true }));
    };

    const add = (field, card) => {
        cards(field).set(card.sha256, { name: card.name, thumbnail: card.thumbnail, warning: card.warning ?? "" });
        if (!("several" in field.dataset)) return put(field, [card.sha256]), true;
        const hashes = listed(field);
        if (hashes.includes(card.sha256)) return true;
        if (field.dataset.maxItems && hashes.length >= Number(field.dataset.maxItems)) {
            say(field, field.dataset.tooMany.replace("%s", field.dataset.maxItems));
            return false;
        }
        put(field, [...hashes, card.sha256]);
        return true;
    };

    const upload = async (field, files) => {
        const every = "several" in field.dataset ? [...files] : [...files].slice(0, 1);
        const refused = [];
        for (const [number, file] of every.entries()) {
            const most = Number(field.dataset.maxSizeMb);
            if (most && file.size > most * 1e6) { refused.push(`${file.name}: ${field.dataset.tooHeavy.replace("%s", most)}`); continue; }
            say(field, `${file.name}: ${field.dataset.uploading}${every.length > 1 ? ` (${number + 1} / ${every.length})` : ""}`);
            const body = new FormData();
            body.append("file", file);
            body.append("kind", field.dataset.kind);
            try {
                const answer = await fetch(field.dataset.upload, { method: "POST", body, headers: { "X-CSRFToken": token(), Accept: "application/json" } });
                const said = await answer.json();
                if (!answer.ok) refused.push(`${file.name}: ${said.message ?? field.dataset.failed}`);
                else if (add(field, said)) say(field, `${said.name}: ${field.dataset.uploaded}`);
            } catch {
                refused.push(`${file.name}: ${field.dataset.failed}`);
            }
        }
        // Each stays readable when the others are there.
        if (refused.length) say(field, refused.join(" "));
        part(field, "picker").value = "";
    };

    const move = (field, sha256, step) => {
        const hashes = listed(field);
        const from = hashes.indexOf(sha256);
        const to = Math.min(hashes.length - 1, Math.max(0, from + step));
        hashes.splice(to, 0, ...hashes.splice(from, 1));
        put(field, hashes);
        say(field, field.dataset.moved.replace("%s", to + 1));
        return to;
    };

    document.addEventListener("change", (event) => {
        const field = event.target.closest("[data-asset-field]");
        if (!field) return;
        if (event.target.matches("[data-asset-picker]") && event.target.files.length) upload(field, event.target.files);
        if (event.target.matches("[data-asset-address]")) {
            const address = event.target.value.trim();
            part(field, "value").value = address;
            show(field);
            part(field, "value").dispatchEvent(new Event("input", { bubbles: true }));
        }
    });
    document.addEventListener("click", (event) => {
        const button = event.target.closest("[data-asset-field] button");
        if (!button) return;
        const field = button.closest("[data-asset-field]");
        const item = button.closest("[data-asset]");
        if ("assetMove" in button.dataset) {
            const place = move(field, item.dataset.asset, Number(button.dataset.assetMove));
            // At either end one of the two buttons is hidden: then the other goes on.
            const turn = place === 0 ? "1" : place === listed(field).length - 1 ? "-1" : button.dataset.assetMove;
            part(field, "items").children[place].querySelector(`[data-asset-move="${turn}"]`).focus();
        } else if ("assetRemove" in button.dataset) {
            const place = listed(field).indexOf(item.dataset.asset);
            put(field, listed(field).filter((each) => each !== item.dataset.asset));
            say(field, field.dataset.removed);
            const next = part(field, "items").children[Math.min(place, listed(field).length - 1)];
            (next?.querySelector("[data-asset-remove]") ?? part(field, "picker")).focus();
        } else if ("assetChoose" in button.dataset) {
            window.pimLibrary.open(field.dataset.library, (card) => {
                if (add(field, card)) say(field, `${card.name}: ${field.dataset.chosen}`);
                button.focus();
            });
        }
    });
    document.addEventListener("pim:restored", (event) => {
        const field = event.target.closest("[data-asset-field]");
        if (field && event.target.matches("[data-asset-value]")) show(field);
    });

    // Dragging: files from outside are uploaded, pictures within a field change places.
    let dragged = null;
    document.addEventListener("dragstart", (event) => {
        dragged = event.target.closest?.("[data-asset-field] [data-asset][draggable]") ?? null;
        if (dragged) event.dataTransfer.effectAllowed = "move";
    });
    document.addEventListener("dragend", () => { dragged = null; });
    for (const name of ["dragover", "dragleave", "drop"]) {
        document.addEventListener(name, (event) => {
            const field = event.target.closest?.("[data-asset-field]") ?? event.target.closest?.("[data-cell]")?.querySelector("[data-asset-field]");
            if (!field) return;
            event.preventDefault();
            field.classList.toggle("asset-drop", name === "dragover" && !dragged);
            if (name !== "drop") return;
            const target = event.target.closest("[data-asset]");
            if (dragged && field.contains(dragged)) {
                const hashes = listed(field);
                if (target) move(field, dragged.dataset.asset, hashes.indexOf(target.dataset.asset) - hashes.indexOf(dragged.dataset.asset));
            } else if (event.dataTransfer.files.length) upload(field, event.dataTransfer.files);
        });
    }
    // The theme would look for the text box of its own file fields.
    for (const picker of document.querySelectorAll("[data-asset-picker]")) picker.hasChangeListener = true;
})();
