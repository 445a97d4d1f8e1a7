"""Counting completeness anew from what is stored: scores, their tokens, and stale marks of the channel asked about.

Nothing else of a product hangs on what a channel requires, so nothing else is read or derived: a document is streamed,
counted and compared with what is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

import orjson
from django.db import connection, transaction

from catalog import search
from catalog.jobs import JobHandle, job
from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from catalog.values.bundle import Bundle, Level
from catalog.values.rows import update_rows
from catalog.values.write import BATCH
from channels import completeness, profile, scores
from channels.completeness import Score, Slot
from channels.marking import mark_products
from channels.profile import Profiles


@job("channels.recount", queue="delivery")
def run(handle: JobHandle, *, channel: int, families: Sequence[int]) -> dict[str, int]:
    """Chunks of BATCH, each a transaction. A killed run begins again: counting twice changes nothing."""
    done = 0
    for chunk in _chunks(families):
        handle.progress(done)
        recount(chunk, channel=channel)
        done += len(chunk)
    return {"products": done}


def _chunks(families: Sequence[int]) -> Iterator[list[int]]:
    rows, last = Product.objects.filter(family_id__in=list(families)).order_by("pk"), 0
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
    """One transaction over at most BATCH products; marks those of `channel` stale. Returns how many scores changed."""
    with transaction.atomic():
        rows = _rows(product_ids, lock=True)
        structure = (
            Structure.current()
        )  # once the rows are ours, so that the latest to count knows the latest
        profiles = profile.current(structure)
        computer = completeness.of(profiles)
        computed = {bundle.product.pk: computer.slots(bundle) for bundle in _bundles(rows, structure)}
        before = _stored(list(computed))
        changed = {pk: slots for pk, slots in computed.items() if slots != before.get(pk, {})}
        if changed:
            scores.store(changed)
            _store_tokens(changed, before, profiles)
        if channel is not None:
            products = cast("list[Product]", rows)
            mark_products(products, [spec for spec in profiles.active if spec.id == channel])
    return len(changed)


def _select(statement: str, ids: Sequence[int]) -> list[Any]:
    """`statement` with {ids} for "is one of these". One parameter, where the ORM would write and read a thousand."""
    condition, param = "= ANY(%s)", cast("Any", list(ids))
    if connection.vendor != "postgresql":
        condition, param = "IN (SELECT value FROM json_each(%s))", orjson.dumps(param).decode()
    with connection.cursor() as cursor:
        cursor.execute(statement.format(ids=condition), [param])
        return cursor.fetchall()


def _rows(ids: Sequence[int], *, lock: bool) -> list[Row]:
    locking = " FOR NO KEY UPDATE" if lock and connection.features.has_select_for_update else ""
    columns = "id, kind, family_id, family_variant_id, parent_id, root_id"
    statement = f"SELECT {columns} FROM catalog_product WHERE id {{ids}} ORDER BY id{locking}"  # noqa: S608 - our names
    return [Row(*row) for row in _select(statement, ids)]


def _stored(ids: Sequence[int]) -> dict[int, dict[Slot, Score]]:
    found: dict[int, dict[Slot, Score]] = {}
    for pk, channel, locale, required, missing in _select(
        "SELECT product_id, channel_id, locale, required, missing FROM channels_completeness WHERE product_id {ids}",
        ids,
    ):
        found.setdefault(pk, {})[Slot(channel, locale)] = Score(required, missing)
    return found


def _bundles(rows: Sequence[Row], structure: Structure) -> Iterator[Bundle]:
    """Only what counting asks for: no sources, categories or campaigns."""
    known = {row.pk: row for row in rows}
    above = {pk for row in rows for pk in (row.parent_id, row.root_id) if pk and pk not in known}
    if above:
        known |= {row.pk: row for row in _rows(sorted(above), lock=False)}
    text = '"values"::text' if connection.vendor == "postgresql" else '"values"'
    documents = _select(
        f"SELECT product_id, {text} FROM catalog_productvalues WHERE product_id {{ids}}",  # noqa: S608 - our names
        list(known),
    )
    outdated: dict[int, set[str]] = {}
    for pk, key in _select(
        "SELECT product_id, key FROM catalog_outdatedtranslation WHERE product_id {ids}", list(known)
    ):
        outdated.setdefault(pk, set()).add(key)
    levels = {
        pk: Level(pk, "", known[pk].kind, orjson.loads(document), {}, frozenset(outdated.get(pk, ())))
        for pk, document in documents
    }
    for row in rows:
        chain, step = [levels[row.pk]], row
        while step.parent_id in known and len(chain) < 3:
            step = known[step.parent_id]
            chain.append(levels[step.pk])
        family = structure.families.get(row.family_id or 0)
        variant = structure.variants.get(row.family_variant_id or 0)
        yield Bundle(cast("Product", row), tuple(chain), family, variant, (), ())


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
    rows: list[Any] = []
    replaced = []
    for row in Product.objects.filter(pk__in=list(wanted)).only("pk", "tokens"):
        kept = {token for token in row.tokens if not token.startswith("inc:")}
        after = sorted(kept | {f"inc:{codes[slot.channel]}|{slot.locale}" for slot in wanted[row.pk]})
        if after != row.tokens:
            replaced.append((row.pk, row.tokens, after))
            row.tokens = after
            rows.append(row)
    update_rows(Product, ["tokens"], rows)
    search.replace_tokens(replaced)


def _open(slots: Mapping[Slot, Score]) -> set[Slot]:
    return {slot for slot, score in slots.items() if score.missing}
