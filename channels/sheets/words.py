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
        if set(value) == {"amount", "unit"}:
            return f"{value['amount']} {value['unit']}"
        return ", ".join(f"{name}: {in_words(part)}" for name, part in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(in_words(part) for part in value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return "" if value is None else plain(str(value))


def plain(text: str) -> str:
    """Rich text as one reads it: a space where a paragraph ended, no tags, no entities."""
    return unescape(strip_tags(text.replace("<", " <"))).strip() if "<" in text else text
