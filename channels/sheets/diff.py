"""What a sheet holds, and what differs between two, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Difference:
    """`path` as "locales.de_DE.title", "fields.weight", "variants.SKU-1.fields.size"; None is absent."""

    path: str
    before: Any
    after: Any

    def as_json(self) -> dict[str, Any]:
        return {"field": self.path, "before": self.before, "after": self.after}


def diff(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[Difference]:
    """In the order of the paths; [] for equal sheets. None stands for no sheet at all."""
    old, new = dict(leaves(before or {})), dict(leaves(after or {}))
    return [
        Difference(path, old.get(path), new.get(path))
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path)
    ]


def leaves(sheet: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """(path, value) of everything in a sheet."""
    for name, value in sheet.items():
        if name == "locales":
            for locale, fields in value.items():
                yield from ((f"{prefix}locales.{locale}.{target}", made) for target, made in fields.items())
        elif name == "fields":
            yield from ((f"{prefix}fields.{target}", made) for target, made in value.items())
        elif name == "variants":
            for variant in value:
                yield from leaves(variant, f"{prefix}variants.{variant.get('sku', '')}.")
        elif value not in (None, [], {}):
            yield f"{prefix}{name}", value


def is_filled(sheet: Mapping[str, Any], origins: Mapping[str, Sequence[str]]) -> bool:
    """Whether anything in it is made of attributes (`origins`: field → their codes); what is fixed says nothing of a product.
    A field that `origins` does not know was made when there was another mapping: of attributes, as far as anybody knows."""
    if sheet.get("images") or any(is_filled(variant, origins) for variant in sheet.get("variants") or ()):
        return True
    parts = (sheet.get("fields", {}), *sheet.get("locales", {}).values())
    return any(origins.get(name, True) for part in parts for name in part)
