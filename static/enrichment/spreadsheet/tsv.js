// window.pimSpreadsheet: the parts of the spreadsheet view. Here: the text that spreadsheet programs put on the clipboard, as rows
// of cells. They put a cell in quotes, its own quotes doubled, where a tab or a line break is in it; other quotes are letters.
(() => {
    const QUOTED = /"([^"]*(?:""[^"]*)*)"(?=\t|\n|$)/y;
    const PLAIN = /[^\t\n]*/y;
    const read = (text) => {
        const source = text.replace(/\r\n?/g, "\n"), table = [[]];
        for (let at = 0; ; at += 1) {
            QUOTED.lastIndex = PLAIN.lastIndex = at;
            const found = QUOTED.exec(source);
            if (found && /[\t\n]|""/.test(found[1])) {
                table.at(-1).push(found[1].replaceAll('""', '"'));
                at = QUOTED.lastIndex;
            } else {
                table.at(-1).push(PLAIN.exec(source)[0]);
                at = PLAIN.lastIndex;
            }
            if (at >= source.length) break;
            if (source[at] === "\n") {
                if (at === source.length - 1) break;
                table.push([]);
            }
        }
        return table;
    };
    const write = (table) => table.map((row) => row.map((cell) => (/^"|[\t\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join("\t")).join("\n");
    window.pimSpreadsheet = { tsv: { read, write } };
})();
