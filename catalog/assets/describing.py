"""What people write about an asset: tags, and the words by which it is found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from catalog.models.asset import Asset, AssetTag
from catalog.search.folding import folded

SEARCH_LIMIT = 2000
TAG_LIMIT = 60


def search_text(name: str, titles: Mapping[str, str], more: Iterable[str]) -> str:
    """Folded words: the name, titles and whatever else finds it."""
    parts = (part for part in (name, *titles.values(), *more) if part)
    return folded(" ".join(dict.fromkeys(parts)))[:SEARCH_LIMIT]


def words(text: str) -> list[str]:
    """Tags as written: with commas, in any case, each once."""
    parts = (" ".join(part.lower().split())[:TAG_LIMIT] for part in text.replace(";", ",").split(","))
    return list(dict.fromkeys(part for part in parts if part))


def set_tags(asset: Asset, names: Iterable[str]) -> None:
    """Tags that are not there yet are made. Call it inside the transaction of the change, then `refresh_search`."""
    wanted = list(dict.fromkeys(names))
    AssetTag.objects.bulk_create((AssetTag(name=name) for name in wanted), ignore_conflicts=True)
    asset.tags.set(AssetTag.objects.filter(name__in=wanted))


def refresh_search(asset: Asset) -> None:
    more = [*asset.alts.values(), asset.credit, asset.copyright, *asset.tags.values_list("name", flat=True)]
    asset.search = search_text(asset.name, asset.titles, more)
    Asset.objects.filter(pk=asset.pk).update(search=asset.search)
