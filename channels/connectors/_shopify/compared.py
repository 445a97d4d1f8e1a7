"""A sheet as the shop shows it: its own value wherever the shop shows the same, else what stands there. Pure.

Not told, and so never another: stock and cost, collections, where it is published, and what is not ours to send.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from decimal import Decimal
from typing import Any

from channels import alike
from channels.connectors._shopify.fields import (
    OF_VARIANTS,
    TEXTS,
    ShopFacts,
    as_list,
    shown,
    text,
    values_of,
)
from channels.connectors._shopify.metafields import (
    as_metafield,
    from_metafield,
    metafield_name,
    same_metafield,
)
from channels.connectors._shopify.pictures import picture_key
from channels.connectors._shopify.showing import Shown, is_metafield
from channels.connectors._shopify.variants import PRICES, WEIGHTS

UNTOLD = frozenset({"stock", "cost"})
GRAMS = {
    "GRAMS": Decimal(1),
    "KILOGRAMS": Decimal(1000),
    "OUNCES": Decimal("28.349523125"),
    "POUNDS": Decimal("453.59237"),
}
UNITS = {theirs: ours for ours, theirs in WEIGHTS.items()}


def compared(
    sheet: Mapping[str, Any], there: Shown, shop: ShopFacts, *, was_sent: bool, is_active: bool
) -> dict[str, Any]:
    """`was_sent`: the receipt is of this very sheet, so that what the shop shows unchanged since then is its own writing of it;
    `is_active`: whether it has to be active by our settings."""
    return _Beside(sheet, there, shop, was_sent).told(is_active)


class _Beside:
    def __init__(self, sheet: Mapping[str, Any], there: Shown, shop: ShopFacts, was_sent: bool) -> None:
        self.there, self.shop = there, shop
        self.sheet = deepcopy(dict(sheet))
        self.is_model = "variants" in self.sheet
        self.parts: list[dict[str, Any]] = self.sheet["variants"] if self.is_model else [self.sheet]
        noted = (there.receipt.get("shown") or {}) if was_sent else {}
        now = shown(there.product, noted)
        self.untouched = {name for name, mark in noted.items() if now.get(name) == mark}

    def told(self, is_active: bool) -> dict[str, Any]:
        base = self.shop.base
        for target, value in _product_values(self.sheet, self.parts, base).items():
            if target in TEXTS:
                self._put(target, base, self._text(target, value, self._at(target)))
            elif target == "tags" and "tags" in self.shop.owns:
                self._put(target, base, _tags(value, self.there.product.get("tags") or []))
            elif is_metafield(target):
                self._put(target, base, self._metafield(target, value))
        for locale, theirs in self.shop.locales.items():
            self._translated(locale, theirs)
        self._pictures()
        self._variants()
        self._status(is_active)
        return self.sheet

    def _put(self, target: str, locale: str, value: Any, part: dict[str, Any] | None = None) -> None:
        """At the place where the sheet has it; None takes it out."""
        for one in [part] if part is not None else [self.sheet, *self.parts[:1]]:
            for place in ((one.get("locales") or {}).get(locale) or {}, one.get("fields") or {}):
                if target in place:
                    if value is None:
                        del place[target]
                    else:
                        place[target] = value
                    return

    # --- the product's own texts and metafields

    def _at(self, target: str) -> str:
        product = self.there.product
        if target == "category":
            return str((product.get("category") or {}).get("id") or "")
        found: Any = product
        for step in TEXTS[target][0].split("."):
            found = (found or {}).get(step)
        return str(found or "")

    def _text(self, target: str, value: Any, theirs: str) -> Any:
        ours = text(value)
        if not theirs.strip():
            return value if target in self.untouched else None
        if same_text(target, ours, theirs):
            return value
        return value if target in self.untouched and not alike.is_cut(ours, theirs) else theirs

    def _metafield(self, target: str, value: Any) -> Any:
        there = self.there.metafields.get(metafield_name(target, self.shop))
        if there is None:
            return None
        kind, told = str(there["type"]), str(there["value"])
        return (
            value
            if same_metafield(kind, as_metafield(value, kind), told)
            else from_metafield(value, kind, told)
        )

    # --- in other languages

    def _translated(self, locale: str, theirs: str) -> None:
        product = self.there.product
        first = self.parts[0] if self.parts else {}
        own = dict((self.sheet.get("locales") or {}).get(locale) or {})
        if "title" not in own and "title" in ((first.get("locales") or {}).get(locale) or {}):
            own["title"] = first["locales"][locale]["title"]
        base = _product_values(self.sheet, self.parts, self.shop.base)
        for target, value in own.items():
            if target in TEXTS and TEXTS[target][1]:
                place, key = product["id"], TEXTS[target][1]
            elif is_metafield(target) and (
                metafield := self.there.metafields.get(metafield_name(target, self.shop))
            ):
                place, key = metafield["id"], "value"
            else:
                continue
            there = self._translation(place, key, theirs, text(value), text(base.get(target, "")))
            if there is not None and not same_text(target, text(value), there):
                self._put(target, locale, there or None)

    def _translation(self, resource: str, key: str, theirs: str, ours: str, base: str) -> str | None:
        """What customers read; None where that cannot be told: of a text that the main language does not have, or that is the
        same in both, which a shop need not keep."""
        if key not in self.there.translatable.get(resource, ()):
            return None
        found = self.there.texts.get(resource, {}).get(theirs, {}).get(key)
        if found is None and alike.words(ours) == alike.words(base):
            return None
        return found or ""

    # --- pictures

    def _pictures(self) -> None:
        """Those the shop was sent, by the ids it gave them: gone there, or with another alternative text."""
        if "media" not in self.shop.owns:
            return
        known: Mapping[str, str] = self.there.receipt.get("media") or {}
        first: set[str] = set()
        for part in [self.sheet, *self.parts] if self.is_model else [self.sheet]:
            if part.get("images"):
                told = [self._picture(image, known, first) for image in part["images"]]
                part["images"] = [image for image in told if image is not None]

    def _picture(
        self, image: dict[str, Any], known: Mapping[str, str], first: set[str]
    ) -> dict[str, Any] | None:
        key = picture_key(image)
        if key not in known:
            return image
        there = self.there.media.get(known[key])
        if there is None:
            return None if self.there.all_pictures else image
        if there.get("status") == "FAILED":
            return None
        if key in first:  # sent with the alternative text of its first place
            return image
        first.add(key)
        alt = str(there.get("alt") or "")
        return image if alike.words(alt) == alike.words(image.get("alt") or "") else {**image, "alt": alt}

    # --- variants

    def _variants(self) -> None:
        found = matched(self.parts, self.there, self.sheet if self.is_model else None, self.shop.base)
        gone = []
        for part in self.parts:
            variant = found.get(str(part["sku"]))
            if variant is None:
                gone.append(part)
                continue
            part.pop("sku_there", None)
            if variant.get("sku") != part["sku"]:
                # Under another name: paths of a sheet have our SKU in them.
                part["sku_there"] = variant.get("sku") or "–"
            for target, value in values_of(part, self.shop.base).items():
                owned = OF_VARIANTS.get(target, ("", "-"))[1]
                if target in OF_VARIANTS and target not in UNTOLD and (not owned or owned in self.shop.owns):
                    self._put(target, self.shop.base, self._of_one(target, value, variant), part)
            if self.is_model:
                self._axes(part, variant)
        if self.is_model:
            self.sheet["variants"] = [part for part in self.parts if part not in gone]
            self._axis_names()

    def _of_one(self, target: str, value: Any, variant: Mapping[str, Any]) -> Any:
        if target in PRICES:
            return _price(
                value, variant.get("compareAtPrice" if target == "compare_at_price" else "price"), self.shop
            )
        stock = variant.get("inventoryItem") or {}
        if target == "weight":
            return _weight(value, (stock.get("measurement") or {}).get("weight"))
        theirs = {
            "barcode": variant.get("barcode"), "harmonized_code": stock.get("harmonizedSystemCode"),
            "country_of_origin": stock.get("countryCodeOfOrigin"),
        }[target]  # fmt: skip
        if not theirs:
            return None
        return value if alike.words(text(value)) == alike.words(theirs) else str(theirs)

    def _axes(self, part: dict[str, Any], variant: Mapping[str, Any]) -> None:
        chosen = variant.get("selectedOptions") or ()
        for axis, option in zip(self.sheet.get("axes") or (), chosen, strict=False):
            ours = part.get("axes", {}).get(axis["code"]) or {}
            word = ours.get(self.shop.base)
            if word and alike.words(word) != alike.words(option["value"]):
                ours[self.shop.base] = option["value"]
                continue
            option_there = next(
                (one for one in self.there.product["options"] if one["name"] == option["name"]), {}
            )
            values = {one["name"]: one["id"] for one in option_there.get("optionValues") or ()}
            if word and option["value"] in values:
                self._axis_texts(ours, values[option["value"]], word)

    def _axis_names(self) -> None:
        options = sorted(self.there.product["options"], key=lambda one: int(one["position"]))
        for axis, option in zip(self.sheet.get("axes") or (), options, strict=False):
            labels = axis["labels"]
            word = labels.get(self.shop.base) or axis["code"]
            if alike.words(word) != alike.words(option["name"]):
                labels[self.shop.base] = option["name"]
            else:
                self._axis_texts(labels, option["id"], word)

    def _axis_texts(self, ours: dict[str, str], resource: str, word: str) -> None:
        for locale, theirs in self.shop.locales.items():
            if ours.get(locale):
                there = self._translation(resource, "name", theirs, ours[locale], word)
                if there is not None and alike.words(there) != alike.words(ours[locale]):
                    ours[locale] = there

    def _status(self, is_active: bool) -> None:
        """As the channel's own where somebody left it to it; else only what is not active though it has to be."""
        theirs = self.there.product["status"]
        if "status" in self.sheet or (is_active and theirs != "ACTIVE"):
            self.sheet["status"] = theirs


def matched(
    parts: Sequence[Mapping[str, Any]], there: Shown, model: Mapping[str, Any] | None, base: str
) -> dict[str, Mapping[str, Any]]:
    """Our SKU → the variant: by its SKU; else by the options it is chosen by, of which the shop has each only once."""
    by_sku = {str(one["sku"]): one for one in there.variants if one.get("sku")}
    found: dict[str, Mapping[str, Any]] = {
        str(part["sku"]): by_sku[str(part["sku"])] for part in parts if str(part["sku"]) in by_sku
    }
    taken = {one["id"] for one in found.values()}
    left = [one for one in there.variants if one["id"] not in taken]
    axes = (model or {}).get("axes") or ()
    for part in parts:
        if str(part["sku"]) in found:
            continue
        wanted = [alike.words((part.get("axes", {}).get(axis["code"]) or {}).get(base, "")) for axis in axes]
        for one in left:
            chosen = [alike.words(option["value"]) for option in one.get("selectedOptions") or ()]
            if chosen == wanted or (not axes and len(there.variants) == 1):
                found[str(part["sku"])] = one
                left.remove(one)
                break
    return found


def _product_values(
    sheet: Mapping[str, Any], parts: Sequence[Mapping[str, Any]], base: str
) -> dict[str, Any]:
    own = values_of(sheet, base)
    first = values_of(parts[0], base) if parts else {}
    return own if "title" in own or "title" not in first else {"title": first["title"], **own}


def same_text(target: str, ours: str, theirs: str) -> bool:
    if target == "description":
        return alike.markup(ours) == alike.markup(theirs)
    if target == "handle":
        return alike.slug(ours) == alike.slug(theirs)
    return alike.words(ours) == alike.words(theirs)


def _tags(value: Any, theirs: Sequence[str]) -> Any:
    """A comma divides tags; order and capital letters say nothing."""
    ours = [one for entry in as_list(value) for one in text(entry).split(",")]
    if alike.bag(ours) == alike.bag(theirs):
        return value
    return list(theirs) or None


def _price(value: Any, theirs: Any, shop: ShopFacts) -> Any:
    """In the shop's currency; amounts in others are not sent, and stay."""
    if isinstance(value, Mapping) and shop.currency not in value:
        return value
    if theirs is None:
        return None
    if isinstance(value, Mapping):
        same = alike.same_number(value[shop.currency], theirs)
        return value if same else {**value, shop.currency: str(theirs)}
    return value if alike.same_number(value, theirs) else str(theirs)


def _weight(value: Any, theirs: Mapping[str, Any] | None) -> Any:
    if not isinstance(value, Mapping) or str(value.get("unit")) not in WEIGHTS:
        return value
    if theirs is None:
        return None
    ours = Decimal(str(value["amount"])) * GRAMS[WEIGHTS[str(value["unit"])]]
    there = Decimal(str(theirs["value"])) * GRAMS.get(str(theirs["unit"]), Decimal(1))
    if alike.about_same(ours, there):
        return value
    amount = format(Decimal(str(theirs["value"])).normalize(), "f")
    return {"amount": amount, "unit": UNITS.get(str(theirs["unit"]), str(theirs["unit"]))}
