"""Which product a file's name speaks of, and where it puts the picture among the product's: a rule people can see and
change. Pure. Owner of PictureMatch.rule.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _

ANY, SKU = "any", "sku"
BY: Mapping[str, Any] = {ANY: _("SKU, EAN or another unique identifier"), SKU: _("SKU")}
WHENCE: Mapping[str, Any] = {"name": _("The file's name"), "folder": _("The folder it lies in")}
SEPARATORS: Mapping[str, Any] = {
    "_-": _("underscore or hyphen"),
    "_": _("underscore only"),
    "-": _("hyphen only"),
    "_-. ": _("underscore, hyphen, point or space"),
}
MODES: Mapping[str, Any] = {
    "behind": _("Add them behind what is there"),
    "replace": _("Put them in the place of what is there"),
}
# In the order in which shops show them; what shows a product from the front is its first picture, before "_2".
VIEWS = (
    "main/front/vorne, back/hinten, left/links, right/rechts, side/seite, top/oben, bottom/unten, inside/innen,"
    " detail, packaging/verpackung, lifestyle/ambiente"
)
SUFFIXES = 2  # "MUG-1_front_2"


class RuleRefused(ValueError):
    """A rule nobody can carry out."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`by`: ANY, SKU or the code of a unique attribute. `key`: the value key that receives the files. `views`: words with
    commas that stand for a place, as a number does; with a slash where they stand for the same."""

    by: str = ANY
    whence: str = "name"
    separators: str = "_-"
    views: str = VIEWS
    key: str = ""
    mode: str = "behind"

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Rule:
        """Raises RuleRefused for unknown keys and choices."""
        if unknown := set(data) - {each.name for each in fields(cls)}:
            raise RuleRefused(f"unknown: {', '.join(sorted(unknown))}")
        rule = cls(**data)
        if rule.whence not in WHENCE or rule.separators not in SEPARATORS or rule.mode not in MODES:
            raise RuleRefused("a choice that is not offered")
        return rule

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text that may name the product, and the place: 0 for a name without one, which stands first."""

    text: str
    place: int


def readings(path: str, rule: Rule) -> list[Reading]:
    """What a file's path may mean, the longest text first: a SKU that ends in a number is not taken for a place."""
    folder, _slash, base = path.replace("\\", "/").rpartition("/")
    stem = base.rpartition(".")[0] or base
    pattern, views = _compiled(rule.separators, rule.views)
    found = [Reading(stem.strip(), 0)]
    text, place = stem, 0
    for _number in range(SUFFIXES):
        match = pattern.fullmatch(text)
        if match is None:
            break
        text = match["head"]
        number = match["copy"] or match["number"]
        # The word next to the name tells the view; a number behind it only counts within the view.
        place = int(number) if number else views[match["word"].casefold()]
        found.append(Reading(text.strip(), place))
    if rule.whence == "folder":
        within = folder.rpartition("/")[2].strip()
        places = [reading.place for reading in found]
        return [Reading(within, max(places[-1], _bare_number(stem, views)))] if within else []
    return [reading for reading in found if reading.text]


def _bare_number(stem: str, views: Mapping[str, int]) -> int:
    """In a folder a file may be called by its place alone: "2.jpg", "front.jpg"."""
    return (
        int(stem) if stem.isascii() and stem.isdigit() and len(stem) <= 4 else views.get(stem.casefold(), 0)
    )


@lru_cache(maxsize=32)
def _compiled(separators: str, words: str) -> tuple[re.Pattern[str], dict[str, int]]:
    listed = [alike.casefold().split("/") for alike in words.split(",") if alike.strip(" /")]
    views: dict[str, int] = {}
    for alike in listed:
        place = max(views.values(), default=0) + 1
        for word in filter(None, map(str.strip, alike)):
            views.setdefault(word, place)
    either = "|".join(re.escape(word) for word in sorted(views, key=len, reverse=True)) or r"(?!)"
    between = f"[{re.escape(separators)}]"
    tail = rf"\s*\((?P<copy>\d{{1,4}})\)|{between}+(?:(?P<number>\d{{1,4}})|(?P<word>{either}))"
    return re.compile(
        rf"(?P<head>.+?)(?:{tail})", re.IGNORECASE | re.ASCII if not words else re.IGNORECASE
    ), views
