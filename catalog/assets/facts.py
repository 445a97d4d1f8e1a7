"""What sheets and pages need to know of the files a value names: loaded once for many, then pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models.asset import Asset
from catalog.structure.snapshot import Structure
from catalog.values.bundle import Bundle
from catalog.values.keys import attribute_of

_COLUMNS = (
    "sha256", "kind", "name", "mime", "size", "titles", "alts", "valid_from", "valid_until", "width", "height", "white_edge", "crops", "focus_x", "focus_y",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AssetFacts:
    """`titles` and `alts` by locale; `focus` in percent. Rights hold from `valid_from` until just before `valid_until`.

    `width`, `height` in pixels and `white_edge` in percent, of pictures. `crops` as catalog.assets.cropping has them.
    """

    sha256: str
    kind: str
    name: str
    mime: str
    size: int
    titles: Mapping[str, str]
    alts: Mapping[str, str]
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    width: int | None = None
    height: int | None = None
    white_edge: int | None = None
    crops: Mapping[str, Any] = field(default_factory=dict)
    focus: tuple[int, int] = (50, 50)

    def may_be_shown(self, at: datetime | None) -> bool:
        """Whether rights hold at a moment; None does not ask."""
        if at is None:
            return True
        return not (self.valid_from and at < self.valid_from) and not (
            self.valid_until and at >= self.valid_until
        )

    def next_boundary(self, at: datetime) -> datetime | None:
        """The next moment after `at` at which rights begin or end."""
        moments = (
            moment for moment in (self.valid_from, self.valid_until) if moment is not None and moment > at
        )
        return min(moments, default=None)


def facts_of(digests: Iterable[str]) -> dict[str, AssetFacts]:
    """By hash, those that are stored: one query, none for no hashes."""
    wanted = sorted(set(digests))
    return {facts.sha256: facts for facts in _of(Asset.objects.filter(sha256__in=wanted))} if wanted else {}


def _of(rows: QuerySet[Asset]) -> Iterable[AssetFacts]:
    for *plain, focus_x, focus_y in rows.values_list(*_COLUMNS):
        yield AssetFacts(*plain, focus=(focus_x, focus_y))


def digests_in(bundles: Iterable[Bundle], structure: Structure) -> set[str]:
    """The hashes that the values of these products name, at every level and in every campaign."""
    if not structure.asset_attributes:
        return set()
    found: set[str] = set()
    for bundle in bundles:
        for values in (
            *(level.values for level in bundle.levels),
            *(each.values for each in bundle.campaigns),
        ):
            for key, stored in values.items():
                spec = structure.attributes.get(attribute_of(key))
                if stored and spec is not None and spec.code in structure.asset_attributes:
                    found |= ATTRIBUTE_TYPES[spec.type].references(stored).get("asset", set())
    return found
