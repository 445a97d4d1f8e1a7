// The panel of comments: its forms are sent without leaving the page, numbers beside fields follow, what was seen is read.
(() => {
    let field = ""; // the value one was in last: what a new comment is about
    const all = document.querySelector("[data-comments-all]");
    const store = (panel, area) => `pim-comment:${panel.dataset.user}:${panel.dataset.product}:${area.dataset.keep}`;
    const keep = (act) => { try { return act(sessionStorage); } catch { return null; } }; // full or forbidden: nothing is kept

    const number = (counts) => {
        for (const link of document.querySelectorAll("[data-comments-of]")) {
            const count = counts[link.dataset.commentsOf] ?? 0;
            const says = link.querySelector("[data-comments-count]");
            if (says) says.textContent = count;
            link.hidden = says ? count === 0 : count > 0;
        }
        const total = all?.querySelector("[data-comments-total]");
        if (total) {
            total.textContent = Object.values(counts).reduce((sum, count) => sum + count, 0);
            total.hidden = total.textContent === "0";
        }
    };
    const read = async (panel) => {
        if (!panel.dataset.unread) return;
        const data = new FormData();
        data.set("fragment", "1");
        data.set("csrfmiddlewaretoken", panel.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "");
        data.set("seen", panel.dataset.seen);
        for (const thread of panel.dataset.unread.split(" ")) data.append("thread", thread);
        const answer = await fetch(panel.dataset.read, { method: "POST", body: data }).catch(() => null);
        if (answer?.ok) document.dispatchEvent(new CustomEvent("pim:unread", { detail: (await answer.json()).unread }));
    };
    const begin = (panel) => {
        for (const area of panel.querySelectorAll("[data-keep]:not([aria-invalid])")) {
            const typed = keep((kept) => kept.getItem(store(panel, area))) ?? area.value;
            if (typed === area.value) continue;
            area.value = typed;
            const box = area.closest("details.comment-edit"); // one's comment, which was being changed
            if (box) box.open = true;
        }
        number(JSON.parse(panel.dataset.counts));
        read(panel);
    };

    // What was typed behind a text while that was sent; of one's comment that is changed, all of it.
    const rest = (area, sent, isWhole) => {
        if (area.value === sent) return "";
        return (area.value.startsWith(sent) && !isWhole ? area.value.slice(sent.length) : area.value).trim();
    };
    const answerTo = (panel, place) =>
        [...panel.querySelectorAll("form")].find((form) => form.elements.place?.value === place && form.elements.do?.value === "say")?.querySelector("[data-keep]");

    document.addEventListener("focusin", (event) => {
        const cell = event.target.closest?.("[data-product-form] [data-cell]");
        if (cell) field = cell.dataset.cell;
    });
    document.addEventListener("click", (event) => {
        const opener = event.target.closest("[data-comments-all]");
        if (opener) {
            const to = new URL(opener.href);
            to.searchParams.set("about", field);
            opener.href = to;
        }
        const link = event.target.closest("dialog [data-comments-field]");
        if (link && new URL(link.href).pathname === location.pathname && document.getElementById(new URL(link.href).hash.slice(1))) {
            event.preventDefault(); // the field is on this page: typing that is not saved stays
            link.closest("dialog").close();
            location.hash = "";
            location.hash = new URL(link.href).hash;
        }
    }, true);
    document.addEventListener("input", (event) => {
        const panel = event.target.matches?.("[data-keep]") && event.target.closest("[data-comments]");
        if (panel) keep((kept) => kept.setItem(store(panel, event.target), event.target.value));
    });
    document.addEventListener("submit", async (event) => {
        const form = event.target.closest("[data-comments] form");
        if (!form) return;
        event.preventDefault();
        const panel = form.closest("[data-comments]");
        if (panel.ariaBusy === "true") return;
        panel.ariaBusy = "true";
        const data = new FormData(form, event.submitter);
        data.set("fragment", "1");
        const answer = await fetch(form.getAttribute("action"), { method: "POST", body: data }).catch(() => null);
        panel.ariaBusy = "false";
        if (!answer || answer.redirected || ![200, 422].includes(answer.status)) {
            const failed = document.createElement("p");
            failed.className = "notice notice-error";
            failed.setAttribute("role", "alert");
            failed.textContent = panel.dataset.failed;
            form.querySelector("[role=alert]")?.remove();
            form.append(failed);
            return;
        }
        const made = document.createElement("template");
        made.innerHTML = (await answer.text()).trim();
        const fresh = made.content.firstElementChild;
        if (answer.ok) {
            for (const area of form.querySelectorAll("[data-keep]")) {
                keep((kept) => kept.removeItem(store(panel, area)));
                const next = rest(area, data.get("text") ?? "", data.get("do") === "edit");
                const there = next && (fresh.querySelector(`[data-keep="${CSS.escape(area.dataset.keep)}"]`) ?? answerTo(fresh, data.get("place")));
                if (there) keep((kept) => kept.setItem(store(panel, there), next));
            }
        }
        panel.replaceWith(fresh);
        begin(fresh);
        (fresh.querySelector("[aria-invalid]") ?? fresh.querySelector("[data-told]"))?.focus();
    });
    document.addEventListener("pim:drawer", (event) => {
        const panel = event.target.querySelector("[data-comments]");
        if (panel) begin(panel);
    });
    const here = document.querySelector("[data-comments]"); // a page of its own
    if (here) begin(here);
    window.addEventListener("load", () => {
        if (!all?.dataset.commentsNow) return;
        const usual = all.href;
        all.href = all.dataset.commentsNow;
        all.click();
        all.href = usual;
    });
})();
