"""WooCommerce's product export: a row for each product and each variation, attributes in numbered columns.

A variation names its `Parent` by SKU, or as `id:17` where that has none. The attributes that variations name are the axes of
their model; `Attribute 1 name`, `Attribute 1 value(s)` … become a column for each attribute. Categories are paths, "A > B, C".
(WooCommerce, "Product CSV Importer and Exporter": the schema of its columns.)
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

ATTRIBUTE, MORE = "Attribute: ", "More images"
_ATTRIBUTE_COLUMN = re.compile(r"attribute (\d+) (name|value\(s\)|visible|global|default)")
_OWN = frozenset({"sku", "parent", "images"})
_LINKS = frozenset({"upsells", "cross-sells", "grouped products"})
_OF_MODEL = frozenset(
    {"name", "categories", "tags", "brands"}
)  # a variation's name is made of its model's and its options
_LINKING = ("association", "product_reference")
_MEANINGS: Mapping[str, Meaning | None] = {
    PRODUCT_SKU.casefold(): Meaning(own="sku"),
    PARENT_SKU.casefold(): Meaning(own="parent"),
    "id": None,
    "type": None,
    "position": None,
    "name": Meaning(means.NAME, means.TEXTS),
    "published": Meaning(own="enabled", values={"-1": "0"}),
    "short description": Meaning(means.SHORT, means.TEXTS),
    "description": Meaning(means.DESCRIPTION, means.TEXTS),
    "gtin, upc, ean, or isbn": Meaning(means.GTIN, ("identifier", "text")),
    "regular price": Meaning(means.PRICE, ("price", "number"), currency=True),
    "sale price": Meaning(("sale_price", "special_price", *means.OTHER_PRICE), ("price", "number"), currency=True),
    "tags": Meaning(means.TAGS, means.CHOICES),
    "brands": Meaning(means.BRAND, means.CHOICES),
    "images": Meaning(means.PICTURE, means.LINKS),
    "external url": Meaning(("external_url", "product_url"), means.LINKS),
    "upsells": Meaning(("upsell", "upsells", "up_sells"), _LINKING),
    "cross-sells": Meaning(("x_sell", "cross_sell", "cross_sells"), _LINKING),
    "grouped products": Meaning(("grouped", "grouped_products", "contents", "pack"), _LINKING),
}  # fmt: skip


class Products(Shape):
    """Each row a product; `facts` tell the SKU of an id, and which attributes the variations of a product name."""

    def __init__(self, columns: Sequence[str], learned: Mapping[str, object] | None = None) -> None:
        super().__init__(columns, learned)
        self.kept = [
            place for place, header in enumerate(columns)
            if header.casefold() not in _OWN and not _ATTRIBUTE_COLUMN.fullmatch(header.casefold())
        ]  # fmt: skip
        numbers = {int(found[1]) for header in self.index if (found := _ATTRIBUTE_COLUMN.fullmatch(header))}
        self.numbers = sorted(numbers)

    def learn(self, cells: Sequence[str]) -> None:
        given = self._attributes(cells)
        for name in given:
            self.note("options", name)
        if self._is_variation(cells):
            self._learn_axes(self.at(cells, "Parent"), list(given))
        if not self.at(cells, "SKU"):
            self.learned["without_sku"] = self.learned.get("without_sku", 0) + 1

    def _learn_axes(self, parent: str, names: Sequence[str]) -> None:
        """Of one parent after the other, since its variations follow each other: what they name together is a combination."""
        last, known = getattr(self, "_open", ("", []))
        known = known if last == parent else []
        self._open = (parent, [*known, *(name for name in names if name not in known)])
        if self._open[1] != known:
            listed = self.learned.setdefault("combinations", [])
            if known:
                listed[:] = [each for each in listed if each[2:] != known]
            self.note("combinations", [means.combination("", self._open[1]), "", *self._open[1]])

    @property
    def headers(self) -> list[str]:
        attributes = [ATTRIBUTE + name for name in self.learned.get("options", ())]
        pictures = ["Images", MORE, means.ALL_PICTURES] if "images" in self.index else []
        return [
            PRODUCT_SKU,
            PARENT_SKU,
            VARIANT,
            *attributes,
            *(self.columns[place] for place in self.kept),
            *pictures,
        ]

    def facts(self, cells: Sequence[str]) -> Iterable[tuple[str, str]]:
        if number := self.at(cells, "ID"):
            yield f"id:{number}", self._sku(cells)
        if self._is_variation(cells):
            for name in self._attributes(cells):
                yield f"axes of {self.at(cells, 'Parent').casefold()}", name

    def products(self, rows: Sequence[Row], told: Told) -> Iterable[Made]:
        for number, cells in rows:
            is_variation = self._is_variation(cells)
            given = {name.casefold(): text for name, text in self._attributes(cells).items()}
            axes: list[str] = []
            if "variable" in self._types(cells):
                for reference in (self._sku(cells).casefold(), f"id:{self.at(cells, 'ID')}"):
                    axes += [name for name in told(f"axes of {reference}") if name not in axes]
            for name in axes:
                given.pop(name.casefold(), None)  # of a model these are the values its variants may have
            parent = self._named(self.at(cells, "Parent"), told) if is_variation else ""
            variant = means.combination("", axes)
            options = [given.get(name.casefold(), "") for name in self.learned.get("options", ())]
            made = [self._sku(cells), parent, variant, *options]
            for place in self.kept:
                header = self.columns[place].casefold()
                text = cells[place]
                if header in _LINKS:
                    text = ",".join(self._named(part, told) for part in _list(text))
                elif header == "categories":
                    text = ",".join(_list(text))
                made.append("" if is_variation and header in _OF_MODEL else text)
            if "images" in self.index:
                pictures = [text.strip() for text in self.at(cells, "Images").split(", ")]
                made += [pictures[0], "\n".join(pictures[1:]), "\n".join(pictures)]
            yield Made(number, made)

    def _types(self, cells: Sequence[str]) -> list[str]:
        return [part.strip().casefold() for part in self.at(cells, "Type").split(",")]

    def _is_variation(self, cells: Sequence[str]) -> bool:
        return "variation" in self._types(cells)

    def _sku(self, cells: Sequence[str]) -> str:
        number = self.at(cells, "ID")
        return self.at(cells, "SKU") or (f"woo-{number}" if number else "")

    @staticmethod
    def _named(reference: str, told: Told) -> str:
        """The SKU of a product named by SKU or as id:17."""
        if not reference.casefold().startswith("id:"):
            return reference
        return next(iter(told(f"id:{reference[3:].strip()}")), reference)

    def _attributes(self, cells: Sequence[str]) -> dict[str, str]:
        found = {}
        for number in self.numbers:
            name, text = (
                self.at(cells, f"Attribute {number} name"),
                self.at(cells, f"Attribute {number} value(s)"),
            )
            if name:
                found.setdefault(name, ",".join(_list(text)) if "," in text else text)
        return found


def _list(text: str) -> list[str]:
    """Parts between commas; a comma with a backslash before it belongs to its part."""
    return [part.replace("\\,", ",").strip() for part in re.split(r"(?<!\\),", text) if part.strip()]


@DIALECTS.register
class WooCommerce(Dialect):
    code = "woocommerce"
    label = gettext_lazy("WooCommerce product export")
    shape = Products

    def recognise(self, table: Table) -> float:
        headers = {header.casefold() for header in table.headers}
        signs = {"regular price", "in stock?", "is featured?", "visibility in catalog", "tax status", "short description", "published"}  # fmt: skip
        if not {"type", "name"} <= headers or not headers & {"sku", PRODUCT_SKU.casefold()}:
            return 0.0
        return min(0.95, 0.3 * len(headers & signs)) if len(headers & signs) > 1 else 0.0

    def known(self, table: Table, structure: Structure) -> dict[str, Column]:
        attributes = {
            header.casefold(): Meaning((header.removeprefix(ATTRIBUTE),))
            for header in table.headers
            if header.startswith(ATTRIBUTE)
        }
        known = means.columns(table.headers, {**_MEANINGS, **attributes}, structure)
        for header in table.headers:
            if header.casefold() == "categories":
                known[header] = means.categories_or_left(table, header, structure)
        known |= means.picture_columns(table, ("images",), structure)
        known[VARIANT] = means.axes_column(
            means.combinations(table), means.axes_in(known, ATTRIBUTE), structure
        )
        return known

    def gaps(self, table: Table, columns: Sequence[Column], structure: Structure) -> list[str]:
        without = table.shape.get("learned", {}).get("without_sku", 0) if table.shape else 0
        combined = means.combinations(table)
        axes = {ATTRIBUTE + name for _cell, _kind, *names in combined for name in names}
        sentence = _("Products without a SKU: %(count)d. They get one of their number there, such as woo-17.")
        return [
            *means.missing_options([column for column in columns if column.column in axes], ATTRIBUTE),
            *means.missing_variants(table, columns, combined, structure),
            *means.missing_family(table, columns, structure),
            *([sentence % {"count": without}] if without else []),
            *means.unnamed_currency(columns),
            *means.left_pictures(table, columns, ("images", MORE.casefold())),
        ]
