"""Which character separates the cells of a text file: the one under which most rows have the same width."""

from __future__ import annotations

import csv
from collections import Counter

CANDIDATES = (",", ";", "\t", "|")


def records(text: str, delimiter: str, quotechar: str = '"', *, whole: bool = True) -> list[list[str]]:
    """The records of a sample; the last one of a sample that was cut off is dropped."""
    found = list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter, quotechar=quotechar))
    return found if whole or len(found) < 2 else found[:-1]


def find_quotechar(text: str, delimiter: str) -> str:
    """The double quote, unless it never occurs and the cells stand in single quotes."""
    if '"' in text:
        return '"'
    cells = [cell for row in records(text, delimiter) for cell in row if cell]
    quoted = sum(len(cell) > 1 and cell[0] == cell[-1] == "'" for cell in cells)
    return "'" if cells and quoted * 2 > len(cells) else '"'


def find_delimiter(text: str, *, whole: bool) -> str:
    """A comma where no candidate makes more than one column."""
    scores = {candidate: _score(text, candidate, whole) for candidate in CANDIDATES if candidate in text}
    best = max(scores, key=lambda candidate: scores[candidate], default=",")
    return best if scores.get(best) else ","


def _score(text: str, delimiter: str, whole: bool) -> float:
    rows = [row for row in records(text, delimiter, whole=whole) if any(cell.strip() for cell in row)]
    widths = Counter(len(row) for row in rows)
    many = {width: count for width, count in widths.items() if width > 1}
    if not many:
        return 0.0
    width = max(many, key=lambda candidate: (many[candidate] * candidate, candidate))
    # Titles above the table have one cell: they are no evidence against a delimiter, so they weigh little.
    narrow = widths.get(1, 0)
    alike = sum(count for other, count in many.items() if abs(other - width) <= width // 10)
    share = alike / (len(rows) - 0.5 * narrow)
    cells = [cell for row in rows for cell in row if cell]
    torn = sum(cell.count('"') % 2 for cell in cells)
    intact = 1 - torn / max(1, len(cells))
    return share * (1 - 1 / width) * intact * (1.1 if len(rows[0]) == width else 1)
