"""A sheet as Google shows it: its own value wherever Google shows the same, else what stands there. Pure.

What was sent is made anew from the sheet and held against the processed product's attributes. Google trims texts, takes
formatting out, fills numbers up, and puts lists into an order of its own: none of that is another value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from decimal import Decimal
from typing import Any

from channels import alike
from channels.connectors import _google_product as google

MICROS = 1_000_000
_UNITS = {theirs: ours for ours, theirs in google.UNITS.items()}


def compared(
    sheet: Mapping[str, Any], product: Mapping[str, Any], settings: Mapping[str, Any]
) -> dict[str, Any] | None:
    """`product`: of products.get. None where it tells no attributes."""
    there = product.get("productAttributes")
    if not isinstance(there, Mapping):
        return None
    made = deepcopy(dict(sheet))
    sent = google.build(sheet, settings).input
    mapped = {
        google.api_name(target) or target: (target, locale, value)
        for target, locale, value in google.owned(sheet, settings)
    }
    custom = {
        str(one.get("name")).casefold(): one.get("value")
        for one in product.get("customAttributes") or ()
        if isinstance(one, Mapping)
    }
    for name, (target, locale, value) in mapped.items():
        place = made["locales"][locale] if locale else made["fields"]
        if google.kind_of(name):
            if name not in sent["productAttributes"]:
                continue
            shown = there.get(name)
            if shown in (None, "", [], {}):
                del place[target]
            elif not same(name, sent["productAttributes"][name], shown):
                place[target] = as_value(name, shown, value)
        elif name != "offerId":
            shown = custom.get(target.replace("_", " ").casefold())
            if shown in (None, ""):
                del place[target]
            elif alike.words(google.as_text(value)) != alike.words(shown):
                place[target] = shown
    _what_the_sheet_has(made, sent["productAttributes"], there, mapped, str(settings.get("locale", "")))
    return made


def _what_the_sheet_has(
    made: dict[str, Any],
    sent: Mapping[str, Any],
    there: Mapping[str, Any],
    mapped: Mapping[str, Any],
    locale: str,
) -> None:
    """Pictures, categories and the model, where no field of the mapping gives them."""
    names = [name for name in ("imageLink", "additionalImageLinks") if name in sent and name not in mapped]
    if any(not same(name, sent[name], there.get(name)) for name in names):
        urls = [url for name in names for url in _listed(there.get(name))]
        ours = [url for name in names for url in _listed(sent[name])]
        kept = [image for image in made["images"] if image["url"] in urls or image["url"] not in ours]
        made["images"] = [*kept, *({"url": url} for url in urls if url not in ours)]
    if "productTypes" in sent and "productTypes" not in mapped:
        shown = there.get("productTypes")
        if not same("productTypes", sent["productTypes"], shown):
            made["categories"] = [
                {"code": "", "path": [{locale: step.strip()} for step in str(one).split(">")]}
                for one in _listed(shown)
            ]
    if (
        "itemGroupId" in sent
        and "itemGroupId" not in mapped
        and not same("itemGroupId", sent["itemGroupId"], there.get("itemGroupId"))
    ):
        made["model"] = there.get("itemGroupId")


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [] if value in (None, "") else [value]


def same(name: str, sent: Any, shown: Any) -> bool:
    """Whether Google's writing of an attribute is ours, both as the Merchant API has them."""
    if shown is None:
        return False
    kind = google.kind_of(name)
    if name in _NAMED:
        return _NAMED[name](sent, shown)
    if kind in _SAME:
        return _SAME[kind](sent, shown)
    return bool(sent == shown) or alike.words(sent) == alike.words(shown)


def _money(sent: Mapping[str, Any], shown: Any) -> bool:
    return (
        isinstance(shown, Mapping)
        and alike.same_number(sent["amountMicros"], shown.get("amountMicros", 0))
        and sent["currencyCode"] == shown.get("currencyCode")
    )


def _measure(sent: Mapping[str, Any], shown: Any) -> bool:
    if not isinstance(shown, Mapping):
        return False
    ours, theirs = alike.number(sent["value"]), alike.number(shown.get("value"))
    units = str(sent["unit"]).casefold(), str(shown.get("unit")).casefold()
    return ours is not None and theirs is not None and alike.about_same(ours, theirs) and units[0] == units[1]


def _bag(sent: Any, shown: Any) -> bool:
    return alike.bag(map(_step, _listed(sent))) == alike.bag(map(_step, _listed(shown)))


def _step(text: Any) -> str:
    """A path with the same blanks beside its arrows."""
    return re.sub(r"\s*>\s*", " > ", str(text))


def _word(sent: Any, shown: Any) -> bool:
    return [re.sub(r"[^a-z0-9]", "", str(one).casefold()) for one in _listed(sent)] == [
        re.sub(r"[^a-z0-9]", "", str(one).casefold()) for one in _listed(shown)
    ]


def _taxonomy(sent: Any, shown: Any) -> bool:
    """A number and a path may be the same category: which is which is not known here."""
    ours, theirs = alike.words(_step(sent)), alike.words(_step(shown))
    return ours == theirs or ours.isdigit() != theirs.isdigit()


_NAMED: dict[str, Callable[[Any, Any], bool]] = {
    "title": lambda sent, shown: alike.plain(sent) == alike.plain(shown),
    "description": lambda sent, shown: alike.plain(sent) == alike.plain(shown),
    "gtins": lambda sent, shown: {str(one).lstrip("0") for one in sent} == {str(one).lstrip("0") for one in _listed(shown)},
    "googleProductCategory": _taxonomy,
}  # fmt: skip
_SAME: dict[str, Callable[[Any, Any], bool]] = {
    "texts": _bag, "words": _word, "word": _word, "money": _money, "weight": _measure, "length": _measure, "measure": _measure,
    "base": _measure, "moment": alike.same_moment, "whole": alike.same_number,
    "written": lambda sent, shown: isinstance(shown, Mapping) and alike.plain(sent["content"]) == alike.plain(shown.get("content")),
    "eprel": lambda sent, shown: {one["certificationCode"] for one in sent} == {
        one.get("certificationCode") for one in _listed(shown) if isinstance(one, Mapping)
    },
}  # fmt: skip


def as_value(name: str, shown: Any, ours: Any) -> Any:
    """What Google shows, in the form that our value has in the sheet."""
    kind = google.kind_of(name)
    if kind == "money" and isinstance(shown, Mapping):
        amount = format(
            (Decimal(str(shown.get("amountMicros") or 0)) / MICROS).quantize(Decimal("0.01")), "f"
        )
        currency = str(shown.get("currencyCode") or "")
        return {**ours, currency: amount} if isinstance(ours, Mapping) else f"{amount} {currency}"
    if isinstance(shown, Mapping) and "unit" in shown:
        if isinstance(ours, Mapping):
            return {
                "amount": str(shown.get("value")),
                "unit": _UNITS.get(str(shown["unit"]), str(shown["unit"])),
            }
        return f"{shown.get('value')} {shown['unit']}"
    if isinstance(shown, Mapping):
        return str(shown.get("content") or shown)
    if isinstance(shown, list):
        texts = [str(one.get("certificationCode") if isinstance(one, Mapping) else one) for one in shown]
        return texts if isinstance(ours, list) else ", ".join(texts)
    if isinstance(shown, bool) or isinstance(ours, bool):
        return shown
    if kind == "moment" and re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(ours)):
        return str(shown)[:10]
    return str(shown)
