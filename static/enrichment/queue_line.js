// window.pimLine(root): the products of a queue in their order, of which the server is asked page by page; and asking it.
window.pimLine = (root) => {
    const said = root.dataset;
    const numbers = (text) => text.split(",").filter(Boolean).map(Number);
    const ids = numbers(said.ids);
    let further = said.further, at = 0, growing = null;
    const PAGE = 30, NEAR = 15;
    // What is finished is not asked for again: by this person, or by somebody else.
    const done = new Set();
    const gone = new Set();

    const address = (url, params) => {
        const query = new URLSearchParams(location.search);
        for (const name of ["after", "before"]) query.delete(name);
        for (const [name, value] of Object.entries(params)) query.set(name, value);
        return `${url}?${query}`;
    };
    const ask = (url, params) => fetch(address(url, params), { headers: { Accept: "application/json" } });

    const isSignedOut = (answer) => answer.status === 401 || answer.redirected;
    // As it is now: to sign in again, in another tab, renews it.
    const token = () => /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? root.querySelector("[name=csrfmiddlewaretoken]").value;

    const grow = () => {
        if (!further || growing) return growing;
        growing = ask(said.idsUrl, { after: further }).then(async (answer) => {
            // Whoever is signed out is told so by what is asked next.
            if (isSignedOut(answer)) return false;
            if (!answer.ok) throw new Error(`${answer.status}`);
            const page = await answer.json();
            ids.push(...page.ids.filter((id) => !ids.includes(id)));
            further = page.further;
            return true;
        }).finally(() => { growing = null; });
        return growing;
    };
    const ahead = () => ids.slice(at + 1).filter((id) => !done.has(id) && !gone.has(id)).slice(0, PAGE);
    return {
        address,
        ask,
        done,
        gone,
        isSignedOut,
        token,
        // The next ids there are; waits for the server's where there are none yet, and throws where it does not answer: that is
        // not the end of the queue.
        next: async () => {
            while (further && !ahead().length) if (!await grow()) break;
            if (further && ahead().length && ahead().length < NEAR) grow().catch(() => {});
            return ahead();
        },
        known: ahead,
        before: () => ids[at - 1] ?? null,
        current: () => ids[at] ?? null,
        go: (id) => { const place = ids.indexOf(id); if (place >= 0) at = place; },
        end: () => { at = ids.length; },
    };
};
