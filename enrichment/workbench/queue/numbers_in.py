"""Ids from an address."""

from __future__ import annotations

from enrichment.workbench.grid.paging import LARGEST_ID

MOST = 50  # in one question


def numbers_in(text: str, *, most: int = MOST) -> list[int]:
    """ "5,6,7" → the ids; what is none is left out."""
    listed = [int(part) for part in text.split(",") if part.isascii() and part.isdecimal() and len(part) < 20]
    return [number for number in listed if number <= LARGEST_ID][:most]
