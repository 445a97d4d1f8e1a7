"""The addresses of files in a cell: one, or several by the list's separator or on lines of their own. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.assets.fetching import LONGEST
from catalog.attribute_types import AttributeType, CellOptions, ValueRefused
from catalog.models.digest import is_digest
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec

_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_FILM = re.compile(r"\.(mp4|webm)([?#].*)?\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Addresses:
    """What a cell names, in its order: addresses, and hashes of files that are in the library already."""

    parts: tuple[str, ...]
    several: bool  # whether the attribute takes more than one

    def value(self, digests: dict[str, str]) -> Any:
        """The stored value, where all addresses have given a file: {address: sha256}."""
        found = list(dict.fromkeys(digests.get(part, part) for part in self.parts))
        return found if self.several else found[0]


def is_address(text: str) -> bool:
    return bool(_ADDRESS.match(text))


def digest_of(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()


def reader(
    clean: Callable[[str], Any],
    kind: AttributeType,
    spec: AttributeSpec,
    options: CellOptions,
    structure: Structure,
) -> Callable[[str], Any]:
    """Reads a cell as `clean` does, or to Addresses where it holds some. Raises ValueRefused."""
    pattern = _between(options.list_separator)
    separator = options.list_separator

    def read(text: str) -> Any:
        if "://" not in text or not _ADDRESS.search(text):
            return clean(text)
        # A page that plays a video is a value as it is.
        if kind.code == "video" and not _FILM.search(text.strip()):
            return clean(text)
        parts = tuple(
            dict.fromkeys(
                part for each in pattern.split(text) if (part := each.strip().strip(separator).strip())
            )
        )
        _check(parts, kind, spec, structure)
        return Addresses(parts, kind.has_parts)

    return read


def _check(parts: tuple[str, ...], kind: AttributeType, spec: AttributeSpec, structure: Structure) -> None:
    for part in parts:
        if not is_address(part) and not is_digest(part.lower()):
            raise ValueRefused(
                "not_an_address",
                _(
                    "'%(text)s' is neither the address of a file (https://…) nor the hash of one in the library."
                ),
                {"text": part[:60]},
            )
        if len(part) > LONGEST:
            raise ValueRefused("address_too_long", _("The address is longer than 2,000 characters."))
    if len(parts) > 1 and not kind.has_parts:
        raise ValueRefused(
            "several_addresses",
            ngettext(
                "There is %(count)d address, and %(label)s takes one file: leave the first.",
                "There are %(count)d addresses, and %(label)s takes one file: leave the first.",
                len(parts),
            ),
            {"count": len(parts), "label": spec.label()},
        )
    if kind.has_parts:  # how many it takes is the type's to say
        kind.clean([digest_of(part) for part in parts], spec, structure=structure)


@lru_cache(maxsize=16)
def _between(separator: str) -> re.Pattern[str]:
    """Addresses may hold the separator themselves: it separates where another one, or a hash, begins behind it."""
    onward = r"(?=https?://|[0-9a-fA-F]{64}\b)"
    return re.compile(rf"\s*{re.escape(separator)}\s*{onward}|\s+{onward}|\s*[\r\n]+\s*", re.IGNORECASE)
