// The import's pages: drop and upload, the progress of a run. All of it works without, slower.
(() => {
    const drop = document.querySelector("[data-drop]");
    if (drop) {
        const status = drop.querySelector("[data-drop-status]");
        const input = drop.querySelector("[data-drop-input]");
        input.hasChangeListener = true; // or the theme looks for the text box of its own file fields
        const say = (text, wrong) => { status.textContent = text; status.classList.toggle("wrong", Boolean(wrong)); };
        const upload = async () => {
            if (!input.files.length) return input.focus();
            say(`${input.files[0].name}: ${status.dataset.busy}`);
            drop.querySelector("button").disabled = true;
            try {
                const answer = await fetch(drop.action, { method: "POST", body: new FormData(drop), headers: { Accept: "application/json" } });
                const data = await answer.json();
                if (answer.ok) return window.location.assign(data.url);
                say(data.message, true);
            } catch {
                say(status.dataset.failed, true);
            }
            drop.querySelector("button").disabled = false;
        };
        drop.addEventListener("submit", (event) => { event.preventDefault(); upload(); });
        for (const name of ["dragenter", "dragover"]) {
            drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("drop-over"); });
        }
        for (const name of ["dragleave", "drop"]) {
            drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.remove("drop-over"); });
        }
        drop.addEventListener("drop", (event) => {
            if (!event.dataTransfer.files.length) return;
            input.files = event.dataTransfer.files;
            upload();
        });
    }

    document.querySelector("[data-reading]")?.addEventListener("click", (event) => {
        const row = event.target.closest("[data-row]");
        if (row && !event.target.closest("button") && !window.getSelection().toString()) row.querySelector("button").click();
    });
    // Or the theme looks for the text box of its own file fields.
    document.querySelectorAll("[data-plain-file]").forEach((input) => { input.hasChangeListener = true; });

    const working = document.querySelector("[data-progress]");
    if (working) {
        const bar = working.querySelector("[data-progress-bar]");
        const percent = working.querySelector("[data-progress-percent]");
        const text = working.querySelector("[data-progress-text]");
        let failures = 0;
        const look = async () => {
            try {
                const answer = await fetch(working.dataset.progress);
                if (!answer.ok) throw new Error(answer.status);
                const state = await answer.json();
                failures = 0;
                if (!state.working) return window.location.reload();
                if (state.percent !== null) { bar.value = state.percent; percent.textContent = `${state.percent} %`; }
                text.textContent = state.text;
            } catch {
                failures += 1;
                text.textContent = working.dataset.lost;
            }
            setTimeout(look, Math.min(1000 * 2 ** failures, 15000));
        };
        setTimeout(look, 600);
    }
})();
