"""The demo's library: galleries, leaflets and a film, with what is known about them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from catalog import assets
from catalog.assets.describing import refresh_search, set_tags, words
from catalog.decoding.decoder import Decoder
from catalog.models import Asset, Product, User
from catalog.values.changes import Actor, ProductChange
from catalog.values.write import write
from pim.demo.catalogue import media

STEPS = {
    "mugs": [
        "Rinse the mug with warm water before its\nfirst use.", "Wash it by hand or in the upper basket.", "Wood and enamel dry best standing free.",
        "Leave no metal spoon in an enamel mug.", "Stoneware may go into the oven up to 180 °C.", "Small marks of the glaze are its character.",
    ],
    "tents": [
        "Choose level ground, away from single trees.", "Spread the groundsheet, door away from the wind.", "Join the poles and push them through\nthe sleeves.",
        "Raise the tent and peg out its corners.", "Tension the guy lines crosswise.", "Dry the tent before you pack it away.",
    ],
}  # fmt: skip


def load_media(*, by: User, now: datetime) -> None:
    """Written through the door, for products that are there and have no gallery yet."""
    from pim.demo.pictures import picture
    from pim.demo.pictures.leaflet import leaflet

    ids = dict(Product.objects.filter(sku__in=media.SHOWN).values_list("sku", "pk"))
    changes = []
    with Decoder() as decoder:
        papers = {}
        for family, (name, title) in media.INSTRUCTIONS.items():
            paper = assets.store(leaflet(title[0], STEPS[family]), name=name, user=by, decoder=decoder)
            _describe(paper, tags="leaflet", titles=media.texts(title), credit="Tarnholt")
            papers[family] = paper.sha256
        for sku, pk in ids.items():
            hashes = []
            for one in media.gallery(sku):
                asset = assets.store(picture(one.spec), name=one.name, user=by, decoder=decoder)
                until = None if one.ended is None else now - timedelta(days=one.ended)
                _describe(
                    asset, tags=one.tags, alts=media.texts(one.alt), credit=media.CREDIT, valid_until=until
                )
                hashes.append(asset.sha256)
            values: dict[str, Any] = {"gallery": hashes, "instructions": papers[media.SHOWN[sku][0]]}
            if sku in media.FILMS:
                values["film"] = media.FILMS[sku]
            changes.append(ProductChange(product=pk, values=values))
    write(changes, by=Actor(by, origin="demo", trusted=True))


def _describe(asset: Asset, *, tags: str, **columns: Any) -> None:
    with transaction.atomic():
        for name, value in columns.items():
            setattr(asset, name, value)
        asset.copyright = asset.copyright or "Tarnholt"
        asset.save()
        set_tags(asset, words(tags))
        refresh_search(asset)
