"""What a page says, read from its sheet. Pure. Fields of these names have a place of their own; others stand in the table.

title (or name), short_description, description, brand, gtin (or ean, barcode), price.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import number_format
from django.utils.html import linebreaks, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext

from catalog.attribute_types.richtext import sanitised
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from channels.profile import ChannelSpec
from channels.sheets import sources

Sheet = Mapping[str, Any]

TITLE = ("title", "name")
LEAD = ("short_description",)
TEXT = ("description",)
BRAND = ("brand", "manufacturer")
GTIN = ("gtin", "ean", "barcode")
PRICE = ("price",)
FOR_MACHINES = ("meta_description", "seo_title", "seo_description", "keywords", "picture_alt")
PLACED = frozenset((*TITLE, *LEAD, *TEXT, *PRICE, *FOR_MACHINES))


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the data table: `text`, or what is linked to."""

    label: str
    text: str = ""
    url: str = ""
    cells: Sequence[Sequence[str]] = ()  # a table's lines, its heads first


@dataclass(frozen=True, slots=True)
class Picture:
    url: str
    sha256: str
    alt: str


@dataclass(frozen=True, slots=True)
class Variant:
    sku: str
    title: str
    axes: Sequence[str]
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


def words(sheet: Sheet, locale: str) -> str:
    """Everything a page is found by in this language: SKUs, numbers and texts of it and its variants."""
    return " ".join(_words(sheet, locale))


def _words(sheet: Sheet, locale: str) -> Iterator[str]:
    yield str(sheet.get("sku", ""))
    yield title(sheet, locale)
    for variant in sheet.get("variants") or ():
        yield str(variant.get("sku", ""))
        yield from (text.get(locale, "") for text in (variant.get("axes") or {}).values())
        yield plain(first(variant, GTIN, locale))
    for entry in sheet.get("categories") or ():
        yield from (step.get(locale, "") for step in entry.get("path") or ())
    for part in ((sheet.get("locales") or {}).get(locale) or {}, sheet.get("fields") or {}):
        yield from (plain(value) for value in part.values())


def page_of(sheet: Sheet, locale: str, spec: ChannelSpec, structure: Structure) -> Page:
    named = _Named(sheet, spec, structure, locale)
    rows, files = named.rows()
    entry = next(iter(sheet.get("categories") or ()), None)
    return Page(
        sku=str(sheet.get("sku", "")), title=title(sheet, locale), lead=plain(first(sheet, LEAD, locale)),
        text=_markup(first(sheet, TEXT, locale)), prices=prices(first(sheet, PRICE, locale)), rows=rows,
        pictures=pictures(sheet, locale), files=files,
        variants=[_variant(variant, sheet, locale) for variant in sheet.get("variants") or ()],
        axes=[_in(axis.get("labels") or {}, locale) or axis["code"] for axis in sheet.get("axes") or ()],
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
    """Each currency's, as "9.90 EUR", in the way of the language that is active."""
    return [f"{_number(amount)}\u00a0{code}" for code, amount in sorted(value.items())] if isinstance(value, Mapping) else []  # fmt: skip


def _variant(variant: Sheet, sheet: Sheet, locale: str) -> Variant:
    axes = variant.get("axes") or {}
    own = pictures(variant, locale)
    return Variant(
        str(variant.get("sku", "")), title(variant, locale),
        [_in(axes.get(axis["code"]) or {}, locale) for axis in sheet.get("axes") or ()],
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
        self.made_of = {
            one.target: structure.attributes.get(codes[0])
            for one in fields
            if len(codes := sources.attributes_of(one.source, structure)) == 1
        }

    def rows(self) -> tuple[list[Row], list[Row]]:
        """What stands in the table, and what is offered as a download."""
        rows, files = [], []
        parts = ((self.sheet.get("locales") or {}).get(self.locale) or {}, self.sheet.get("fields") or {})
        values: dict[str, Any] = {}
        for part in parts:
            for target, value in part.items():
                values.setdefault(target, value)
        order = {target: place for place, target in enumerate(self.names)}
        for target in sorted(values, key=lambda name: (order.get(name, len(order)), name)):
            value = values[target]
            if target in PLACED or value in (None, "", [], {}):
                continue
            label = self.label(target)
            if isinstance(value, Mapping) and value.get("url"):
                files.append(
                    Row(str(value.get("title") or value.get("name") or label), label, str(value["url"]))
                )
            elif _is_table(value):
                rows.append(Row(label, cells=self.table(value, self.made_of.get(target))))
            else:
                rows.append(Row(label, self.text(value, self.made_of.get(target))))
        return rows, files

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
            return ", ".join(f"{_number(amount)}\u00a0{name}" for name, amount in sorted(value.items()))
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
    """Rows of columns, as a table or packaging levels have; options have labels, products quantities."""
    return (
        isinstance(value, (list, tuple))
        and bool(value)
        and all(
            isinstance(line, Mapping) and not {"label", "sku", "amount", "url"} & line.keys()
            for line in value
        )
    )


def _in(texts: Mapping[str, str], locale: str) -> str:
    return str(texts.get(locale) or next((text for text in texts.values() if text), ""))


def plain(value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get("label") or value.get("name") or " ".join(plain(part) for part in value.values())
    if isinstance(value, (list, tuple)):
        return ", ".join(plain(part) for part in value)
    text = "" if value is None else str(value)
    return " ".join(strip_tags(text).split()) if "<" in text else text


def _markup(value: Any) -> SafeString:
    """Rich text cleaned once more, by the same rules as at the door; plain text in paragraphs."""
    text = "" if value is None else plain(value) if not isinstance(value, str) else value
    if "<" in text:
        return mark_safe(sanitised(text))  # noqa: S308 - the door's own sanitiser
    return mark_safe(linebreaks(text, autoescape=True)) if text else SafeString()  # noqa: S308 - escaped


def _number(amount: Any) -> str:
    try:
        return str(number_format(str(amount), use_l10n=True, force_grouping=True))
    except (ValueError, TypeError):
        return str(amount)
