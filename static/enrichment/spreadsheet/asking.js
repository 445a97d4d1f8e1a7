// pimSpreadsheet.asking(root): asks the server until it answers. A server that is away, or a person who is signed out, is told and
// asked again; only what can never be taken (400, 413) is given back as an error.
window.pimSpreadsheet.asking = (root) => {
    const said = root.dataset;
    const box = root.querySelector("[data-trouble]");
    const troubles = new Map();
    let wake = () => {};
    for (const name of ["focus", "online"]) window.addEventListener(name, () => wake());

    const tell = (who, text) => {
        if (text) troubles.set(who, text); else troubles.delete(who);
        const shown = [...new Set(troubles.values())].join(" ");
        if (box.textContent !== shown) box.textContent = shown;
        box.hidden = !shown;
    };
    const pause = (seconds) => new Promise((done) => { const timer = setTimeout(done, 1000 * seconds); wake = () => { clearTimeout(timer); done(); }; });
    // As it is now: to sign in again, in another tab, renews it.
    const token = () => /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? root.querySelector("[name=csrfmiddlewaretoken]").value;

    const ask = async (who, send) => {
        for (let turn = 1; ; turn += 1) {
            let answer = null;
            try { answer = await send(); } catch { /* nobody answers */ }
            if (answer?.ok && !answer.redirected) {
                tell(who, "");
                if (turn > 1) window.pimAnnounce(said.backAgain);
                return answer.json();
            }
            if (answer && [400, 413].includes(answer.status)) {
                tell(who, "");
                const body = await answer.json().catch(() => ({}));
                throw new Error(body.message ?? said.refused);
            }
            const isAway = !answer || answer.status >= 500;
            tell(who, isAway ? said.offline : answer.redirected || answer.status === 401 ? said.signedOut : said.refused);
            await pause(Math.min(15, 2 ** turn));
        }
    };
    // Of the address only the columns: a request for rows names its products.
    const address = (url, params) => {
        const query = new URLSearchParams({ cols: new URLSearchParams(location.search).get("cols") ?? "" });
        for (const [name, value] of Object.entries(params)) query.set(name, value);
        return `${url}?${query}`;
    };
    const get = (who, url) => ask(who, () => fetch(url, { headers: { Accept: "application/json" } }));
    const post = (who, url, body) => ask(who, () => fetch(url, {
        method: "POST", body: JSON.stringify(body), headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token() },
    }));
    return { address, get, post, tell };
};
