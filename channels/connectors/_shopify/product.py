"""A sheet as Shopify takes it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from channels.connectors._shopify.fields import (
    LISTS,
    NEVER_EMPTIED,
    OF_VARIANTS,
    TEXTS,
    Outgoing,
    Refused,
    ShopFacts,
    There,
    as_list,
    put,
    text,
    values_of,
)
from channels.connectors._shopify.metafields import as_metafield, kind_for, metafield_name
from channels.connectors._shopify.pictures import pictures_of
from channels.connectors._shopify.variants import option_texts, variants_of
from channels.connectors.base import ItemError

METAFIELD_KEY = re.compile(r"[A-Za-z0-9_-]{2,64}\Z")


def outgoing(sheet: Mapping[str, Any], shop: ShopFacts, there: There) -> Outgoing:
    """What is to be sent of a sheet. Raises Refused with what the shop could not take, before it is asked.

    A model without a title of its own has its first variant's.
    """
    errors: list[ItemError] = []
    simple = "variants" not in sheet
    parts: Sequence[Mapping[str, Any]] = [sheet] if simple else sheet["variants"]
    values = _titled(sheet, parts, shop.base)
    before = set(there.receipt.get("names") or ())
    made: dict[str, Any] = {}
    names: list[str] = []
    for target, (path, _key) in TEXTS.items():
        if target in values:
            put(made, path, text(values[target]))
            names.append(target)
        elif target in before - NEVER_EMPTIED:
            put(made, path, None if target == "category" else "")
    if not made.get("title"):
        errors.append(ItemError(_("Shopify lists no product without a title."), "title", code="required"))
    for target, path in LISTS.items():
        if target in shop.owns and (target in values or target in before):
            made[path] = [text(one) for one in as_list(values.get(target))]
            names += [target] if target in values else []
    pictures = pictures_of(sheet, parts, shop, there)
    if pictures is not None:
        made["files"] = list(pictures.values())
    axes = [] if simple else [str(axis["code"]) for axis in sheet.get("axes") or ()]
    made["productOptions"], made["variants"] = variants_of(
        sheet, parts, shop, there, pictures or {}, names, before, errors
    )
    metafields = list(_metafields(values, shop, errors))
    if errors:
        raise Refused(errors)
    texts = {
        locale: {
            target: text(value) for target, value in _titled(sheet, parts, locale, shared=False).items()
            if (target in TEXTS and TEXTS[target][1]) or target in {one[0] for one in metafields}
        }
        for locale in shop.locales
    }  # fmt: skip
    names += [one[0] for one in metafields]
    names += [f"{locale}.{target}" for locale, words in texts.items() for target in words]
    return Outgoing(
        made, metafields, texts, {locale: option_texts(sheet, parts, shop.base, locale) for locale in shop.locales},
        names, [str(part["sku"]) for part in parts], list(pictures or {}), axes, left_to_the_shop="status" in sheet,
    )  # fmt: skip


def refused_anyhow(sheet: Mapping[str, Any], owns: frozenset[str]) -> list[ItemError]:
    """What any shop would refuse, whichever of the sheet's locales its main language is."""
    found: list[ItemError] | None = None
    for locale in sheet["locales"] or ("",):
        shop = ShopFacts("", (), "", 0, 0, {}, base=locale, owns=owns)
        try:
            outgoing(sheet, shop, There())
        except Refused as refused:
            found = [
                error for error in (refused.errors if found is None else found) if error in refused.errors
            ]
        else:
            return []
    return found or []


def sendable(sheet: Mapping[str, Any], owns: frozenset[str]) -> dict[str, Any]:
    """What of a sheet goes out: without the fields and pictures that are not ours, and what Shopify has no place for."""

    def ours(values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            target: value
            for target, value in values.items()
            if (target not in LISTS or target in owns) and OF_VARIANTS.get(target, ("", ""))[1] in {"", *owns}
        }

    made: dict[str, Any] = {
        "sku": sheet["sku"], "fields": ours(sheet["fields"]),
        "locales": {locale: ours(values) for locale, values in sheet["locales"].items()},
    }  # fmt: skip
    if "media" in owns:
        made["images"] = [{"url": one["url"], "alt": one.get("alt", "")} for one in sheet["images"]]
    made |= {name: sheet[name] for name in ("axes", "status") if name in sheet}
    if "variants" in sheet:
        made["variants"] = [sendable(variant, owns) for variant in sheet["variants"]]
    return made


def _titled(
    sheet: Mapping[str, Any], parts: Sequence[Mapping[str, Any]], locale: str, *, shared: bool = True
) -> dict[str, Any]:
    first = values_of(parts[0], locale) if parts else {}
    own = values_of(sheet, locale) if shared else dict((sheet.get("locales") or {}).get(locale) or {})
    return own if "title" in own or "title" not in first else {"title": first["title"], **own}


def _metafields(
    values: Mapping[str, Any], shop: ShopFacts, errors: list[ItemError]
) -> Iterator[tuple[str, str, str, str, str]]:
    for target, value in values.items():
        if target in TEXTS or target in LISTS or target in OF_VARIANTS:
            continue
        namespace, _point, key = metafield_name(target, shop).rpartition(".")
        if not METAFIELD_KEY.match(key) or not METAFIELD_KEY.match(namespace):
            message = _(
                "'%s' cannot be a metafield: its key takes letters, digits, - and _, 2 to 64 of them."
            )
            errors.append(ItemError(message % target, target, code="metafield"))
            continue
        kind = shop.types.get((namespace, key)) or kind_for(value)
        yield target, namespace, key, kind, as_metafield(value, kind)
