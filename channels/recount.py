"""Counting completeness anew from what is stored: scores, their tokens, and stale marks of the channel asked about.

Nothing else of a product hangs on what a channel requires, so nothing else is read or derived: a document is streamed,
counted and compared with what is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, cast

import orjson
from django.db import connection, transaction
from django.db.models import Q

from catalog import search
from catalog.jobs import JobHandle, job
from catalog.models.product import Product, ProductCategory
from catalog.models.tokens import is_added, numbered
from catalog.structure.snapshot import Structure
from catalog.values.bundle import NOTHING, Bundle, Level, outdated_keys
from catalog.values.rows import select_rows, update_rows
from catalog.values.write import BATCH
from channels import completeness, profile, scores
from channels.completeness import Completeness, Score, Slot
from channels.marking import mark_products
from channels.profile import Profiles
from pim.lib.deadlocks import again_after_deadlock


@job("channels.recount", queue="delivery", owed=True)
def run(
    handle: JobHandle, *, channel: int, families: Sequence[int], categories: Sequence[int] = ()
) -> dict[str, int]:
    """The products of these families, and those in these categories or below. Chunks of BATCH, each a transaction.
    A killed run begins again: counting twice changes nothing."""
    done = 0
    for chunk in _chunks(families, categories):
        handle.progress(done)
        recount(chunk, channel=channel)
        done += len(chunk)
    return {"products": done}


def _chunks(families: Sequence[int], categories: Sequence[int]) -> Iterator[list[int]]:
    meant = Q(family_id__in=list(families))
    if categories:
        wanted, known = set(categories), Structure.current().categories
        below = [spec.id for spec in known.values() if wanted.intersection(spec.ancestry)]
        placed = ProductCategory.objects.filter(category_id__in=below).values("product_id")
        meant |= Q(pk__in=placed) | Q(parent_id__in=placed) | Q(root_id__in=placed)
    rows, last = Product.objects.filter(meant).order_by("pk"), 0
    while chunk := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        yield chunk
        last = chunk[-1]


class Row(NamedTuple):
    """What counting and marking ask of a product."""

    pk: int
    kind: str
    family_id: int | None
    family_variant_id: int | None
    parent_id: int | None
    root_id: int | None


def recount(product_ids: Sequence[int], *, channel: int | None = None) -> int:
    """One transaction over at most BATCH products; marks those of `channel` stale. Returns how many products' scores changed.

    Done again where it and a write waited for each other's products.
    """
    return again_after_deadlock(partial(_recounted, product_ids, channel))


def _recounted(product_ids: Sequence[int], channel: int | None) -> int:
    with transaction.atomic():
        rows = _rows(product_ids, lock=True)
        structure = (
            Structure.current()
        )  # once the rows are ours, so that the latest to count knows the latest
        profiles = profile.current(structure)
        computed = _counted(rows, completeness.of(profiles))
        before = scores.store(computed)
        if before:
            _store_tokens({pk: computed[pk] for pk in before}, before, profiles)
        if channel is not None:
            products = cast("list[Product]", rows)
            mark_products(products, [spec for spec in profiles.active if spec.id == channel])
    return len(before)


def _rows(ids: Iterable[int], *, lock: bool) -> list[Row]:
    locking = " FOR NO KEY UPDATE" if lock and connection.features.has_select_for_update else ""
    columns = "id, kind, family_id, family_variant_id, parent_id, root_id"
    statement = f"SELECT {columns} FROM catalog_product WHERE id {{ids}} ORDER BY id{locking}"  # noqa: S608 - our names
    return [Row._make(row) for row in select_rows(statement, ids)]


def _counted(rows: Sequence[Row], computer: Completeness) -> dict[int, dict[Slot, Score]]:
    """Reads only what counting asks for, and lets a document go once it is counted: no sources or campaigns, and categories
    only where something is asked of those alone."""
    known = {row.pk: row for row in rows}
    above = {pk for row in rows for pk in (row.parent_id, row.root_id) if pk and pk not in known}
    if above:
        known |= {row.pk: row for row in _rows(sorted(above), lock=False)}
    text = '"values"::text' if connection.vendor == "postgresql" else '"values"'
    statement = f"SELECT product_id, {text} FROM catalog_productvalues WHERE product_id {{ids}}"  # noqa: S608 - our names
    texts = dict(select_rows(statement, known))
    outdated = outdated_keys(known) if computer.asks_outdated else {}
    placed = _placed(known) if computer.asks_categories else {}
    read, parents = computer.structure.read, dict[int, dict[str, Any]]()
    computed: dict[int, dict[Slot, Score]] = {}
    for row in rows:
        plan = computer.plan(row.kind, row.family_id)
        if plan is None:
            computed[row.pk] = {}
            continue
        steps, documents = [row], [read(orjson.loads(texts[row.pk]))]
        while (parent := steps[-1].parent_id) in known and len(steps) < 3:
            steps.append(known[parent])
            if parent not in parents:
                parents[parent] = read(orjson.loads(texts[parent]))
            documents.append(parents[parent])
        if plan.by_documents:
            computed[row.pk] = plan.count(documents)
        else:
            levels = [
                Level(step.pk, "", step.kind, document, {}, outdated.get(step.pk, NOTHING))
                for step, document in zip(steps, documents, strict=True)
            ]
            computed[row.pk] = computer.slots(_bundle(row, levels, computer.structure, placed))
    return computed


def _placed(ids: Iterable[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    statement = "SELECT product_id, category_id FROM catalog_productcategory WHERE product_id {ids}"
    for product, category in select_rows(statement, ids):
        found.setdefault(product, []).append(category)
    return found


def _bundle(
    row: Row, levels: Sequence[Level], structure: Structure, placed: Mapping[int, Sequence[int]]
) -> Bundle:
    categories = tuple(pk for level in levels for pk in placed.get(level.product_id, ()))
    family = structure.families.get(row.family_id or 0)
    variant = structure.variants.get(row.family_variant_id or 0)
    return Bundle(cast("Product", row), tuple(levels), family, variant, categories, ())


def _store_tokens(
    changed: Mapping[int, Mapping[Slot, Score]],
    before: Mapping[int, Mapping[Slot, Score]],
    profiles: Profiles,
) -> None:
    """ "inc:<channel>|<locale>" of the products that became complete or incomplete somewhere."""
    wanted = {pk: _open(slots) for pk, slots in changed.items() if _open(slots) != _open(before.get(pk, {}))}
    if not wanted:
        return
    codes = {spec.id: spec.code for spec in profiles.by_id.values()}
    rows, replaced = [], []
    for pk, tokens in Product.objects.filter(pk__in=list(wanted)).values_list("pk", "tokens"):
        kept = {token for token in tokens if not is_added(token)}
        after = sorted(kept | {numbered(f"inc:{codes[slot.channel]}|{slot.locale}") for slot in wanted[pk]})
        if after != tokens:
            replaced.append((pk, tokens, after))
            rows.append(_Tokens(pk, after))
    update_rows(Product, ["tokens"], rows)
    search.replace_tokens(replaced)


class _Tokens(NamedTuple):
    id: int
    tokens: list[int]


def _open(slots: Mapping[Slot, Score]) -> set[Slot]:
    return {slot for slot, score in slots.items() if score.missing}
