"""Pictures as productSet takes them: by their address the first time, then by the id the shop gave them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from channels.connectors._shopify.fields import ShopFacts, There


def picture_key(image: Mapping[str, Any]) -> str:
    """The same for the same picture in the same size."""
    return sha256(str(image["url"]).encode()).hexdigest()[:16]


def pictures_of(
    sheet: Mapping[str, Any], parts: Sequence[Mapping[str, Any]], shop: ShopFacts, there: There
) -> dict[str, dict[str, Any]] | None:
    """FileSetInput by key, the model's pictures first; those the shop has already by its id. None: not ours to send."""
    if "media" not in shop.owns:
        return None
    known = there.receipt.get("media") or {}
    files: dict[str, dict[str, Any]] = {}
    for part in (sheet, *parts):
        for image in part.get("images") or ():
            key = picture_key(image)
            if known.get(key) in there.media:
                files.setdefault(key, {"id": known[key], "alt": image.get("alt", "")})
            else:
                files.setdefault(
                    key,
                    {"originalSource": image["url"], "alt": image.get("alt", ""), "contentType": "IMAGE"},
                )
    return files if files or known else None  # where we never sent any, an empty list would take theirs away
