// Image fields: a picked or dropped file is uploaded at once; the field then holds its hash until the form is saved.
(() => {
    const form = document.querySelector("[data-product-form]");
    if (!form) return;
    const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    // The theme would look for the text box of its own file fields.
    for (const picker of form.querySelectorAll("[data-image-picker]")) picker.hasChangeListener = true;

    const take = async (field, file) => {
        const status = field.querySelector("[data-image-status]");
        const value = field.querySelector("[data-image-value]");
        status.textContent = form.dataset.uploading;
        const body = new FormData();
        body.append("file", file);
        try {
            const answer = await fetch(form.dataset.upload, { method: "POST", body, headers: { "X-CSRFToken": token, Accept: "application/json" } });
            const said = await answer.json();
            if (!answer.ok) { status.textContent = said.message ?? form.dataset.uploadFailed; return; }
            value.value = said.sha256;
            show(field, said.thumbnail);
            status.textContent = form.dataset.uploaded;
            value.dispatchEvent(new Event("input", { bubbles: true }));
        } catch {
            status.textContent = form.dataset.uploadFailed;
        }
    };
    const show = (field, address) => {
        const preview = field.querySelector("[data-image-preview]");
        preview.hidden = !address;
        if (address) preview.src = address; else preview.removeAttribute("src");
        field.querySelector("[data-image-clear]").hidden = !address;
    };

    form.addEventListener("change", (event) => {
        const picker = event.target.closest("[data-image-picker]");
        if (picker?.files[0]) take(picker.closest("[data-image-field]"), picker.files[0]);
    });
    form.addEventListener("click", (event) => {
        const clear = event.target.closest("[data-image-clear]");
        if (!clear) return;
        const field = clear.closest("[data-image-field]");
        const value = field.querySelector("[data-image-value]");
        value.value = "";
        show(field, "");
        field.querySelector("[data-image-picker]").value = "";
        value.dispatchEvent(new Event("input", { bubbles: true }));
        field.querySelector("[data-image-picker]").focus();
    });
    for (const name of ["dragover", "dragleave", "drop"]) {
        form.addEventListener(name, (event) => {
            const field = event.target.closest("[data-cell]")?.querySelector("[data-image-field]");
            if (!field) return;
            event.preventDefault();
            field.classList.toggle("picture-drop", name === "dragover");
            if (name === "drop" && event.dataTransfer.files[0]) take(field, event.dataTransfer.files[0]);
        });
    }
})();
