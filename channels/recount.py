"""Counting completeness anew from what is stored: scores, their tokens, and stale marks of the channel asked about.

Nothing else of a product hangs on what a channel requires, so nothing else is read or derived: a document is streamed,
counted and compared with what is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from django.db import transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from catalog import search
from catalog.jobs import JobHandle, job
from catalog.models.product import Product, ProductValues
from catalog.structure.snapshot import Structure
from catalog.values.bundle import Bundle, Level
from catalog.values.rows import update_rows
from catalog.values.write import BATCH
from channels import completeness, profile, scores
from channels.completeness import Score, Slot
from channels.marking import mark_products
from channels.profile import Profiles

PLACE = ("pk", "kind", "family_id", "family_variant_id", "parent_id", "root_id")


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


def recount(product_ids: Sequence[int], *, channel: int | None = None) -> int:
    """One transaction over at most BATCH products; marks those of `channel` stale. Returns how many scores changed."""
    with transaction.atomic():
        products = list(
            Product.objects.filter(pk__in=product_ids)
            .order_by("pk")
            .only(*PLACE)
            .select_for_update(no_key=True)
        )
        structure = (
            Structure.current()
        )  # once the rows are ours, so that the latest to count knows the latest
        profiles = profile.current(structure)
        computer = completeness.of(profiles)
        computed = {pk: computer.slots(bundle) for pk, bundle in _bundles(products, structure)}
        before = scores.of_products(computed)
        changed = {pk: slots for pk, slots in computed.items() if slots != before.get(pk, {})}
        if changed:
            scores.store(changed)
            _store_tokens(changed, before, profiles)
        if channel is not None:
            mark_products(products, [spec for spec in profiles.active if spec.id == channel])
    return len(changed)


def _bundles(products: Sequence[Product], structure: Structure) -> Iterator[tuple[int, Bundle]]:
    """Only what counting asks for: no sources, categories or campaigns."""
    known = {row.pk: row for row in products}
    above = {pk for row in products for pk in (row.parent_id, row.root_id) if pk and pk not in known}
    if above:
        known |= {row.pk: row for row in Product.objects.filter(pk__in=above).only(*PLACE)}
    texts = ProductValues.objects.filter(pk__in=list(known)).annotate(text=Cast("values", TextField()))
    levels = {
        pk: Level(pk, "", known[pk].kind, orjson.loads(text), {})
        for pk, text in texts.values_list("pk", "text")
    }
    nothing = {pk: Level(pk, "", row.kind, {}, {}) for pk, row in known.items() if pk not in levels}
    levels |= nothing
    for row in products:
        chain, step = [levels[row.pk]], row
        while step.parent_id in known and len(chain) < 3:
            step = known[step.parent_id]
            chain.append(levels[step.pk])
        family = structure.families.get(row.family_id or 0)
        variant = structure.variants.get(row.family_variant_id or 0)
        yield row.pk, Bundle(row, tuple(chain), family, variant, (), ())


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
