"""What a channel asks of pictures: what is known of its kind, but for what the manager says. Owner of Channel.pictures.

Channel.pictures: {"shortest": pixels, "longest": pixels, "white": true or false}; a key that is left out is as the connector
says (Connector.pictures).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from catalog.assets import AssetFacts, usage
from catalog.assets.quality import Asking, PictureNeeds, told_by
from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from catalog.values.bundle import Bundle
from channels import assortment, profile
from channels.models import Listing
from channels.profile import ChannelSpec
from channels.sheets.build import picture_digests

if TYPE_CHECKING:
    from channels.connectors.base import Connector

KEYS = ("shortest", "longest", "white")
MOST = 10_000  # pixels that can be asked for


def clean(
    given: Mapping[str, Any], kind: type[Connector] | None, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """What is stored: where it is other than the kind's own. Raises ValidationError."""
    if unknown := sorted(set(given) - set(KEYS)):
        raise ValidationError(_("'%s' is nothing that is asked of pictures.") % unknown[0])
    for name in ("shortest", "longest"):
        value = given.get(name)
        if value is not None and (
            isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST
        ):
            raise ValidationError(_("Write a number of pixels from 0 to %d; 0 asks for no size.") % MOST)
    if not isinstance(given.get("white"), bool | None):
        raise ValidationError(_("white: write true or false."))
    own = asdict(kind.pictures(settings) if kind else PictureNeeds())
    return {name: value for name, value in given.items() if value is not None and value != own[name]}


def merged(
    kind: type[Connector] | None, settings: Mapping[str, Any], stored: Mapping[str, Any]
) -> PictureNeeds:
    """What the kind asks, but for what is stored."""
    return replace(kind.pictures(settings) if kind else PictureNeeds(), **stored)


def needs_of(channel: ChannelSpec) -> PictureNeeds:
    return merged(channel.connector_class, channel.settings, channel.pictures)


def asking(channels: Sequence[ChannelSpec]) -> list[Asking]:
    return [
        Asking(channel.code, channel.label, needs) for channel in channels if (needs := needs_of(channel))
    ]


def faults(
    bundle: Bundle,
    channels: Sequence[ChannelSpec],
    structure: Structure,
    known: Mapping[str, AssetFacts],
    *,
    at: datetime | None,
) -> dict[str, list[str]]:
    """Sentences by hash, of the pictures that these channels are sent of a product in their assortment. Pure."""
    told: dict[str, list[str]] = {}
    for channel, each in zip(channels, map(needs_of, channels), strict=True):
        if not each or not assortment.contains(channel.assortment, bundle, structure):
            continue
        asked = Asking(channel.code, channel.label, each)
        for place, digest in enumerate(picture_digests(bundle, channel, structure, at, known)):
            facts = known.get(digest)
            if facts is None:
                continue
            if each.lacks_size(facts):
                told.setdefault(digest, []).append(asked.says_too_small(facts))
            if place == 0 and each.lacks_white(facts):
                told.setdefault(digest, []).append(asked.says_not_white(facts))
    return told


def _standing(products: QuerySet[Product]) -> list[tuple[str, int]]:
    """By active channel how many listings these products have, as themselves or as their model. One query, and the profiles."""
    own = Q(product_id__in=products.order_by().values("pk")) | Q(
        product_id__in=products.order_by().values("root_id")
    )
    rows = Listing.objects.filter(own).exclude(state__in=(Listing.State.ABSENT, Listing.State.WITHDRAWN))
    counts = dict(rows.order_by().values_list("channel_id").annotate(Count("pk")))
    active = profile.current(Structure.current()).active
    return [(channel.label, counts[channel.id]) for channel in active if channel.id in counts]


usage.told_by(_standing)
told_by(lambda: asking(profile.current(Structure.current()).active))
