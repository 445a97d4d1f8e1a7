"""The files of the library that a product page shows: loaded once for all its fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from catalog.assets.facts import AssetFacts, digests_in, facts_of
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import Bundle
from channels import pictures
from channels.profile import ChannelSpec


@dataclass(frozen=True, slots=True)
class ShownFile:
    """`warning`: why channels do not get it, and what it lacks for those that do; "" where nothing is wrong."""

    sha256: str
    name: str
    kind: str
    warning: str = ""


def load(
    bundle: Bundle,
    structure: Structure,
    posted: Mapping[str, Any],
    channels: Sequence[ChannelSpec],
    *,
    at: datetime,
) -> dict[str, ShownFile]:
    """By hash, what the values name and what a refused form named instead: one query, none where no file is named."""
    digests = digests_in([bundle], structure)
    for raw in posted.values():
        digests |= {
            each
            for each in (raw if isinstance(raw, list) else [raw])
            if isinstance(each, str) and len(each) == 64
        }
    known = facts_of(digests)
    faults = pictures.faults(bundle, channels, structure, known, at=at) if known else {}
    return {digest: _shown(facts, at, faults.get(digest, ())) for digest, facts in known.items()}


def named(value: Any, spec: AttributeSpec, files: Mapping[str, ShownFile]) -> list[ShownFile]:
    """Those a value names, in its order; [] where it names none or something else (a video's page)."""
    kind = ATTRIBUTE_TYPES[spec.type]
    if not kind.names_assets or not value or not kind.references(value):
        return []
    listed = value if isinstance(value, list) else [value]
    return [files.get(digest) or ShownFile(digest, digest[:12], "") for digest in listed]


def _shown(facts: AssetFacts, at: datetime, faults: Sequence[str]) -> ShownFile:
    warning = " ".join(faults)
    if not facts.may_be_shown(at):
        begins = facts.valid_from is not None and at < facts.valid_from
        warning = _("Rights begin later") if begins else _("Rights have ended")
    return ShownFile(facts.sha256, facts.name, facts.kind, warning)
