// Dropped files and folders as a list, and their upload two at a time: window.pimPictures.
(() => {
    const AT_ONCE = 2;
    const hidden = (name) => name.startsWith(".") || name === "Thumbs.db" || name === "desktop.ini";

    // A folder comes as a tree, which is read in parts. `unread(path)`: of each that the browser may not read.
    const walk = async (entry, into, unread) => {
        if (hidden(entry.name)) return;
        try {
            if (entry.isFile) {
                into.push([await new Promise((resolve, reject) => entry.file(resolve, reject)), entry.fullPath.slice(1)]);
                return;
            }
            const reader = entry.createReader();
            for (;;) {
                const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
                if (!part.length) return;
                for (const each of part) await walk(each, into, unread);
            }
        } catch {
            unread(entry.fullPath.slice(1));
        }
    };

    // [[file, path], …] of what was dropped. What is dropped is only there until the first pause.
    const dropped = async (transfer, unread) => {
        const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
        const plain = [...transfer.files].map((file) => [file, file.name]);
        const found = [];
        for (const entry of entries) await walk(entry, found, unread);
        return entries.length ? found : plain;
    };

    const chosen = (files) => [...files].filter((file) => !hidden(file.name)).map((file) => [file, file.webkitRelativePath || file.name]);

    // `words`: failed, signedOut. tell(done, total) after each; refuse(path, why); over(refused) once nothing is left.
    const uploads = ({ action, token, words, tell, refuse, over }) => {
        const waiting = [];
        let [running, total, done, refused] = [0, 0, 0, 0];

        const wrong = (path, why) => {
            refused += 1;
            refuse(path, why);
        };

        const send = async (file, path) => {
            running += 1;
            const body = new FormData();
            body.append("file", file);
            body.append("path", path);
            try {
                const answer = await fetch(action, { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": token } });
                if (answer.status === 401) wrong(path, words.signedOut);
                else if (!answer.ok) wrong(path, (await answer.json().catch(() => ({}))).message || words.failed);
            } catch {
                wrong(path, words.failed);
            }
            running -= 1;
            done += 1;
            tell(done, total);
            next();
        };

        const next = () => {
            if (!waiting.length && !running) return over(refused);
            while (running < AT_ONCE && waiting.length) send(...waiting.shift());
        };

        return {
            take(files) {
                if (!files.length) return;
                total += files.length;
                waiting.push(...files);
                tell(done, total);
                next();
            },
            isBusy: () => running > 0 || waiting.length > 0,
        };
    };

    window.pimPictures = { dropped, chosen, uploads };
})();
