"""Earlier translations for a text: of the same text, or of similar ones with how alike they are.

Constant queries and bounded work, whatever the catalogue: a few rows of the index for each mark, then the documents of a
hundred products at most. Both texts are read as they are now, and only where this person sees the product and either text.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any

from django.db import connection

from catalog.access import Rights, rights_of, visible
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.attribute_types.richtext import sanitised
from catalog.models import Product, ProductCategory, ProductValues, User
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import outdated_keys
from catalog.values.keys import Key, format_key
from enrichment.memory.following import TYPES
from enrichment.memory.marks import likeness, marks
from enrichment.models import MemoryMark

SHOWN = 3
LEAST_ALIKE = 65  # percent; below, reading it takes longer than writing
NEWEST = 40  # rows of the index for a mark
NEWEST_LIMITED = 200  # for somebody who sees a part of the products
FOR_EACH = 20  # texts that are compared, for each text asked for
MOST_TEXTS = 10  # asked for at once


@dataclass(frozen=True, slots=True)
class Wanted:
    """A text to be written: `source` without markup, in `source_locale`, of the attribute `spec`, for `locale`. `own`: the
    products on whose levels it is written itself."""

    key: str
    spec: AttributeSpec
    locale: str
    source_locale: str
    source: str
    own: frozenset[int]


@dataclass(slots=True)
class Earlier:
    """`value`: as the field takes it; `plain`: to be read. `source`: what it translates, where that is not the same text.
    `times`: in how many places it stands."""

    value: str
    plain: str
    percent: int
    source: str
    product: int
    sku: str
    label: str
    is_approved: bool
    is_same_attribute: bool
    changed_at: datetime
    times: int = 1

    @property
    def rank(self) -> tuple[Any, ...]:
        return (self.percent, self.is_same_attribute, self.is_approved, self.times, self.changed_at)


def earlier(texts: Sequence[Wanted], *, user: User, structure: Structure) -> dict[str, list[Earlier]]:
    """Key → at most SHOWN translations, the best first. Four queries, one more for somebody whose roles have limits."""
    asked = {text.key: text for text in texts[:MOST_TEXTS] if text.source}
    met = _met({key: marks(text.source_locale, text.source) for key, text in asked.items()}, user)
    if not met:
        return {}
    found = {product for places in met.values() for product, _key in places}
    seen = visible(user, Product.objects.filter(pk__in=found, trashed_at=None), few=True)
    rows = {row.pk: row for row in seen.only("sku", "status", "updated_at", "label", "parent_id", "root_id")}
    chosen = {
        key: [place for place, _count in places.most_common() if place[0] in rows][:FOR_EACH]
        for key, places in met.items()
    }
    known = _Documents.of({place[0] for places in chosen.values() for place in places}, rows, user, structure)
    return {key: best for key, places in chosen.items() if (best := _best(asked[key], places, known))}


def _met(wanted: Mapping[str, Sequence[int]], user: User) -> dict[str, Counter[tuple[int, str]]]:
    """Key → places of the index (product, key), by how many marks they share; the whole text counts for all. One query."""
    asked = sorted({mark for listed in wanted.values() for mark in listed})
    if not asked:
        return {}
    most = NEWEST if rights_of(user).category_paths() is None else NEWEST_LIMITED
    table = MemoryMark._meta.db_table
    one = f"SELECT mark, product_id, key FROM {table} WHERE mark = %s ORDER BY product_id DESC LIMIT {most}"  # noqa: S608
    union = " UNION ALL ".join(f"SELECT * FROM ({one}) AS m{number}" for number in range(len(asked)))  # noqa: S608
    rows: dict[int, list[tuple[int, str]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(union, asked)
        for mark, product, key in cursor.fetchall():
            rows[mark].append((product, key))
    met: dict[str, Counter[tuple[int, str]]] = {}
    for key, listed in wanted.items():
        places: Counter[tuple[int, str]] = Counter()
        for number, mark in enumerate(listed):
            places.update(dict.fromkeys(rows.get(mark, ()), 1 if number else 100))
        if places:
            met[key] = places
    return met


@dataclass(slots=True)
class _Documents:
    """What is read of the products: own values, keys of outdated translations, and what this person may see of each."""

    rows: Mapping[int, Product]
    structure: Structure
    values: dict[int, dict[str, Any]] = field(default_factory=dict)
    outdated: Mapping[int, frozenset[str]] = field(default_factory=dict)
    rights: dict[int, Rights] = field(default_factory=dict)

    @classmethod
    def of(cls, ids: set[int], rows: Mapping[int, Product], user: User, structure: Structure) -> _Documents:
        made = cls(rows, structure)
        stored = ProductValues.objects.filter(pk__in=ids).values_list("pk", "values")
        made.values = {pk: structure.read(values) for pk, values in stored}
        made.outdated = outdated_keys(ids)
        rights = rights_of(user)
        paths = {} if rights.everything else _paths([rows[pk] for pk in ids], structure)
        made.rights = {pk: rights if rights.everything else rights.at(paths.get(pk, ())) for pk in ids}
        return made


def _paths(products: Iterable[Product], structure: Structure) -> dict[int, list[str]]:
    """Product → the paths of its categories and of those of the levels above it. One query."""
    chains = {row.pk: {row.pk, row.parent_id or row.pk, row.root_id or row.pk} for row in products}
    placed: dict[int, list[str]] = defaultdict(list)
    members = ProductCategory.objects.filter(product_id__in=set().union(*chains.values()))
    for product, category in members.values_list("product_id", "category_id"):
        if category in structure.categories:
            placed[product].append(structure.categories[category].path)
    return {pk: [path for step in chain for path in placed.get(step, ())] for pk, chain in chains.items()}


def _best(text: Wanted, places: Iterable[tuple[int, str]], known: _Documents) -> list[Earlier]:
    by_text: dict[str, Earlier] = {}
    for product, key in places:
        found = _read(text, product, key, known)
        if found is None:
            continue
        other = by_text.get(found.plain)
        if other is not None:
            found.times = other.times = other.times + 1
        if other is None or found.rank > other.rank:
            by_text[found.plain] = found
    return sorted(by_text.values(), key=lambda each: each.rank, reverse=True)[:SHOWN]


def _read(text: Wanted, product: int, key: str, known: _Documents) -> Earlier | None:
    """What stands there now; None where that is nothing to offer, or nothing for this person."""
    code, locale, context = Key.parse(key)
    spec, values, rights = (
        known.structure.attributes.get(code),
        known.values.get(product, {}),
        known.rights[product],
    )
    target_key = format_key(code, text.locale, context)
    source, target = values.get(key), values.get(target_key)
    if spec is None or spec.type not in TYPES or locale != text.source_locale:
        return None
    if not (isinstance(source, str) and isinstance(target, str) and target):
        return None
    if target_key in known.outdated.get(product, ()) or (target_key == text.key and product in text.own):
        return None
    if not (rights.may_view_key(spec, locale, context) and rights.may_view_key(spec, text.locale, context)):
        return None
    kind, row = ATTRIBUTE_TYPES[spec.type], known.rows[product]
    said = kind.search_text(source, spec)
    percent = likeness(text.source, said)
    if percent < LEAST_ALIKE:
        return None
    plain = kind.search_text(target, spec)
    if spec.type == text.spec.type:
        value = target
    else:
        value = sanitised(escape(plain, quote=False)) if text.spec.type == "richtext" else plain
    return Earlier(
        value, plain, percent, "" if percent == 100 else said, product, row.sku, row.label,
        row.status == Product.Status.APPROVED, spec.code == text.spec.code, row.updated_at,
    )  # fmt: skip
