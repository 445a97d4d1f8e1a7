"""What a shop shows of our products in the fields of their sheets, asked for in batches that its limit of points allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from channels.connectors._shopify import documents
from channels.connectors._shopify.fields import LISTS, OF_VARIANTS, TEXTS, ShopFacts, values_of
from channels.connectors._shopify.metafields import metafield_name
from channels.connectors._shopify.shop import RECEIPT, Shop, receipt_of
from channels.connectors._shopify.texts import ASKED_AT_ONCE
from channels.connectors.base import Unknown

POINTS_AT_ONCE = 400  # of 1,000 that one query may cost (Shopify, "API limits")
VARIANTS_AT_ONCE = 50
VARIANT_POINTS = 6  # itself, its stock item, measurement, weight, two options
PRODUCT_POINTS = 12
PICTURES_MORE = 10  # than were sent, which staff may have added


@dataclass
class Shown:
    """A product as the shop tells it. `texts`: resource → the shop's locale → key → text; `translatable`: resource → keys
    that have a text in the main language; `all_pictures`: whether none is left out of `media`."""

    product: dict[str, Any]
    receipt: Mapping[str, Any]
    variants: list[dict[str, Any]]
    media: dict[str, dict[str, Any]]
    all_pictures: bool
    metafields: dict[str, dict[str, Any]]
    texts: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    translatable: dict[str, set[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Asked:
    """How much is asked of a product: metafields by name, and how many variants and pictures were sent."""

    key: str
    metafields: tuple[str, ...]
    variants: int
    pictures: int

    @property
    def points(self) -> int:
        return PRODUCT_POINTS + len(self.metafields) + self.variants * VARIANT_POINTS + self.pictures


class Showing:
    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def of(self, sheets: Mapping[str, Mapping[str, Any]]) -> dict[str, Shown | None]:
        """By key; None where the shop has no product of it."""
        found: dict[str, Shown | None] = {}
        for group in _groups(_asked(key, sheet, self.shop) for key, sheet in sheets.items()):
            nodes = self._asked_for(group)
            for one in group:
                node = nodes[one.key]
                found[one.key] = self._shown(node, sheets[one.key]) if node else None
        self._translate({key: one for key, one in found.items() if one}, sheets)
        return found

    def _asked_for(self, group: Sequence[_Asked]) -> dict[str, dict[str, Any] | None]:
        self.shop.facts  # noqa: B018 - without the definition of our key the shop finds nothing by it
        variables: dict[str, Any] = {"namespace": self.shop.namespace, "receipt": RECEIPT}
        for n, one in enumerate(group):
            variables |= {
                f"k{n}": self.shop.key_of(one.key), f"f{n}": list(one.metafields), f"c{n}": len(one.metafields), f"v{n}": one.variants,
                f"m{n}": one.pictures,
            }  # fmt: skip
        data = self.shop.api.run(*documents.showing(len(group)), variables)
        return {one.key: data.get(f"p{n}") for n, one in enumerate(group)}

    def _shown(self, node: dict[str, Any], sheet: Mapping[str, Any]) -> Shown:
        media = node["media"]
        return Shown(
            node, receipt_of(node), self._variants(node, sheet), {one["id"]: one for one in media["nodes"]},
            not media["pageInfo"]["hasNextPage"], {f"{one['namespace']}.{one['key']}": one for one in node["metafields"]["nodes"]},
        )  # fmt: skip

    def _variants(self, node: Mapping[str, Any], sheet: Mapping[str, Any]) -> list[dict[str, Any]]:
        """All pages, until those that were sent are found."""
        found, page = list(node["variants"]["nodes"]), node["variants"]["pageInfo"]
        wanted = {str(part["sku"]) for part in sheet.get("variants") or [sheet]}
        while page["hasNextPage"] and wanted - {one["sku"] for one in found}:
            variables = {"id": node["id"], "first": VARIANTS_AT_ONCE, "after": page["endCursor"]}
            product = self.shop.api.run(*documents.MORE_VARIANTS, variables)["product"]
            if product is None:
                raise Unknown("The product went away in the shop meanwhile.")
            found += product["variants"]["nodes"]
            page = product["variants"]["pageInfo"]
        return found

    # --- texts in the shop's other languages

    def _translate(self, found: Mapping[str, Shown], sheets: Mapping[str, Mapping[str, Any]]) -> None:
        owners: dict[str, Shown] = {}
        locales: dict[str, None] = {}
        for key, one in found.items():
            shop = self.shop.speaking(tuple(sheets[key].get("locales") or ()))
            locales |= dict.fromkeys(shop.locales.values())
            if shop.locales:
                owners |= dict.fromkeys(_resources(one, sheets[key], shop), one)
        ids = list(owners)
        for start in range(0, len(ids), ASKED_AT_ONCE):
            asked = ids[start : start + ASKED_AT_ONCE]
            variables: dict[str, Any] = {f"l{n}": locale for n, locale in enumerate(locales)}
            variables |= {"ids": asked, "first": len(asked)}
            data = self.shop.api.run(*documents.translatable(len(locales)), variables)
            for node in data["translatableResourcesByIds"]["nodes"]:
                one, name = owners[node["resourceId"]], node["resourceId"]
                one.translatable[name] = {
                    entry["key"] for entry in node["translatableContent"] if entry.get("digest")
                }
                one.texts[name] = {
                    locale: {entry["key"]: entry["value"] for entry in node.get(f"l{n}") or ()}
                    for n, locale in enumerate(locales)
                }


def _asked(key: str, sheet: Mapping[str, Any], shop: Shop) -> _Asked:
    parts = sheet.get("variants") or [sheet]
    base = shop.speaking(tuple(sheet.get("locales") or ())).base
    names = [metafield_name(target, shop.facts) for target in values_of(sheet, base) if is_metafield(target)]
    pictures = 0
    if "media" in shop.facts.owns:
        pictures = sum(
            len(part.get("images") or ()) for part in {id(part): part for part in (sheet, *parts)}.values()
        )
    return _Asked(
        key, tuple(names) or (f"{shop.namespace}.{RECEIPT}",), min(VARIANTS_AT_ONCE, len(parts) + 1),
        min(250, pictures + PICTURES_MORE if pictures else 1),
    )  # fmt: skip


def is_metafield(target: str) -> bool:
    return target not in TEXTS and target not in LISTS and target not in OF_VARIANTS


def _groups(asked: Iterable[_Asked]) -> Iterator[list[_Asked]]:
    """At least one each."""
    group: list[_Asked] = []
    for one in asked:
        if group and sum(each.points for each in group) + one.points > POINTS_AT_ONCE:
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _resources(one: Shown, sheet: Mapping[str, Any], shop: ShopFacts) -> Iterator[str]:
    """What of the product may be translated: itself, our metafields, its options and their values."""
    yield one.product["id"]
    targets = {target for locale in shop.locales for target in sheet["locales"].get(locale) or ()}
    names = sorted(metafield_name(target, shop) for target in targets if is_metafield(target))
    yield from (one.metafields[name]["id"] for name in names if name in one.metafields)
    if "variants" in sheet:
        for option in one.product["options"]:
            yield option["id"]
            yield from (value["id"] for value in option["optionValues"])
