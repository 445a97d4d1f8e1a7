"""A sheet as Google's ProductInput (Merchant API v1), and Google's names back to the sheet's fields.

The mapping's targets are Google's names in any spelling (imageLink, image_link, "image link"); a target that is none
goes out as a custom attribute. Lengths and GTIN rules as of 2026-11 (Google's product data specification).
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from stdnum import ean

from channels.connectors.base import ItemError

# The name of the custom attribute by which a product shows which of our sheets it was made from.
STAMP = "pim sheet"
ADDITIONAL_IMAGES = 10
REQUIRED = ("title", "description", "link", "imageLink")

_KINDS: dict[str, str] = {}
for _kind, _listed in {
    "text": "title description link mobileLink canonicalLink linkTemplate mobileLinkTemplate adsRedirect imageLink brand mpn "
    "color material pattern size googleProductCategory shortTitle itemGroupId itemGroupTitle shippingLabel returnPolicyLabel "
    "transitTimeLabel customLabel0 customLabel1 customLabel2 customLabel3 customLabel4 adsGrouping displayAdsId "
    "displayAdsLink displayAdsTitle externalSellerId virtualModelLink",
    "texts": "gtins productTypes productHighlights additionalImageLinks lifestyleImageLinks promotionIds adsLabels "
    "displayAdsSimilarIds documentLinks videoLinks shoppingAdsExcludedCountries",
    "word": "availability condition gender ageGroup sizeSystem energyEfficiencyClass minEnergyEfficiencyClass "
    "maxEnergyEfficiencyClass pause pickupMethod pickupSla",
    "words": "sizeTypes includedDestinations excludedDestinations",
    "yes": "adult identifierExists isBundle",
    "whole": "multipack minHandlingTime maxHandlingTime sellOnGoogleQuantity",
    "moment": "availabilityDate expirationDate disclosureDate",
    "money": "price salePrice costOfGoodsSold autoPricingMinPrice maximumRetailPrice",
    "weight": "shippingWeight productWeight",
    "length": "shippingLength shippingWidth shippingHeight productLength productWidth productHeight",
    "measure": "unitPricingMeasure",
    "base": "unitPricingBaseMeasure",
    "written": "structuredTitle structuredDescription",
    "eprel": "certifications",
}.items():
    _KINDS |= dict.fromkeys(_listed.split(), _kind)

LONGEST = {
    "title": 150, "shortTitle": 150, "structuredTitle": 150, "description": 5000, "structuredDescription": 5000, "link": 2000,
    "imageLink": 2000, "brand": 70, "mpn": 70, "color": 100, "size": 100, "material": 200, "pattern": 100, "itemGroupId": 50,
    "googleProductCategory": 750, "productTypes": 750, "productHighlights": 150, "shippingLabel": 100, "customLabel0": 100,
    "customLabel1": 100, "customLabel2": 100, "customLabel3": 100, "customLabel4": 100, "promotionIds": 50,
}  # fmt: skip
MOST = {"gtins": 10, "productHighlights": 100, "additionalImageLinks": ADDITIONAL_IMAGES, "sizeTypes": 2}
WORDS = {
    "availability": "IN_STOCK OUT_OF_STOCK PREORDER BACKORDER LIMITED_AVAILABILITY",
    "condition": "NEW USED REFURBISHED",
    "gender": "MALE FEMALE UNISEX",
    "ageGroup": "ADULT KIDS TODDLER INFANT NEWBORN",
}
# Fields that follow the price or the stock: they are the shop's unless the profile says the PIM owns them.
PRICES = (
    "price", "saleprice", "salepriceeffectivedate", "costofgoodssold", "autopricingminprice", "maximumretailprice",
    "installment", "subscriptioncost",
)  # fmt: skip
STOCK = ("availability", "availabilitydate", "sellongooglequantity")
UNITS = {
    "GRAM": "g", "KILOGRAM": "kg", "OUNCE": "oz", "POUND": "lb", "MILLIGRAM": "mg", "CENTIMETER": "cm", "INCH": "in",
    "METER": "m", "MILLILITER": "ml", "CENTILITER": "cl", "LITER": "l", "CUBIC_METER": "cbm", "SQUARE_METER": "sqm",
    "PIECE": "ct",
}  # fmt: skip
_TAKEN = {"weight": ("g", "kg", "oz", "lb"), "length": ("cm", "in")}
_GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}")
_SAFE = re.compile(r"[A-Za-z0-9_.-]+")


@lru_cache(maxsize=2048)  # the same few names in every sheet
def _folded(name: str) -> str:
    """ "image_link", "n:image link" and "imageLinks" alike."""
    return re.sub(r"[^a-z0-9]", "", name.rpartition(":")[2].lower()).removesuffix("s")


_BY_FOLD = {_folded(name): name for name in _KINDS} | {"offerid": "offerId", "id": "offerId"}


def api_name(target: str) -> str:
    """Google's own spelling of a field; "" where it has none of that name."""
    return _BY_FOLD.get(_folded(target), "")


def kind_of(name: str) -> str:
    return _KINDS.get(name, "")


class _Unfit(Exception):
    """A value of a kind that the field does not take; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Built:
    """`input`: a ProductInput without stamp and version; `errors`: why Google would not list it."""

    input: dict[str, Any]
    errors: tuple[ItemError, ...]


def identity(sku: str, settings: Mapping[str, Any]) -> str:
    """Google's key of an offer, "en~US~MUG-1"."""
    language = str(settings.get("locale", "")).partition("_")[0].lower()
    return f"{language}~{settings.get('feed_label', '')}~{sku}"


def as_name(identity: str) -> str:
    """The last part of a resource's name: as it is, or in base64 where it holds what an address cannot carry."""
    if all(_SAFE.fullmatch(part) for part in identity.split("~")) and identity.count("~") == 2:
        return identity
    return urlsafe_b64encode(identity.encode()).rstrip(b"=").decode()


def build(sheet: Mapping[str, Any], settings: Mapping[str, Any]) -> Built:
    attributes: dict[str, Any] = {}
    custom: list[dict[str, str]] = []
    errors: list[ItemError] = []
    for target, locale, value in owned(sheet, settings):
        name = api_name(target)
        try:
            if name in _KINDS:
                attributes[name] = _fitting(name, value, settings)
            elif name != "offerId":
                custom.append({"name": target.replace("_", " "), "value": as_text(value)})
        except _Unfit as unfit:
            errors.append(ItemError(str(unfit), target, locale, "unfit"))
    _add_what_the_sheet_has(attributes, sheet, settings)
    missing = {"title": "structuredTitle", "description": "structuredDescription"}
    if not settings.get("supplemental"):
        asked = [*REQUIRED, *(["price"] if settings.get("prices") else []), *(["availability"] if settings.get("stock") else [])]  # fmt: skip
        failed = {_folded(error.field) for error in errors}
        errors += [
            ItemError(_missing(name), *field_of(name, sheet, settings), "missing")
            for name in asked
            if name not in attributes and missing.get(name) not in attributes and _folded(name) not in failed
        ]
    errors += _too_long(attributes, sheet, settings)
    language, label, sku = identity(str(sheet["sku"]), settings).split("~", 2)
    if len(sku) > 50:
        errors.append(
            ItemError(
                _("The SKU has %d characters, Google takes 50 at most.") % len(sku), "sku", code="too_long"
            )
        )
    made: dict[str, Any] = {
        "offerId": sku,
        "contentLanguage": language,
        "feedLabel": label,
        "productAttributes": attributes,
    }
    return Built(made | ({"customAttributes": custom} if custom else {}), tuple(errors))


def field_of(path: str, sheet: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[str, str]:
    """(field of the sheet, its locale or "") that Google means by "image link" or "product_attributes.gtins[0]"."""
    folds = [_folded(step) for step in re.split(r"[.\[\]/]", path) if step]
    targets = {_folded(target): (target, locale) for target, locale, _value in _values(sheet, settings)}
    targets |= {alias[10:]: place for alias, place in targets.items() if alias.startswith("structured")}
    for fold in folds:
        if fold in targets:
            return targets[fold]
        name = _BY_FOLD.get(fold)
        if name:
            return {
                "offerId": "sku",
                "imageLink": "images",
                "additionalImageLinks": "images",
            }.get(name, name), ""
    return "", ""


def _values(sheet: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """(target, locale or "", value) of what the sheet says in the language that goes out."""
    for target, value in (sheet.get("fields") or {}).items():
        yield target, "", value
    locale = settings.get("locale", "")
    for target, value in ((sheet.get("locales") or {}).get(locale) or {}).items():
        yield target, locale, value


def owned(sheet: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    withheld = {
        *(() if settings.get("prices") else PRICES),
        *(() if settings.get("stock") else STOCK),
    }
    return (entry for entry in _values(sheet, settings) if _folded(entry[0]) not in withheld)


def _add_what_the_sheet_has(
    attributes: dict[str, Any], sheet: Mapping[str, Any], settings: Mapping[str, Any]
) -> None:
    """Pictures, categories and the model, where no field of the mapping gives them."""
    pictures = [str(image["url"]) for image in sheet.get("images") or ()]
    if pictures and "imageLink" not in attributes:
        attributes["imageLink"], *pictures = pictures
    if pictures and "additionalImageLinks" not in attributes:
        attributes["additionalImageLinks"] = pictures[:ADDITIONAL_IMAGES]
    locale = settings.get("locale", "")
    paths = [
        " > ".join(str(step.get(locale) or next(iter(step.values()), "")) for step in category["path"])
        for category in sheet.get("categories") or ()
    ]
    if paths and "productTypes" not in attributes:
        attributes["productTypes"] = paths
    if sheet.get("model") and "itemGroupId" not in attributes:
        attributes["itemGroupId"] = sheet["model"]


def _missing(name: str) -> str:
    return _("%s is missing: Google lists no product without it. Fill it, or map it in the channel's fields.") % name  # fmt: skip


def _too_long(
    attributes: Mapping[str, Any], sheet: Mapping[str, Any], settings: Mapping[str, Any]
) -> Iterator[ItemError]:
    for name, value in attributes.items():
        if name not in LONGEST and name not in MOST:
            continue
        texts = value if isinstance(value, list) else [value]
        texts = [text["content"] if isinstance(text, dict) and "content" in text else text for text in texts]
        longest = max((len(text) for text in texts if isinstance(text, str)), default=0)
        if longest > LONGEST.get(name, longest):
            message = _("%(field)s is %(length)d characters, Google takes %(limit)d: shorten by %(over)d.") % {
                "field": name, "length": longest, "limit": LONGEST[name], "over": longest - LONGEST[name],
            }  # fmt: skip
            yield ItemError(message, *field_of(name, sheet, settings), "too_long")
        if isinstance(value, list) and len(value) > MOST.get(name, len(value)):
            message = _("%(field)s has %(count)d entries, Google takes %(limit)d.") % {
                "field": name, "count": len(value), "limit": MOST[name],
            }  # fmt: skip
            yield ItemError(message, *field_of(name, sheet, settings), "too_many")


# --- values as Google takes them


def _fitting(name: str, value: Any, settings: Mapping[str, Any]) -> Any:
    """Raises _Unfit."""
    kind = _KINDS[name]
    if kind in ("texts", "words"):
        entries = [*(value if isinstance(value, list) else [value])]
        texts = [as_text(entry) for entry in entries]
        if name == "gtins":
            return [_gtin(text) for text in texts]
        return [_word(name, text) for text in texts] if kind == "words" else texts
    if kind == "word":
        return _word(name, as_text(value))
    if kind == "money":
        return _money(value, str(settings.get("currency") or ""))
    if kind in ("weight", "length", "measure", "base"):
        return _measure(kind, value)
    return _PLAIN[kind](value)


def as_text(value: Any) -> str:
    if isinstance(value, Mapping):
        if "amount" in value:
            unit = str(value.get("unit", ""))
            return f"{value['amount']} {UNITS.get(unit, unit)}".strip()
        return str(value.get("label") or value.get("url") or ", ".join(f"{v} {k}" for k, v in value.items()))
    if isinstance(value, list):
        return ", ".join(as_text(entry) for entry in value)
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _word(name: str, text: str) -> str:
    """ "in stock" → IN_STOCK, "A++" → APP."""
    word = re.sub(r"[^A-Z0-9]+", "_", text.strip().upper().replace("+", "P")).strip("_")
    if name in WORDS and word not in WORDS[name].split():
        raise _Unfit(
            _("'%(value)s' is no %(field)s of Google's: map your options to %(words)s.")
            % {"value": text[:60], "field": name, "words": ", ".join(WORDS[name].split())}
        )
    return word


def _gtin(text: str) -> str:
    """The digits of a number that GS1 gave a maker. Refused at Google: in-store, coupon and made-up numbers."""
    digits = re.sub(r"[\s-]", "", text)
    if (
        not _GTIN.fullmatch(digits)
        or ean.calc_check_digit(digits[:-1]) != digits[-1]
        or not digits.strip("0")
    ):
        raise _Unfit(_("'%s' is no GTIN: compare its digits with the package.") % text[:60])
    thirteen = digits.zfill(14)[1:]
    if thirteen.startswith(("02", "04", "2", "05", "981", "982", "983", "984", "99")):
        raise _Unfit(
            _(
                "'%s' is a number for use within a shop, or of a coupon: Google takes the maker's GTIN, or none."
            )
            % text[:60]
        )
    return digits


def _money(value: Any, currency: str) -> dict[str, str]:
    if isinstance(value, Mapping):
        currency = currency or next(iter(value), "")
        if currency not in value:
            raise _Unfit(_("There is no price in %s.") % currency)
        amount = value[currency]
    else:
        amount, _blank, own = as_text(value).partition(" ")
        currency = own or currency
    try:
        micros = Decimal(str(amount)) * 1_000_000
        if micros != micros.to_integral_value() or micros < 0:
            raise InvalidOperation
    except InvalidOperation:
        raise _Unfit(_("'%s' is no price.") % str(amount)[:60]) from None
    if not re.fullmatch("[A-Z]{3}", currency):
        raise _Unfit(_("The price has no currency: choose one in the channel's connection."))
    return {"amountMicros": str(int(micros)), "currencyCode": currency}


def _measure(kind: str, value: Any) -> dict[str, Any]:
    amount, _blank, unit = as_text(value).partition(" ")
    unit = unit.strip()
    taken = _TAKEN.get(kind, tuple(UNITS.values()))
    if unit not in taken:
        raise _Unfit(
            _("Google takes this in %(units)s, not in '%(unit)s': convert it in the channel's fields.")
            % {"units": ", ".join(taken), "unit": unit[:20]}
        )
    try:
        number = Decimal(amount)
        return {"value": str(int(number)) if kind == "base" else round(float(number), 4), "unit": unit}
    except (InvalidOperation, ValueError, OverflowError):
        raise _Unfit(_("'%s' is no number.") % amount[:60]) from None


def _whole(value: Any) -> str:
    try:
        return str(int(Decimal(as_text(value).partition(" ")[0])))
    except (InvalidOperation, ValueError, OverflowError):
        raise _Unfit(_("'%s' is no whole number.") % as_text(value)[:60]) from None


def _yes(value: Any) -> bool:
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    word = as_text(value).strip().lower()
    if word not in known:
        raise _Unfit(_("'%s' is neither yes nor no.") % word[:60])
    return known[word]


def _moment(value: Any) -> str:
    text = as_text(value)
    return f"{text}T00:00:00Z" if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else text


def _written(value: Any) -> dict[str, str]:
    """A text that a machine wrote, which Google wants told apart."""
    return {"content": as_text(value), "digitalSourceType": "TRAINED_ALGORITHMIC_MEDIA"}


def _eprel(value: Any) -> list[dict[str, str]]:
    """The number in the European register of energy labels: "EC:EPREL:123456", or the number alone."""
    number = as_text(value).rpartition(":")[2].strip()
    return [{"certificationAuthority": "EC", "certificationName": "EPREL", "certificationCode": number}]


_PLAIN: dict[str, Callable[[Any], Any]] = {
    "text": as_text, "yes": _yes, "whole": _whole, "moment": _moment, "written": _written, "eprel": _eprel,
}  # fmt: skip
