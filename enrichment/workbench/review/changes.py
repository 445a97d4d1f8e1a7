"""What a product says that it did not say when it was approved last, field by field: its revisions folded into one change."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from catalog import approval
from catalog.access import Rights
from catalog.models import Product, Revision
from catalog.structure.snapshot import Structure
from catalog.values.approving import field_of
from catalog.values.hashing import value_hash
from catalog.values.keys import Key, attribute_of, is_field, split_campaign
from catalog.values.links import bring_pairs
from catalog.values.revisions import changes_from_json
from enrichment.workbench.differences import difference
from enrichment.workbench.page import history

MOST = 300  # revisions that are looked through
_PICTURES = frozenset(["image", "images"])


@dataclass(frozen=True, slots=True)
class Change:
    """`parts`: ("same" | "gone" | "come", text). `gone`, `come`: pictures by hash, where the value is pictures. `is_new`: there
    was nothing before, so that all of it reads plainly."""

    label: str
    place: str
    language: str
    parts: list[tuple[str, str]]
    gone: list[str] = field(default_factory=list)
    come: list[str] = field(default_factory=list)
    is_new: bool = False


@dataclass(slots=True)
class Since:
    """`approved_at` None: never approved, or so long ago that `is_cut`."""

    changes: list[Change]
    approved_at: datetime | None = None
    people: list[str] = field(default_factory=list)
    is_cut: bool = False


def since_approval(
    product: Product, *, structure: Structure, rights: Rights, locale: str, approving: str = ""
) -> Since:
    """Two queries, one more where values point at products. `approving`: the locale whose texts are looked at; "" for all else
    of the product."""
    rows = list(Revision.objects.filter(product=product).order_by("-rev").select_related("user")[: MOST + 1])
    since = Since([], is_cut=len(rows) > MOST)
    folded: dict[str, tuple[Any, Any]] = {}
    names = [f"_{field_of(approving)}"]
    for row in rows[:MOST]:
        changed = changes_from_json(row.changes)
        if any(changed.get(name, (None, None))[1] == Product.Status.APPROVED for name in names):
            since.approved_at, since.is_cut = row.at, False
            break
        if changed.get(names[0], (None, None))[0] == Product.Status.APPROVED:
            names.append(
                "_status"
            )  # it was approved with the product, unless an approval of its own is found first
        told = [key for key in changed if _is_asked(key, approving, structure)]
        for key in told:
            before, after = changed[key]
            folded[key] = (before, folded[key][1] if key in folded else after)
        who = (row.user.get_full_name() or row.user.get_username()) if row.user else _("The system")
        if who not in since.people and told:
            since.people.append(who)
    moved = {key: pair for key, pair in folded.items() if value_hash(pair[0]) != value_hash(pair[1])}
    bring_pairs([moved], structure)
    order = {code: place for place, code in enumerate(structure.attributes)}
    keys = sorted(moved, key=lambda key: (is_field(key), order.get(key.partition("|")[0], 0), key))
    shown = history.changed_keys(
        {key: moved[key] for key in keys}, structure, rights, locale, is_creation=False
    )
    since.changes = [_change(each, moved[each.key], structure) for each in shown]
    return since


def _is_asked(key: str, approving: str, structure: Structure) -> bool:
    return attribute_of(key) != "_status" and approval.decided_in(key, structure) == approving


def _change(shown: history.ChangedKey, pair: tuple[Any, Any], structure: Structure) -> Change:
    if not is_field(shown.key):
        key = Key.parse(split_campaign(shown.key)[0])
        spec = structure.attributes.get(key.attribute)
        language = key.locale.replace("_", "-")
        if spec is not None and spec.type in _PICTURES:
            gone, come = (_hashes(value) for value in pair)
            return Change(shown.label, shown.place, language, [], gone, come)
    else:
        language = ""
    before, after = (strip_tags(text.replace("<", " <")).strip() for text in (shown.before, shown.after))
    parts = difference(before, after)
    return Change(shown.label, shown.place, language, parts, is_new=bool(after) and not before)


def _hashes(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [each for each in listed if isinstance(each, str) and len(each) == 64]
