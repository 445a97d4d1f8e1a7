"""What a number or a date that was refused can only mean; where it may mean two things, nothing is proposed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime

from catalog.importing.cells import RowParser
from catalog.importing.mapping import Column
from catalog.importing.settings import ImportSettings
from catalog.structure.snapshot import Structure

_NUMBER = re.compile(r"[+\-−]?\d(?:[\d.,'\u00a0\u202f ]*\d)?")
# What may stand beside a number without changing it; a currency or a unit would.
_FILLING = frozenset(
    {"", "ca", "ca.", "circa", "approx", "approx.", "about", "env.", "~", ",-", ".-", ",--", "-"}
)
_DATES = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%y", "%Y%m%d",
)  # fmt: skip


def reading_of(text: str, column: Column | None, structure: Structure, settings: ImportSettings) -> str:
    """A text that the column takes, meaning what `text` plainly means; "" where there is none, or more than one."""
    target = column.to if column else None
    if column is None or target is None or not target.attribute or not text:
        return ""
    kind = structure.attributes[target.attribute].type
    if kind in ("number", "price", "measurement"):
        found = _number(text, column.cells(settings).decimal)
    elif kind in ("date", "datetime"):
        found = _date(text)
    else:
        return ""
    return found if found and found != text and _is_taken(found, column, structure, settings) else ""


def _number(text: str, decimal: str) -> str:
    numbers = _NUMBER.findall(text)
    if len(numbers) != 1 or _NUMBER.sub("", text).strip().casefold() not in _FILLING:
        return ""
    digits = re.sub(r"['\u00a0\u202f ]", "", numbers[0]).replace("−", "-")
    marks = [mark for mark in digits if mark in ".,"]
    if not marks:
        return digits
    if len(set(marks)) == 2:  # 1.234,50: the last is the decimal mark, if it stands once
        last = marks[-1]
        if marks.count(last) > 1:
            return ""
        whole, _mark, rest = digits.rpartition(last)
        return re.sub("[.,]", "", whole) + decimal + rest
    if len(marks) > 1:  # 1.234.567: thousands, whatever the mark
        groups = re.split("[.,]", digits)
        return "".join(groups) if all(len(group) == 3 for group in groups[1:]) else ""
    whole, _mark, rest = re.split("([.,])", digits)
    return "" if len(rest) == 3 else whole + decimal + rest  # 1.234 may be either


def _date(text: str) -> str:
    found: set[date] = set()
    for format in _DATES:
        try:
            found.add(datetime.strptime(text.strip(), format).date())  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return found.pop().isoformat() if len(found) == 1 else ""


def _is_taken(text: str, column: Column, structure: Structure, settings: ImportSettings) -> bool:
    parser = RowParser([replace(column, index=0)], structure, settings)
    parsed = parser([text])
    parser.complete(parsed, None)
    return not parsed.errors
