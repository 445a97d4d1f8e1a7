"""Shopify's product export: several rows a product, one for each variant and for each further picture.

Rows of one handle are a product. Its first row has what holds for the whole product and the names of the options; every
row with values of them is a variant, every row with an address only a picture. Both generations of headers are read: those
with `Handle`, and those with `URL handle` (Shopify Help, "Using CSV files to import and export products").

A product without options ("Title", "Default Title") is one product, with its SKU, or its handle where it has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.importing.dialects import _meanings as means
from catalog.importing.dialects._meanings import Meaning
from catalog.importing.dialects.base import DIALECTS, Dialect
from catalog.importing.mapping import Column
from catalog.importing.readers.base import Row, Table
from catalog.importing.shapes import PARENT_SKU, PRODUCT_SKU, VARIANT, Made, Shape, Told
from catalog.structure.snapshot import Structure

OPTION = "Option: "
MORE = "More images"
HANDLES = ("url handle", "handle")
SKUS, IMAGES = ("sku", "variant sku"), ("product image url", "image src")
OWN_IMAGES = ("variant image url", "variant image")
SOLD = (*SKUS, "price", "variant price")  # what only a variant has
_NUMBERS = (1, 2, 3)  # options
_OPTION_COLUMN = re.compile(r"option[123] (name|value|linked to)")
_METAFIELD = re.compile(r"(?P<label>.+) \((product|variant)\.metafields\.[^.]+\.(?P<key>[^.)]+)\)")
# What is said of each variant, not of the product; both generations.
_OF_VARIANT = frozenset({
    "sku", "barcode", "price", "compare-at price", "cost per item", "charge tax", "tax code", "inventory tracker",
    "inventory quantity", "continue selling when out of stock", "weight value (grams)", "weight unit for display",
    "requires shipping", "fulfillment service", "variant image url", "variant image", "unit price total measure",
    "unit price total measure unit", "unit price base measure", "unit price base measure unit",
})  # fmt: skip
_OF_BOTH = frozenset({"status", "published", "published on online store"})
_STATUS = {"active": "1", "draft": "0", "archived": "0"}
_UNSET = {"0.0": "", "0": ""}  # a weight nobody entered
_MEANINGS: Mapping[str, Meaning | None] = {
    PRODUCT_SKU.casefold(): Meaning(own="sku"),
    PARENT_SKU.casefold(): Meaning(own="parent"),
    "handle": Meaning(("handle", "url_key", "slug"), ("text", "identifier")),
    "url handle": Meaning(("url_handle", "handle", "url_key", "slug"), ("text", "identifier")),
    "title": Meaning(means.NAME, means.TEXTS),
    "body (html)": Meaning(means.DESCRIPTION, means.TEXTS),
    "description": Meaning(means.DESCRIPTION, means.TEXTS),
    "vendor": Meaning(means.BRAND, means.CHOICES),
    "tags": Meaning(means.TAGS, means.CHOICES),
    "status": Meaning(own="enabled", values=_STATUS),
    "published": Meaning(own="enabled"),
    "published on online store": Meaning(own="enabled"),
    "sku": None,
    "variant sku": None,
    "variant barcode": Meaning(means.GTIN, ("identifier", "text")),
    "barcode": Meaning(means.GTIN, ("identifier", "text")),
    "variant price": Meaning(means.PRICE, ("price", "number"), currency=True),
    "price": Meaning(means.PRICE, ("price", "number"), currency=True),
    "variant compare at price": Meaning(means.OTHER_PRICE, ("price", "number"), currency=True),
    "compare-at price": Meaning(means.OTHER_PRICE, ("price", "number"), currency=True),
    "cost per item": Meaning(means.COST, ("price", "number"), currency=True),
    "variant grams": Meaning(means.WEIGHT, ("measurement",), unit="g", values=_UNSET),
    "weight value (grams)": Meaning(means.WEIGHT, ("measurement",), unit="g", values=_UNSET),
    "variant weight unit": None,
    "weight unit for display": None,
    "image src": Meaning(means.PICTURE, means.LINKS),
    "product image url": Meaning(means.PICTURE, means.LINKS),
    "image alt text": Meaning(("alt_text", "image_alt_text"), means.TEXTS),
    "variant image": Meaning(("variant_image_url", "variation_image_url"), means.LINKS),
    "variant image url": Meaning(("variant_image_url", "variation_image_url"), means.LINKS),
    "seo title": Meaning(means.SEO_TITLE, means.TEXTS),
    "seo description": Meaning(means.SEO_TEXT, means.TEXTS),
    "gift card": Meaning(("gift_card",), ("boolean",)),
    "google shopping / google product category": Meaning(("google_product_category",)),
    "google shopping / gender": Meaning(("gender",)),
    "google shopping / age group": Meaning(("age_group",)),
    "google shopping / mpn": Meaning(("mpn", "manufacturer_part_number")),
    "google shopping / condition": Meaning(("condition",)),
}  # fmt: skip


class Products(Shape):
    """A model and its variants, or one product, of all rows of a handle."""

    parts = 2

    def __init__(self, columns: Sequence[str], learned: Mapping[str, object] | None = None) -> None:
        super().__init__(columns, learned)
        folded = [header.casefold() for header in columns]
        taken_apart = (*HANDLES, *SKUS, "image position")
        self.kept = [place for place, header in enumerate(folded) if header not in taken_apart and not _OPTION_COLUMN.fullmatch(header)]  # fmt: skip
        self.of_variant = {
            place for place in self.kept
            if folded[place] in _OF_VARIANT or folded[place].startswith("variant ") or "(variant.metafields." in folded[place]
        }  # fmt: skip
        self.of_both = {place for place in self.kept if folded[place] in _OF_BOTH}
        self.slot = {place: slot for slot, place in enumerate(self.kept)}
        self._named: tuple[str, list[str]] = ("", [])  # the options of the handle before

    # --- the headers

    def learn(self, cells: Sequence[str]) -> None:
        """The options' names, which combinations of them there are, and whether variants lack a SKU."""
        names = self._options(cells)
        for name in names:
            self.note("options", name)
        if any(self.at(cells, f"Option{number} Name") for number in _NUMBERS) and names:
            kind = self.at(cells, "Type")
            self.note("combinations", [means.combination(kind, names), kind, *names])
        sku = self._first(cells, SKUS)
        if names and self._values(cells) and not sku:
            self.learned["without_sku"] = self.learned.get("without_sku", 0) + 1
        if names and sku and sku.casefold() == self.key(cells):
            self.learned["same_handle"] = self.learned.get("same_handle", 0) + 1

    @property
    def headers(self) -> list[str]:
        own = [PRODUCT_SKU, PARENT_SKU, VARIANT, *(OPTION + name for name in self.learned.get("options", ()))]
        handle = [header for header in self.columns if header.casefold() in HANDLES][:1]
        return [*own, *handle, *(self.columns[place] for place in self.kept), MORE, means.ALL_PICTURES]

    # --- the products

    def key(self, cells: Sequence[str]) -> str:
        return self._handle(cells).casefold()

    def products(self, rows: Sequence[Row], told: Told) -> Iterable[Made]:
        first, cells = rows[0]
        names = self._options(cells)
        handle = self._handle(cells)
        pictures = [(number, text) for number, row in rows if (text := self._first(row, IMAGES))]
        if not names:
            sku = self._first(cells, SKUS) or handle
            yield self._made(first, cells, sku=sku, handle=handle, places=self.kept, pictures=pictures)
            # Without options there is one variant: a second one would have nothing to be told apart by.
            yield from (
                self._made(number, row, sku=self._first(row, SKUS) or sku, handle=handle, places=self.kept)
                for number, row in rows[1:]
                if self._first(row, SOLD)
            )
            return
        taken = any(self._first(row, SKUS).casefold() == handle.casefold() for _number, row in rows)
        model = f"{handle}-model" if taken else handle
        whole = [place for place in self.kept if place not in self.of_variant]
        variant = means.combination(self.at(cells, "Type"), names)
        yield self._made(
            first, cells, sku=model, handle=handle, variant=variant, places=whole, pictures=pictures
        )
        below = sorted(self.of_variant | self.of_both)
        for number, row in rows:
            values = self._values(row)
            if not values and not self._first(row, SOLD):
                continue  # a picture
            sku = self._first(row, SKUS) or means.slug(handle, *values)
            options = dict(zip(names, values, strict=False))
            made = self._made(
                number, row, sku=sku, parent=model, options=options, places=below, part=number == first
            )
            for place in self.of_both:
                self._put(made, place, first, cells)
            yield made

    def _made(
        self, number: int, cells: Sequence[str], *, sku: str, handle: str = "", parent: str = "", variant: str = "",
        options: Mapping[str, str] | None = None, places: Iterable[int] = (), pictures: Sequence[tuple[int, str]] = (),
        part: int = 0,
    ) -> Made:  # fmt: skip
        given = {name.casefold(): value for name, value in (options or {}).items()}
        known = self.learned.get("options", ())
        head = [sku, parent, variant, *(given.get(name.casefold(), "") for name in known)]
        head += [handle] if any(header in self.index for header in HANDLES) else []
        made = Made(number, [*head, *[""] * len(self.kept), "", ""], part=int(part))
        for place in places:
            self._put(made, place, number, cells)
        for header in IMAGES:
            if header in self.index and pictures:
                self._put(made, self.index[header], pictures[0][0], [pictures[0][1]] * len(self.columns))
        if len(pictures) > 1:
            made.cells[-2] = "\n".join(text for _number, text in pictures[1:])
            made.places[len(made.cells) - 2] = pictures[1][0]
        own = [self._first(cells, OWN_IMAGES)] if parent else [text for _number, text in pictures]
        made.cells[-1] = "\n".join(dict.fromkeys(filter(None, own)))
        return made

    def _put(self, made: Made, place: int, number: int, cells: Sequence[str]) -> None:
        """Puts a cell of the file into its place among the product's."""
        mine = len(made.cells) - 2 - len(self.kept) + self.slot[place]
        made.cells[mine] = cells[place]
        if number != made.row:
            made.places[mine] = number

    def _handle(self, cells: Sequence[str]) -> str:
        return self._first(cells, HANDLES)

    def _first(self, cells: Sequence[str], headers: Iterable[str]) -> str:
        return next((text for header in headers if (text := self.at(cells, header))), "")

    def _options(self, cells: Sequence[str]) -> list[str]:
        """The names of the options; a row that names none has those of the row before with its handle."""
        names = [name for number in _NUMBERS if (name := self.at(cells, f"Option{number} Name"))]
        if names:
            if names == ["Title"] and self.at(cells, "Option1 Value").casefold() in ("default title", ""):
                names = []
            self._named = (self.key(cells), names)
            return names
        return self._named[1] if self._named[0] == self.key(cells) else []

    def _values(self, cells: Sequence[str]) -> list[str]:
        values = [self.at(cells, f"Option{number} Value") for number in _NUMBERS]
        return values if any(values) else []


@DIALECTS.register
class Shopify(Dialect):
    code = "shopify"
    label = gettext_lazy("Shopify product export")
    shape = Products

    def recognise(self, table: Table) -> float:
        headers = {header.casefold() for header in table.headers}
        if not headers & set(HANDLES):
            return 0.0
        signs = {"option1 name", "option1 value", "body (html)", "variant price", "variant sku", "image src", "product image url", "vendor"}  # fmt: skip
        return min(0.95, 0.3 * len(headers & signs)) if len(headers & signs) > 1 else 0.0

    def known(self, table: Table, structure: Structure) -> dict[str, Column]:
        meanings = dict(_MEANINGS)
        if {"status"} <= {header.casefold() for header in table.headers}:
            meanings["published"] = meanings["published on online store"] = None
        for header in table.headers:
            if found := _METAFIELD.fullmatch(header):
                words = (found["key"].replace("-", "_"), found["label"])
                meanings[header.casefold()] = Meaning(words, options={"list_separator": ";"})
            elif header.startswith(OPTION):
                meanings[header.casefold()] = Meaning((header.removeprefix(OPTION),))
        known = means.columns(table.headers, meanings, structure)
        for header in table.headers:
            if header.casefold() == "type":
                known[header] = means.families_or_left(table, header, structure)
            elif header.casefold() == "product category":
                known[header] = means.categories_or_left(table, header, structure)
        known |= means.picture_columns(table, IMAGES, structure)
        known[VARIANT] = means.axes_column(means.combinations(table), means.axes_in(known, OPTION), structure)
        return known

    def gaps(self, table: Table, columns: Sequence[Column], structure: Structure) -> list[str]:
        learned = table.shape.get("learned", {})
        without, same = learned.get("without_sku", 0), learned.get("same_handle", 0)
        sentence = _(
            "Variants without a SKU: %(count)d. They get one of their handle and options, such as %(sku)s."
        )
        named_alike = _("Models whose handle is a variant's SKU: %(count)d. Their own SKU ends in -model.")
        example = means.slug("handle", "red", "xl")
        return [
            *means.missing_options(columns, OPTION),
            *means.missing_variants(table, columns, means.combinations(table), structure),
            *means.missing_family(table, columns, structure),
            *([sentence % {"count": without, "sku": example}] if without else []),
            *([named_alike % {"count": same}] if same else []),
            *means.unnamed_currency(columns),
            *means.left_pictures(table, columns, (*IMAGES, MORE.casefold(), *OWN_IMAGES)),
        ]
