"""The addresses under which somebody without a login fetches a file: signed, never expiring, the same for the same file.

That of a rendition names what it was made by (preset, crop, focus): a change of any gives another address, so that nobody
shows the old picture from a cache.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.core.signing import Signer
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from catalog.assets.cropping import Framed, box_of
from catalog.structure.snapshot import PresetSpec

_signer = Signer(salt="catalog.asset")


def signature(sha256: str, preset: str = "") -> str:
    """What lets somebody without a login read this one file, or this one rendition of it."""
    return _signer.signature(f"{sha256}/{preset}" if preset else sha256)


def is_signed(sha256: str, given: str, preset: str = "") -> bool:
    return constant_time_compare(signature(sha256, preset), given)


def public_url(sha256: str) -> str:
    """The absolute address under which a channel fetches the original."""
    path = reverse("admin:catalog_asset_public", args=[sha256, signature(sha256)])
    return f"{settings.PIM_BASE_URL}{path}"


def rendition_url(sha256: str, picture: Framed, preset: PresetSpec) -> str:
    """The absolute address of a rendition, which is made at the latest when it is fetched."""
    given = signature(sha256, preset.code)
    path = reverse(
        "admin:catalog_asset_public_rendition",
        args=[sha256, preset.code, rendition_key(preset, picture), given],
    )
    return f"{settings.PIM_BASE_URL}{path}"


def screen_url(sha256: str, size: int) -> str:
    """The absolute address of a picture in one of the sizes that are made for screens (SCREEN_SIZES)."""
    path = reverse("admin:catalog_asset_public_screen", args=[sha256, size, signature(sha256, f"{size}px")])
    return f"{settings.PIM_BASE_URL}{path}"


def rendition_key(preset: PresetSpec, picture: Framed) -> str:
    """16 hex digits of everything that decides how a rendition looks; the focus only where something is cut by it."""
    box = box_of(picture, preset.id)
    parts: list[Any] = [
        preset.width, preset.height, preset.fit, preset.background.lower(), preset.format, preset.quality, preset.max_kb,
        list(picture.focus) if preset.fit == "crop" and box is None else None, *([list(box)] if box else []),
    ]  # fmt: skip
    return blake2b(json.dumps(parts).encode(), digest_size=8).hexdigest()
