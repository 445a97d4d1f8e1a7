"""The demo's products: pictures drawn and stored first, then written through the one door, parents before children."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import transaction

from catalog import assets
from catalog.decoding.decoder import Decoder
from catalog.models import Campaign, User
from catalog.structure.announce import announce
from catalog.values.campaigns import write_campaign
from catalog.values.changes import Actor, ProductChange
from catalog.values.products import find
from catalog.values.write import BATCH, write
from pim.demo.catalogue import ProductData
from pim.demo.catalogue.rewritten import REWRITTEN

Tell = Callable[[str], None]


class NotLoaded(Exception):
    """A demo product was refused: the demo and the structure no longer fit each other."""


def load_products(rows: Sequence[ProductData], *, by: User, tell: Tell) -> int:
    """How many products were made. Those that exist are left as people made them."""
    known = find(row.sku for row in rows)
    missing = [row for row in rows if row.sku.upper() not in known]
    if not missing:
        return 0
    digests = _draw(missing, by=by, tell=tell)
    actor = Actor(by, origin="demo", trusted=True)
    for level in sorted({row.level for row in missing}):
        of_level = [row for row in missing if row.level == level]
        for start in range(0, len(of_level), BATCH):
            changes = [_change(row, digests) for row in of_level[start : start + BATCH]]
            for outcome in write(changes, by=actor):
                if outcome.errors:
                    raise NotLoaded(f"{outcome.ref}: {outcome.errors}")
    _rewrite({row.sku for row in missing}, by=actor)
    return len(missing)


def _rewrite(made: Collection[str], *, by: Actor) -> None:
    """Source texts changed afterwards, so that their translations are outdated."""
    ids = find(REWRITTEN)
    changes = [
        ProductChange(product=ids[sku.upper()], values=dict(texts), ref=sku)
        for sku, texts in REWRITTEN.items()
        if sku in made
    ]
    for outcome in write(changes, by=by):
        if outcome.errors:
            raise NotLoaded(f"{outcome.ref}: {outcome.errors}")


def _change(row: ProductData, digests: Mapping[Any, str]) -> ProductChange:
    fields: dict[str, Any] = {"sku": row.sku, "status": row.status, "categories": list(row.categories)}
    if row.parent:
        fields["parent"] = row.parent
    else:
        fields |= {"family": row.family, "family_variant": row.family_variant}
    values = dict(row.values) | {key: digests[spec] for key, spec in row.images.items()}
    return ProductChange(values=values, fields=fields, ref=row.sku)


def _draw(rows: Iterable[ProductData], *, by: User, tell: Tell) -> dict[Any, str]:
    from pim.demo.pictures import picture  # Pillow's drawing is only needed here

    wanted = list(dict.fromkeys(spec for row in rows for spec in row.images.values()))
    tell(f"Drawing {len(wanted)} pictures …")
    # Pillow lets go of the interpreter's lock while it scales and blurs: threads use both cores.
    with ThreadPoolExecutor() as pool, Decoder() as decoder:
        drawn = pool.map(picture, wanted)
        return {
            spec: assets.store(
                content, name=f"{spec.family}-{spec.color}-{number}.jpg", user=by, decoder=decoder
            ).sha256
            for number, (spec, content) in enumerate(zip(wanted, drawn, strict=True), start=1)
        }


def load_campaigns(rows: Iterable[Mapping[str, Any]], *, by: User) -> None:
    """A campaign that exists is left alone."""
    actor = Actor(by, origin="demo", trusted=True)
    for row in rows:
        campaign, made = Campaign.objects.get_or_create(
            code=row["code"],
            defaults={name: row[name] for name in ("labels", "starts_at", "ends_at", "priority")},
        )
        if not made:
            continue
        ids = find(row["values"])
        write_campaign(
            campaign,
            {ids[sku.upper()]: values for sku, values in row["values"].items() if sku.upper() in ids},
            by=actor,
        )
        with transaction.atomic():
            announce("campaign", [campaign.pk])
