"""Akeneo's codes as they are called here: as they were, in whatever case they are named, and changed where they must be."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from catalog.models.codes import CODE_PATTERN

LONGEST = 100
_END = "_akeneo"
_VALID = re.compile(CODE_PATTERN)
_SIGNS = re.compile(r"[^A-Za-z0-9_.]+")


class Codes:
    """`written`: the codes of one kind in the order of the files, of which the first spelling counts; `existing`: those that
    are here, which keep theirs. `reserved` (in lower case) cannot be used."""

    def __init__(
        self,
        written: Iterable[str] = (),
        existing: Iterable[str] = (),
        reserved: Collection[str] = (),
    ) -> None:
        self._known = {code.casefold(): code for code in existing if code.casefold() not in reserved}
        self._here = frozenset(self._known)
        self.changed: dict[str, str] = {}
        asked = [code for code in dict.fromkeys(written) if code]
        taken = {code.casefold() for code in asked if _VALID.match(code)} | set(reserved)
        for code in asked:
            folded = code.casefold()
            if folded in self._known:
                continue
            ours = code
            if folded in reserved or not _VALID.match(code):
                ours = self.changed[code] = _made(code, taken)
            taken.add(ours.casefold())
            self._known[folded] = ours

    def get(self, code: str) -> str | None:
        """Ours, for a code in any case; None where there is none of it."""
        return self._known.get(code.strip().casefold())

    def is_here(self, code: str) -> bool:
        """Whether it was here before."""
        return code.strip().casefold() in self._here

    def take(self, codes: Iterable[str]) -> tuple[list[str], list[str]]:
        """(ours, each once and in their order; those nobody knows)"""
        found: dict[str, None] = {}
        unknown = []
        for code in codes:
            ours = self.get(code)
            if ours is None:
                unknown.append(code)
            else:
                found[ours] = None
        return list(found), unknown


def _made(code: str, taken: Collection[str]) -> str:
    """The same for the same files, so that a second run finds what the first one made."""
    stem = _SIGNS.sub("_", code).lstrip("_.")
    number = 1
    while True:
        end = _END if number == 1 else f"{_END}{number}"
        wanted = (stem[: LONGEST - len(end)] + end).lstrip("_")
        if wanted.casefold() not in taken:
            return wanted
        number += 1


def split(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(",") if part.strip()]
