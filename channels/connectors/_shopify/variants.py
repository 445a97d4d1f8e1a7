"""A model's variants as productSet takes them: options from the axes, each variant with its place on them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from channels.connectors._shopify.fields import OF_VARIANTS, ShopFacts, There, put, text, values_of
from channels.connectors._shopify.pictures import picture_key
from channels.connectors.base import ItemError

PRICES = frozenset({"price", "compare_at_price", "cost"})
KEPT_WHEN_EMPTY = frozenset({"price", "stock", "weight"})  # no value there means "leave it", not "none"
WEIGHTS = {"GRAM": "GRAMS", "KILOGRAM": "KILOGRAMS", "OUNCE": "OUNCES", "POUND": "POUNDS"}
UNVARIED = ("Title", "Default Title")  # how Shopify calls the one variant of a product without options


def variants_of(
    sheet: Mapping[str, Any],
    parts: Sequence[Mapping[str, Any]],
    shop: ShopFacts,
    there: There,
    pictures: Mapping[str, Mapping[str, Any]],
    names: list[str],
    before: set[str],
    errors: list[ItemError],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """productOptions and variants. Variants the shop made itself stay as they are."""
    options = _options(sheet, parts, shop, errors)
    ours = {str(part["sku"]) for part in parts}
    known = {str(one["sku"]): str(one["id"]) for one in there.variants if str(one.get("sku")) in ours}
    if there.receipt and not there.receipt.get("skus"):
        known = _by_barcode(parts, shop, there, known) | known
    elif there.receipt:
        known = _by_options(sheet, parts, options, shop, there, known) | known
    variants: list[dict[str, Any]] = []
    for part in parts:
        variant: dict[str, Any] = {
            "sku": part["sku"],
            "optionValues": _stands(sheet, part, options, shop.base),
        }
        if part["sku"] in known:
            variant["id"] = known[part["sku"]]
        values = values_of(part, shop.base)
        for target, (path, owned) in OF_VARIANTS.items():
            if owned and owned not in shop.owns:
                continue
            value = _of_one(target, values.get(target), shop, errors)
            if value is not None:
                put(variant, path, value)
                names += [] if target in names else [target]
            elif target in before - KEPT_WHEN_EMPTY:
                put(variant, path, None)
        image = next(iter(part.get("images") or ()), None)
        if image and pictures:
            variant["file"] = {k: v for k, v in pictures[picture_key(image)].items() if k != "alt"}
        variants.append(variant)
    _keep_foreign(variants, options, shop, there, errors)
    if len(variants) > shop.most_variants > 0:
        message = _("It has %(count)d variants: this shop takes at most %(most)d.")
        errors.append(
            ItemError(message % {"count": len(variants), "most": shop.most_variants}, code="too_many")
        )
    return options, variants


def _by_barcode(
    parts: Sequence[Mapping[str, Any]], shop: ShopFacts, there: There, known: Mapping[str, str]
) -> dict[str, str]:
    """Our SKU → variant, of a product that is taken over: what has our barcode there is ours under another SKU."""
    ours = {str(part["sku"]) for part in parts}
    others = {
        str(one["barcode"]).lstrip("0"): str(one["id"])
        for one in there.variants
        if one.get("barcode") and one.get("sku") not in ours
    }
    found = {}
    for part in parts:
        barcode = text(values_of(part, shop.base).get("barcode") or "").lstrip("0")
        if barcode in others and part["sku"] not in known:
            found[str(part["sku"])] = others.pop(barcode)
    return found


def _by_options(
    sheet: Mapping[str, Any],
    parts: Sequence[Mapping[str, Any]],
    options: Sequence[Mapping[str, Any]],
    shop: ShopFacts,
    there: There,
    known: Mapping[str, str],
) -> dict[str, str]:
    """Our SKU → variant, of one that got another SKU in the shop: what is chosen by the same options is the same one."""
    others = {
        tuple((part["name"], part["value"]) for part in one.get("selectedOptions") or ()): str(one["id"])
        for one in there.variants
        if one["id"] not in known.values()
    }
    found = {}
    for part in parts:
        stands = tuple((one["optionName"], one["name"]) for one in _stands(sheet, part, options, shop.base))
        if part["sku"] not in known and stands in others:
            found[str(part["sku"])] = others.pop(stands)
    return found


def _options(
    sheet: Mapping[str, Any], parts: Sequence[Mapping[str, Any]], shop: ShopFacts, errors: list[ItemError]
) -> list[dict[str, Any]]:
    axes = sheet.get("axes") or [] if "variants" in sheet else []
    if not axes:
        if len(parts) > 1:
            errors.append(
                ItemError(
                    _("Its variants differ by nothing Shopify could offer: give its family variant axes.")
                )
            )
        return [{"name": UNVARIED[0], "values": [{"name": UNVARIED[1]}]}]
    if len(axes) > shop.most_options > 0:
        message = _("Its variants differ by %(count)d attributes: this shop takes at most %(most)d.")
        errors.append(ItemError(message % {"count": len(axes), "most": shop.most_options}, code="too_many"))
    options = []
    for position, axis in enumerate(axes, start=1):
        words: dict[str, None] = {}
        for part in parts:
            word = (part.get("axes", {}).get(axis["code"]) or {}).get(shop.base)
            if not word:
                message = _("%(sku)s has no %(axis)s, by which it differs from the others.")
                label = axis["labels"].get(shop.base) or axis["code"]
                errors.append(
                    ItemError(
                        message % {"sku": part["sku"], "axis": label},
                        f"axes.{axis['code']}",
                        code="required",
                        sku=str(part["sku"]),
                    )
                )
            else:
                words[word] = None
        name = axis["labels"].get(shop.base) or axis["code"]
        options.append({"name": name, "position": position, "values": [{"name": word} for word in words]})
    return options


def _stands(
    sheet: Mapping[str, Any], part: Mapping[str, Any], options: Sequence[Mapping[str, Any]], base: str
) -> list[dict[str, str]]:
    axes = sheet.get("axes") or [] if "variants" in sheet else []
    if not axes:
        return [{"optionName": UNVARIED[0], "name": UNVARIED[1]}]
    return [
        {"optionName": option["name"], "name": (part.get("axes", {}).get(axis["code"]) or {}).get(base, "")}
        for axis, option in zip(axes, options, strict=True)
    ]


def _keep_foreign(
    variants: list[dict[str, Any]],
    options: Sequence[dict[str, Any]],
    shop: ShopFacts,
    there: There,
    errors: list[ItemError],
) -> None:
    """What is left out of productSet's variants is deleted there: those that never were ours are named as well.

    A product that has our key and no receipt was made by us, and by nobody else's hand: all of it is ours.
    """
    if not there.receipt:
        return
    ours = {variant["sku"] for variant in variants} | set(there.receipt.get("skus") or ())
    taken = {variant.get("id") for variant in variants}
    by_name = {option["name"]: option for option in options}
    for one in there.variants:
        chosen = [(part["name"], part["value"]) for part in one.get("selectedOptions") or ()]
        if one["id"] in taken or one.get("sku") in ours or (not one.get("sku") and chosen == [UNVARIED]):
            continue
        if {name for name, _value in chosen} != by_name.keys():
            message = _(
                "The shop has a variant '%s' of its own here, which differs by other options: take it away there, or make it in the PIM."
            )
            errors.append(
                ItemError(
                    message % (one.get("sku") or "/".join(value for _name, value in chosen)),
                    code="foreign_variant",
                )
            )
            continue
        for name, value in chosen:
            if {"name": value} not in by_name[name]["values"]:
                by_name[name]["values"].append({"name": value})
        variants.append(
            {"id": one["id"], "optionValues": [{"optionName": name, "name": value} for name, value in chosen]}
        )


def _of_one(target: str, value: Any, shop: ShopFacts, errors: list[ItemError]) -> Any:
    """A variant's value as Shopify takes it; None where there is none."""
    if value is None:
        return None
    if target in PRICES:
        amount = value.get(shop.currency) if isinstance(value, Mapping) else value
        return None if amount is None else str(amount)
    if target == "weight":
        unit = WEIGHTS.get(str(value.get("unit"))) if isinstance(value, Mapping) else None
        if unit is None:
            message = _(
                "Shopify takes weights in grams, kilograms, ounces and pounds: convert the unit in the channel's field."
            )
            errors.append(ItemError(message, target, code="unit"))
            return None
        return {"value": float(value["amount"]), "unit": unit}
    if target == "stock":
        if not shop.location:
            return None
        return [{"locationId": shop.location, "name": "available", "quantity": int(float(text(value)))}]
    return text(value)


def option_texts(
    sheet: Mapping[str, Any], parts: Sequence[Mapping[str, Any]], base: str, locale: str
) -> dict[tuple[int, str], str]:
    found: dict[tuple[int, str], str] = {}
    if "variants" not in sheet:
        return found
    for position, axis in enumerate(sheet.get("axes") or (), start=1):
        if axis["labels"].get(locale):
            found[position, ""] = axis["labels"][locale]
        for part in parts:
            words = part.get("axes", {}).get(axis["code"]) or {}
            if words.get(base) and words.get(locale):
                found[position, words[base]] = words[locale]
    return found
