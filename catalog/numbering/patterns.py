"""The pattern of an identifier: "{family}-{seq:5}" makes mugs-00001, mugs-00002 …"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

_PART = re.compile(r"\{(seq(?::([1-9]|1[0-5]))?|family|FAMILY|sku)\}")
PLACES = "{family}, {FAMILY}, {sku}, {seq}, {seq:5}"


class PatternRefused(ValueError):
    """The pattern makes no numbers; the message says why."""


def check(pattern: str) -> None:
    """Raises PatternRefused."""
    rest = _PART.sub("", pattern)
    if "{" in rest or "}" in rest:
        raise PatternRefused(_("Only these stand in braces: %(places)s.") % {"places": PLACES})
    if sum(found[1].startswith("seq") for found in _PART.finditer(pattern)) != 1:
        raise PatternRefused(
            _("A pattern has its running number once: write {seq}, or {seq:5} for at least five digits.")
        )


def fill(pattern: str, *, sku: str, family: str) -> tuple[str, str, int]:
    """(what stands before the running number, what stands after it, its least digits) for a product.

    Products for which both texts are the same are counted together: with {family}, each family counts by itself.
    """
    texts = {"sku": sku, "family": family, "FAMILY": family.upper()}
    before, after, digits, seen = "", "", 1, False
    at = 0
    for found in _PART.finditer(pattern):
        text = pattern[at : found.start()]
        at = found.end()
        is_seq = found[1].startswith("seq")
        text += "" if is_seq else texts[found[1]]
        if seen:
            after += text
        else:
            before += text
        if is_seq:
            seen, digits = True, int(found[2] or 1)
    return before, after + pattern[at:], digits


def number(before: str, after: str, digits: int, count: int) -> str:
    return f"{before}{count:0{digits}d}{after}"
