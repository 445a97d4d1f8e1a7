"""The grammar of value keys: `attribute`, `attribute|locale`, `attribute||context`, `attribute|locale|context`.

Master and "no locale" are never spelled. The product's own fields stand beside values as pseudo keys: "_sku", "_status" …
"""

from __future__ import annotations

from typing import NamedTuple

FIELD_KEYS = (
    "_sku", "_family", "_family_variant", "_parent", "_status", "_enabled", "_categories", "_trashed",
)  # fmt: skip


class Key(NamedTuple):
    attribute: str
    locale: str = ""
    context: str = ""

    def __str__(self) -> str:
        return format_key(self.attribute, self.locale, self.context)

    @classmethod
    def parse(cls, text: str) -> Key:
        return cls(*text.split("|")) if "|" in text else cls(text)


def format_key(attribute: str, locale: str = "", context: str = "") -> str:
    if context:
        return f"{attribute}|{locale}|{context}"
    return f"{attribute}|{locale}" if locale else attribute


def attribute_of(key: str) -> str:
    return key.partition("|")[0]


def campaign_key(key: str, campaign: str) -> str:
    """How revisions and proposals name what a campaign says: "price||shop@summer"."""
    return f"{key}@{campaign}"


def split_campaign(key: str) -> tuple[str, str]:
    """(key, the campaign's code or "")."""
    plain, _at, campaign = key.partition("@")
    return plain, campaign


def is_canonical(key: str) -> bool:
    """Whether a key is spelled as format_key does: "name|" and "name|de_DE|" would lie beside the value they mean."""
    return key.count("|") <= 2 and str(Key.parse(key)) == key


def is_field(key: str) -> bool:
    return key.startswith("_")
