"""What a page says, read from its sheet. Pure. Fields of these names have a place of their own; others stand in the table.

title (or name), short_description, description, brand, gtin (or ean, barcode), price. What is not mapped is not said, also
where a channel without any mapping was sent everything.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext

from catalog.attribute_types.richtext import plain_text, sanitised
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from channels.profile import ChannelSpec

Sheet = Mapping[str, Any]
_TAG = re.compile(r"</?[A-Za-z]")

TITLE = ("title", "name")
LEAD = ("short_description",)
TEXT = ("description",)
BRAND = ("brand", "manufacturer")
GTIN = ("gtin", "ean", "barcode")
PRICE = ("price",)
FOR_MACHINES = ("meta_description", "seo_title", "seo_description", "keywords", "picture_alt")
PRODUCTS = ("product_reference", "association")  # attribute types whose values are other products' SKUs
TABLES = ("table", "packaging")
PLACED = frozenset((*TITLE, *LEAD, *TEXT, *PRICE, *FOR_MACHINES))


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the data table: `text`, a table's lines (heads first), or other products; a download has a `url`."""

    label: str
    text: str = ""
    url: str = ""
    cells: Sequence[Sequence[str]] = ()
    products: Sequence[tuple[str, str]] = ()  # (SKU, how many of it or "")


@dataclass(frozen=True, slots=True)
class Picture:
    url: str
    sha256: str
    alt: str


@dataclass(frozen=True, slots=True)
class Variant:
    """`axes`, `cells`: under the heads of Page.axes and Page.columns."""

    sku: str
    axes: Sequence[str]
    cells: Sequence[str]
    gtin: str
    prices: Sequence[str]
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class Page:
    """What a page shows in one language."""

    sku: str
    title: str
    lead: str
    text: SafeString
    prices: Sequence[str]
    rows: Sequence[Row]
    pictures: Sequence[Picture]
    files: Sequence[Row]
    variants: Sequence[Variant]
    axes: Sequence[str]
    columns: Sequence[str]  # of fields in which variants differ from the model
    trail: Sequence[tuple[str, str]] = field(default=())  # (code, label) of the first category, from the top


def first(sheet: Sheet, names: Sequence[str], locale: str) -> Any:
    """The first of these fields that has a value, in this language or for all."""
    own, shared = (sheet.get("locales") or {}).get(locale) or {}, sheet.get("fields") or {}
    for name in names:
        for part in (own, shared):
            if part.get(name) not in (None, "", [], {}):
                return part[name]
    return None


def title(sheet: Sheet, locale: str) -> str:
    return plain(first(sheet, TITLE, locale)) or str(sheet.get("sku", ""))


def numbers(sheet: Sheet, locale: str) -> str:
    """SKUs and GTINs of a page and its variants: by these it is always found."""
    parts = (sheet, *(sheet.get("variants") or ()))
    return " ".join(
        text
        for part in parts
        for text in (str(part.get("sku", "")), plain(first(part, GTIN, locale)))
        if text
    )


def words(sheet: Sheet, locale: str, spec: ChannelSpec, structure: Structure) -> str:
    """What else a page is found by in this language: what it says, its categories, by what its variants differ."""
    return " ".join(filter(None, _words(sheet, locale, spec, structure)))


def _words(sheet: Sheet, locale: str, spec: ChannelSpec, structure: Structure) -> Iterator[str]:
    yield title(sheet, locale)
    for entry in sheet.get("categories") or ():
        yield from (step.get(locale, "") for step in entry.get("path") or ())
    for variant in sheet.get("variants") or ():
        yield from (text.get(locale, "") for text in (variant.get("axes") or {}).values())
    for placed in (LEAD, TEXT):
        yield plain(first(sheet, placed, locale))
    rows, files = _Named(sheet, spec, structure, locale).rows()
    for row in rows:
        yield row.text or " ".join(cell for line in row.cells[1:] for cell in line)
    yield from (file.label for file in files)


def references(sheet: Sheet, locale: str, spec: ChannelSpec, structure: Structure) -> list[str]:
    """SKUs of the products that a page points at."""
    rows, _files = _Named(sheet, spec, structure, locale).rows()
    return [sku for row in rows for sku, _count in row.products]


def page_of(
    sheet: Sheet, locale: str, spec: ChannelSpec, structure: Structure, *, known: Container[str] = ()
) -> Page:
    """`known`: which other products have pages here; others are not named."""
    named = _Named(sheet, spec, structure, locale)
    rows, files = named.rows()
    shown = (replace(row, products=[one for one in row.products if one[0] in known]) if row.products else row for row in rows)  # fmt: skip
    entry = next(iter(sheet.get("categories") or ()), None)
    variants, differing = sheet.get("variants") or (), named.differing()
    return Page(
        sku=str(sheet.get("sku", "")), title=title(sheet, locale), lead=plain(first(sheet, LEAD, locale)),
        text=_markup(first(sheet, TEXT, locale)), prices=prices(first(sheet, PRICE, locale)),
        rows=[row for row in shown if row.text or row.cells or row.products],
        pictures=pictures(sheet, locale), files=files,
        variants=[_variant(variant, sheet, named, differing) for variant in variants],
        axes=[_in(axis.get("labels") or {}, locale) or axis["code"] for axis in sheet.get("axes") or ()],
        columns=[named.label(target) for target in differing],
        trail=_trail(entry, locale, structure) if entry else (),
    )  # fmt: skip


def pictures(sheet: Sheet, locale: str) -> list[Picture]:
    """Those of the product, then those of its variants, each once."""
    found: dict[str, Picture] = {}
    for part in (sheet, *(sheet.get("variants") or ())):
        for image in part.get("images") or ():
            alt = (image.get("alts") or {}).get(locale) or image.get("alt") or title(sheet, locale)
            found.setdefault(image["sha256"], Picture(image["url"], image["sha256"], plain(alt)))
    return list(found.values())


def prices(value: Any) -> list[str]:
    """Each currency's, as "9.90 EUR", in the way of the language that is active; what is no price by currency as it is."""
    if isinstance(value, Mapping):
        return [f"{_number(amount)}\u00a0{code}" for code, amount in sorted(value.items())]
    return [plain(value)] if value not in (None, "") else []


def lowest(sheet: Sheet, locale: str) -> tuple[list[str], bool]:
    """A page's prices, else the lowest of its variants; and whether those differ."""
    own = first(sheet, PRICE, locale)
    if own is not None:
        return prices(own), False
    listed = [
        one
        for variant in sheet.get("variants") or ()
        if isinstance(one := first(variant, PRICE, locale), Mapping)
    ]
    currency = min((code for one in listed for code in one), default="")
    amounts = sorted(Decimal(str(one[currency])) for one in listed if currency in one)
    return (prices({currency: amounts[0]}), amounts[0] != amounts[-1]) if amounts else ([], False)


def _variant(variant: Sheet, sheet: Sheet, named: _Named, differing: Sequence[str]) -> Variant:
    locale, axes = named.locale, variant.get("axes") or {}
    own = pictures(variant, locale)
    values = named.values(variant)
    return Variant(
        str(variant.get("sku", "")), [_in(axes.get(axis["code"]) or {}, locale) for axis in sheet.get("axes") or ()],
        [named.text(values[target], named.made_of.get(target)) if target in values else "" for target in differing],
        plain(first(variant, GTIN, locale)), prices(first(variant, PRICE, locale)), own[0] if own else None,
    )  # fmt: skip


def _trail(entry: Mapping[str, Any], locale: str, structure: Structure) -> list[tuple[str, str]]:
    spec = next((one for one in structure.categories.values() if one.code == entry["code"]), None)
    if spec is None:
        return []
    steps = [structure.categories[pk] for pk in spec.ancestry[1:] if pk in structure.categories]
    return [(step.code, step.label(locale)) for step in steps]


class _Named:
    """The fields of a sheet under the names people know: those of the attributes they are made of."""

    def __init__(self, sheet: Sheet, spec: ChannelSpec, structure: Structure, locale: str) -> None:
        self.sheet, self.structure, self.locale = sheet, structure, locale
        family = structure.family_by_code.get(str((sheet.get("family") or {}).get("code", "")).casefold())
        fields = spec.fields_of(getattr(family, "id", None))
        self.names = {one.target: one.label for one in fields}
        attributes = {one.target: str(one.source.get("attribute", "")) for one in fields}
        self.made_of = {
            target: structure.attributes[code]
            for target, code in attributes.items()
            if code in structure.attributes
        }

    def values(self, part: Sheet) -> dict[str, Any]:
        """Its mapped fields in this language, in the mapping's order, without those that have a place of their own."""
        own, shared = (part.get("locales") or {}).get(self.locale) or {}, part.get("fields") or {}
        found = {target: own.get(target, shared.get(target)) for target in self.names if target not in PLACED}
        return {target: value for target, value in found.items() if value not in (None, "", [], {})}

    def rows(self) -> tuple[list[Row], list[Row]]:
        """What stands in the table, and what is offered as a download."""
        rows, files = [], []
        for target, value in self.values(self.sheet).items():
            label, spec = self.label(target), self.made_of.get(target)
            if isinstance(value, Mapping) and value.get("url"):
                files.append(
                    Row(str(value.get("title") or value.get("name") or label), label, str(value["url"]))
                )
            elif spec is not None and spec.type in PRODUCTS:
                rows.append(Row(label, products=_products(value)))
            elif spec.type in TABLES if spec is not None else _is_table(value):
                rows.append(Row(label, cells=self.table(value, spec)))
            else:
                rows.append(Row(label, self.text(value, spec)))
        return rows, files

    def differing(self) -> list[str]:
        """Fields that a variant says otherwise than its model, but for axes and what has a column of its own."""
        model = self.values(self.sheet)
        axes = {axis["code"] for axis in self.sheet.get("axes") or ()}
        found: dict[str, None] = {}
        for variant in self.sheet.get("variants") or ():
            for target, value in self.values(variant).items():
                spec = self.made_of.get(target)
                named = target in GTIN or (
                    spec is not None and (spec.code in axes or spec.type in (*PRODUCTS, *TABLES))
                )
                if (
                    not named
                    and value != model.get(target)
                    and not (isinstance(value, Mapping) and "url" in value)
                ):
                    found[target] = None
        return [target for target in self.names if target in found]

    def label(self, target: str) -> str:
        spec = self.made_of.get(target)
        return spec.label(self.locale) if spec else self.names.get(target, target)

    def text(self, value: Any, spec: AttributeSpec | None = None) -> str:
        if isinstance(value, bool):
            return pgettext("portal", "Yes") if value else pgettext("portal", "No")
        if isinstance(value, (list, tuple)):
            return ", ".join(self.text(one, spec) for one in value)
        if isinstance(value, Mapping):
            if "amount" in value:
                return f"{_number(value['amount'])}\u00a0{self.unit(str(value.get('unit', '')))}".strip()
            if "quantity" in value:
                return f"{value['quantity']} × {plain(value.get('label') or value.get('sku') or '')}"
            if "label" in value:
                return plain(value["label"])
            if "hex" in value:
                return plain(value.get("name") or value["hex"])
            return ", ".join(prices(value))
        if spec is not None and spec.type == "number":
            return _number(value)
        return plain(value)

    def unit(self, code: str) -> str:
        for measure in self.structure.measures.values():
            if unit := measure.units.get(code):
                return unit.symbol
        return code

    def table(self, value: Sequence[Mapping[str, Any]], spec: AttributeSpec | None) -> list[list[str]]:
        codes = list(dict.fromkeys(code for line in value for code in line))
        columns = (spec.params.get("columns") if spec else None) or ()
        heads = {column["code"]: _in(column.get("labels") or {}, self.locale) for column in columns}
        lines = [
            ["" if line.get(code) is None else self.text(line[code]) for code in codes] for line in value
        ]
        return [[heads.get(code) or code.replace("_", " ").capitalize() for code in codes], *lines]


def _is_table(value: Any) -> bool:
    """Rows of columns; options have labels, products SKUs, measures amounts."""
    return (
        isinstance(value, (list, tuple))
        and bool(value)
        and all(
            isinstance(line, Mapping) and not {"label", "sku", "amount", "url"} & line.keys()
            for line in value
        )
    )


def _products(value: Any) -> list[tuple[str, str]]:
    listed = value if isinstance(value, (list, tuple)) else [value]
    return [
        (str(one.get("sku", "")), str(one.get("quantity", "")))
        if isinstance(one, Mapping)
        else (str(one), "")
        for one in listed
    ]


def _in(texts: Mapping[str, str], locale: str) -> str:
    return str(texts.get(locale) or next((text for text in texts.values() if text), ""))


def plain(value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get("label") or value.get("name") or " ".join(plain(part) for part in value.values())
    if isinstance(value, (list, tuple)):
        return ", ".join(plain(part) for part in value)
    text = "" if value is None else str(value)
    return plain_text(text) if _TAG.search(text) else text


def _markup(value: Any) -> SafeString:
    """Rich text cleaned once more, by the same rules as at the door; plain text in paragraphs."""
    text = "" if value is None else plain(value) if not isinstance(value, str) else value
    if _TAG.search(text):
        return mark_safe(sanitised(text))  # noqa: S308 - the door's own sanitiser
    return mark_safe(linebreaks(text, autoescape=True)) if text else SafeString()  # noqa: S308 - escaped


def _number(amount: Any) -> str:
    """In the way of the language that is active; what is no number as it is."""
    try:
        Decimal(str(amount))
    except ArithmeticError:
        return plain(amount)
    return str(number_format(str(amount), use_l10n=True, force_grouping=True))
