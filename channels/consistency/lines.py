"""On which line a channel's field stands beside those of other channels: by what it is about, whatever it is called.

What it is about is told by the channel's template, else by the field's name, else by the one attribute it is made from
(channels.mapping.meanings knows how each is usually called). Google's "title", Shopify's "title" and a partner's
"artikelbezeichnung" are one line; a title for search engines is another, although it is made from the same attribute.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from catalog.structure.snapshot import Structure
from channels.connectors import CONNECTORS
from channels.mapping import meanings
from channels.mapping.recognising import folded
from channels.mapping.template import Meaning
from channels.profile import ChannelSpec, FieldSpec
from channels.sheets import sources

PICTURES = "images"  # the line of a sheet's pictures, which are no field


class Lines:
    """Of some channels, under one state of the structure: their templates are read once."""

    def __init__(self, channels: Iterable[ChannelSpec], structure: Structure) -> None:
        self.structure = structure
        self._told = {channel.id: _told_by_template(channel) for channel in channels}

    def key(self, row: FieldSpec, channel: ChannelSpec) -> str:
        """ "m:name" for a known meaning, "a:color" for an attribute, "t:ownlabel0" for what has only its name."""
        code = self._told.get(channel.id, {}).get(row.target) or _named(row.target)
        if code:
            return f"m:{code}"
        spec, _part = sources.find(str(row.source.get("attribute", "")), self.structure)
        if spec is None:
            return f"t:{folded(row.target)}"
        known = _named(spec.code)
        return f"m:{known}" if known else f"a:{spec.code}"


def _told_by_template(channel: ChannelSpec) -> Mapping[str, str]:
    """Target → code of its meaning."""
    kind = CONNECTORS.get(channel.connector)
    fields = kind.template(channel.settings) if kind else ()
    codes = {id(meaning): code for code, meaning in _meanings().items()}
    return {field.target: codes[id(field.meaning)] for field in fields if id(field.meaning) in codes}


@cache
def _meanings() -> Mapping[str, Meaning]:
    return {name.lower(): known for name, known in vars(meanings).items() if isinstance(known, Meaning)}


@cache
def _names() -> Mapping[str, str]:
    """How things are called, folded → code of the meaning; where two are called the same, the first that is told."""
    found: dict[str, str] = {}
    for part in ("codes", "labels"):
        for code, meaning in _meanings().items():
            for name in getattr(meaning, part):
                found.setdefault(folded(name), code)
    return found


def _named(name: str) -> str:
    return _names().get(folded(name), "")
