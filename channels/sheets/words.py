"""A value of a sheet as one reads it: for pages and files that show sheets to people."""

from __future__ import annotations

from html import unescape
from typing import Any

from django.utils.html import strip_tags
from django.utils.translation import gettext as _


def in_words(value: Any) -> str:
    """ "" for None; options by their label, measures with their unit, lists with commas, rich text without its tags."""
    if isinstance(value, dict):
        if "label" in value:
            return str(value["label"])
        if _is_measure(value):
            return f"{value['amount']} {value['unit']}"
        return ", ".join(f"{name}: {in_words(part)}" for name, part in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(in_words(part) for part in value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return "" if value is None else plain(str(value))


def _is_measure(value: dict[str, Any]) -> bool:
    return set(value) == {"amount", "unit"}


def what_differs(before: Any, after: Any) -> tuple[Any, Any]:
    """Of two values of the same shape, for in_words, what is not alike in both: of a picture whose alternative text is another
    the text alone. What reads as one, an option or a measure, stays whole."""
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = [what_differs(*pair) for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
        return [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    if not (isinstance(before, dict) and isinstance(after, dict)) or before.keys() != after.keys():
        return before, after
    if "label" in after or _is_measure(after):
        return before, after
    parts = {name: what_differs(before[name], part) for name, part in after.items() if before[name] != part}
    return {name: part[0] for name, part in parts.items()}, {name: part[1] for name, part in parts.items()}


def plain(text: str) -> str:
    """Rich text as one reads it: a space where a paragraph ended, no tags, no entities."""
    return unescape(strip_tags(text.replace("<", " <"))).strip() if "<" in text else text
