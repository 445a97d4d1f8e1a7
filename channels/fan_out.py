"""One change, many sheets: finding the units that a change of structure or profile touches, and marking them in chunks.

Marking too much costs time and sends nothing (an unchanged hash is not sent); marking too little is a defect. So what is
unknown marks everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from catalog import search
from catalog.assets import usage
from catalog.jobs import JobHandle, enqueue, job
from catalog.models.asset import Asset
from catalog.models.attribute import Option
from catalog.models.campaign import CampaignValues
from catalog.models.family import FamilyAttribute
from catalog.models.product import Product
from catalog.models.rendition import RenditionPreset
from catalog.participants import ChangeBatch, StructureChange
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values import rederive
from catalog.values.write import BATCH, refresh
from channels import profile
from channels.marking import mark_products
from channels.models import Channel, FieldMapping, Listing
from channels.profile import ChannelSpec, Profiles
from channels.sheets import transforms
from pim.lib.deadlocks import again_after_deadlock

# No sheet and no score hangs on these (channels.requirements enqueues what a requirement touches).
UNCONCERNED = frozenset(
    {
        "source",
        "source_policy",
        "category_order",
        "attribute_group",
        "role",
        "grant",
        "user",
        "import_profile",
        "requirement",
        "gtin_pool",
        "rule",
        "glossary",
    }
)
# The catalogue derives their products anew, and calls the participants with them.
DERIVED_ANEW = rederive.KINDS
# Completeness may change with these; with others only what is sent.
SCORED = frozenset({"context", "currency"})
ORIGIN = "profile"


def enqueue_for(change: StructureChange) -> None:
    """In the transaction of a structure change: a job for what it touches. Rows about to go are asked now."""
    if change.kind in UNCONCERNED or change.kind in DERIVED_ANEW:
        return
    if change.kind == "channel":
        _enqueue_for_channels(change)
        return
    params: dict[str, Any] = {}
    if change.kind == "rendition_preset":
        _enqueue_for_preset(change)
        return
    if change.kind == "option":
        params = {"options": _options(change.ids)}
    elif change.kind == "asset":
        params = {"assets": list(Asset.objects.filter(pk__in=change.ids).values_list("sha256", flat=True))}
    elif change.kind == "campaign":
        documents = CampaignValues.objects.filter(campaign_id__in=change.ids)
        params = {"roots": sorted(documents.values_list("product__root_id", flat=True).distinct())}
        if not params["roots"]:
            return
    elif change.kind in SCORED:
        params = {"scores": True}
    enqueue(
        "channels.fan_out",
        params,
        by=change.by,
        queue="delivery",
        title=_("What channels get, after a change of the structure"),
        language=settings.LANGUAGE_CODE,
    )


def _enqueue_for_channels(change: StructureChange) -> None:
    """Scores and stale marks of every product, for these channels only."""
    Channel.objects.filter(pk__in=change.ids).update(profile_rev=F("profile_rev") + 1)
    for channel in change.ids:
        enqueue(
            "channels.fan_out",
            {"scores": True, "channel": channel},
            by=change.by,
            queue="delivery",
            title=_("What a channel gets, after a change of its profile"),
            language=settings.LANGUAGE_CODE,
        )


def _enqueue_for_preset(change: StructureChange) -> None:
    """Only the channels that have a field in this size."""
    codes = set(RenditionPreset.objects.filter(pk__in=change.ids).values_list("code", flat=True))
    rows = FieldMapping.objects.exclude(transforms=[]).values_list("channel_id", "transforms")
    for channel in sorted({channel for channel, steps in rows if codes & set(transforms.presets_in(steps))}):
        enqueue(
            "channels.fan_out",
            {"channel": channel},
            by=change.by,
            queue="delivery",
            title=_("What a channel gets, after a change of its pictures' size"),
            language=settings.LANGUAGE_CODE,
        )


def channels_meant(batch: ChangeBatch, profiles: Profiles) -> Sequence[ChannelSpec]:
    """All active channels, or the one whose profile changed."""
    if batch.origin == ORIGIN and batch.ref:
        return [spec for spec in profiles.active if str(spec.id) == batch.ref]
    return profiles.active


@job("channels.fan_out", queue="delivery", owed=True)
def run(
    handle: JobHandle,
    *,
    options: Sequence[Sequence[Any]] | None = None,
    roots: Sequence[int] | None = None,
    assets: Sequence[str] | None = None,
    scores: bool = False,
    channel: int | None = None,
) -> dict[str, int]:
    """Chunks of BATCH products, each a transaction. A killed run begins again: marking twice does no harm."""
    done = 0
    products = (
        _alive().filter(pk__in=usage.products_showing(assets).values("pk"))
        if assets is not None
        else _concerned(options)
    )
    for chunk in _chunks(products, roots):
        handle.progress(done)
        mark_chunk(chunk, scores=scores, channel=channel)
        done += len(chunk)
    return {"products": done}


def mark_chunk(product_ids: Sequence[int], *, scores: bool = False, channel: int | None = None) -> None:
    """One transaction: stale marks, and with `scores` completeness and its tokens, of at most BATCH products."""
    again_after_deadlock(partial(_marked, product_ids, scores=scores, channel=channel))


def _marked(product_ids: Sequence[int], *, scores: bool, channel: int | None) -> None:
    with transaction.atomic():
        if scores:
            rows = {
                row.pk: row
                for row in Product.objects.filter(pk__in=product_ids)
                .order_by("pk")
                .select_for_update(no_key=True)
            }
            structure = Structure.current()
            batch = ChangeBatch(
                changed={}, created=frozenset(), touched=list(rows), structure=structure, origin=ORIGIN,
                ref=str(channel or ""), bundles=bundles.of_rows(rows.values(), structure=structure),
            )  # fmt: skip
            refresh(batch, rows)
        else:
            products = Product.objects.filter(pk__in=product_ids).only("pk", "kind", "root_id")
            active = profile.current(Structure.current()).active
            meant = [spec for spec in active if channel in (None, spec.id)]
            mark_products(products, meant, held_by=Listing.SYNC)


def _options(ids: Sequence[int]) -> list[list[Any]]:
    """[attribute id, token or ""] of options; attributes outside the token index are found by family."""
    rows = Option.objects.filter(pk__in=ids).values_list(
        "attribute_id", "attribute__code", "code", "attribute__filterable"
    )
    return [[pk, f"{attribute}={code}" if filterable else ""] for pk, attribute, code, filterable in rows]


def _alive() -> Any:
    """Of what is in the trash only what a channel may still show: it was put there while the channel was not active."""
    shown = Listing.objects.filter(~Q(sent_hash="") | Q(unknown=True), product=OuterRef("pk"))
    return Product.objects.filter(Q(trashed_at=None) | Exists(shown))


def _concerned(options: Sequence[Sequence[Any]] | None) -> Any:
    products = _alive()
    if options is None:
        return products
    tokens = sorted({token for _pk, token in options if token})
    families = set(
        FamilyAttribute.objects.filter(
            attribute_id__in=[pk for pk, token in options if not token]
        ).values_list("family_id", flat=True)
    )
    campaigns = CampaignValues.objects.values("product__root_id")
    touched = Q(family_id__in=sorted(families)) | Q(root_id__in=campaigns)
    if tokens:
        touched |= Q(pk__in=search.filter_tokens(Product.objects.all(), any_of=[tokens]).values("pk"))
    return products.filter(touched)


def _chunks(products: Any, roots: Sequence[int] | None) -> Iterator[list[int]]:
    parts = (
        [None] if roots is None else [roots[start : start + BATCH] for start in range(0, len(roots), BATCH)]
    )
    for part in parts:
        wanted = products if part is None else products.filter(root_id__in=part)
        last = 0
        while chunk := list(wanted.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
            yield chunk
            last = chunk[-1]
