"""Magento's (Adobe Commerce's) product export: a row for each product, and one more for each store view that differs.

`additional_attributes` packs further attributes into one cell ("color=Red,size=M"); each becomes a column. A configurable's
`configurable_variations` says which products are its variants and by what they differ; their own rows say nothing of it.
Categories are paths, "Default Category/Gear/Bags". (Adobe Commerce, "Product attribute reference for data transfer".)
"""

from __future__ import annotations

import csv
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
from catalog.importing.targets import Target
from catalog.structure.snapshot import Structure

ATTRIBUTE, VIEW = "Attribute: ", " · "
_OWN = frozenset({"sku", "store_view_code", "additional_attributes", "configurable_variations", "configurable_variation_labels"})  # fmt: skip
_IN_VIEWS = ("name", "description", "short_description", "meta_title", "meta_description", "meta_keywords")
_LINKING = ("association", "product_reference")
_PAIR = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*)=")
_ONLINE = {"2": "0"}
_PICTURES = ("base_image", "small_image", "thumbnail_image", "swatch_image", "additional_images")
_MEANINGS: Mapping[str, Meaning | None] = {
    PRODUCT_SKU.casefold(): Meaning(own="sku"),
    PARENT_SKU.casefold(): Meaning(own="parent"),
    "product_type": None,
    "product_websites": None,
    "product_online": Meaning(own="enabled", values=_ONLINE),
    "name": Meaning(means.NAME, means.TEXTS),
    "description": Meaning(means.DESCRIPTION, means.TEXTS),
    "short_description": Meaning(means.SHORT, means.TEXTS),
    "price": Meaning(means.PRICE, ("price", "number"), currency=True),
    "special_price": Meaning(("special_price", "sale_price"), ("price", "number"), currency=True),
    "cost": Meaning(means.COST, ("price", "number"), currency=True),
    "weight": Meaning(means.WEIGHT),
    "url_key": Meaning(("url_key", "slug", "handle")),
    "meta_title": Meaning(means.SEO_TITLE, means.TEXTS),
    "meta_description": Meaning(means.SEO_TEXT, means.TEXTS),
    "meta_keywords": Meaning(("meta_keywords", "keywords")),
    "related_skus": Meaning(("related", "related_products", "substitution"), _LINKING),
    "crosssell_skus": Meaning(("x_sell", "cross_sell", "cross_sells"), _LINKING),
    "upsell_skus": Meaning(("upsell", "up_sells"), _LINKING),
    **dict.fromkeys(_PICTURES),
}  # fmt: skip


class Products(Shape):
    """All rows of a SKU. `facts` tell of each variant which model it belongs to."""

    def __init__(self, columns: Sequence[str], learned: Mapping[str, object] | None = None) -> None:
        super().__init__(columns, learned)
        self.kept = [place for place, header in enumerate(columns) if header.casefold() not in _OWN]
        self.translated = [place for place in self.kept if columns[place].casefold() in _IN_VIEWS]

    def learn(self, cells: Sequence[str]) -> None:
        if view := self._view(cells):
            self.note("views", view)
        for code in self._attributes(cells):
            self.note("options", code)
        if axes := self._axes(cells):
            kind = self.at(cells, "attribute_set_code")
            self.note("combinations", [means.combination(kind, axes), kind, *axes])
            for axis in axes:
                self.note("options", axis)

    @property
    def headers(self) -> list[str]:
        own = [self.columns[place] for place in self.kept]
        views = [
            self.columns[place] + VIEW + view
            for view in self.learned.get("views", ())
            for place in self.translated
        ]
        return [
            PRODUCT_SKU,
            PARENT_SKU,
            VARIANT,
            *(ATTRIBUTE + code for code in self.learned.get("options", ())),
            *own,
            *views,
            means.ALL_PICTURES,
        ]

    def key(self, cells: Sequence[str]) -> str:
        return self.at(cells, "sku").casefold()

    def facts(self, cells: Sequence[str]) -> Iterable[tuple[str, str]]:
        model = self.at(cells, "sku")
        for variation in self._variations(cells):
            yield f"model of {variation.get('sku', '').casefold()}", model

    def products(self, rows: Sequence[Row], told: Told) -> Iterable[Made]:
        plain = [(number, cells) for number, cells in rows if not self._view(cells)]
        first, cells = (plain or rows)[0]
        axes = self._axes(cells)
        given = {code.casefold(): text for code, text in self._attributes(cells).items()}
        parent = "" if axes else next(iter(told(f"model of {self.key(cells)}")), "")
        options = [
            "" if code in axes else given.get(code.casefold(), "") for code in self.learned.get("options", ())
        ]
        variant = means.combination(self.at(cells, "attribute_set_code"), axes) if axes else ""
        made = Made(first, [self.at(cells, "sku"), parent, variant, *options])
        for place in self.kept:
            text = cells[place]
            if self.columns[place].casefold() == "categories":
                text = ",".join(
                    " > ".join(step.strip() for step in path.split("/")) for path in text.split(",") if path
                )
            made.cells.append(text if plain else "")
        for view in self.learned.get("views", ()):
            row = next(((number, each) for number, each in rows if self._view(each) == view), None)
            for place in self.translated:
                if row and row[1][place].strip():
                    made.places[len(made.cells)] = row[0]
                made.cells.append(row[1][place] if row else "")
        made.cells.append("\n".join(self._pictures(cells)) if plain else "")
        # A second row without a view is a second product of that SKU, which the plan refuses by name.
        yield made
        yield from (
            Made(number, [self.at(again, "sku"), *[""] * (len(made.cells) - 1)])
            for number, again in plain[1:]
        )

    def _pictures(self, cells: Sequence[str]) -> list[str]:
        """The main one, then the others."""
        more = re.split(r",\s*(?=https?://)|,(?=\s*/)|\n", self.at(cells, "additional_images"))
        return list(
            dict.fromkeys(text for each in (self.at(cells, "base_image"), *more) if (text := each.strip()))
        )

    def _view(self, cells: Sequence[str]) -> str:
        view = self.at(cells, "store_view_code")
        return "" if view.casefold() in ("", "admin", "all", "default") else view

    def _attributes(self, cells: Sequence[str]) -> dict[str, str]:
        return pairs(self.at(cells, "additional_attributes"))

    def _variations(self, cells: Sequence[str]) -> list[dict[str, str]]:
        return [pairs(text) for text in self.at(cells, "configurable_variations").split("|") if text.strip()]

    def _axes(self, cells: Sequence[str]) -> list[str]:
        return list(dict.fromkeys(code for each in self._variations(cells) for code in each if code != "sku"))


def pairs(text: str) -> dict[str, str]:
    """ "color=Red,size=M" → {"color": "Red", "size": "M"}. A part that names no code belongs to the value before it; several
    values of one attribute stand between bars there, between commas here."""
    if not text:
        return {}
    found: dict[str, str] = {}
    code = ""
    for part in next(csv.reader([text.replace("\n", " ")]), []):
        named = _PAIR.match(part)
        if named:
            code = named[1]
            found[code] = part[named.end() :].strip()
        elif code:
            found[code] += f",{part}"
    return {code: _without_quotes(value).replace("|", ",") for code, value in found.items()}


def _without_quotes(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value


@DIALECTS.register
class Magento(Dialect):
    code = "magento"
    label = gettext_lazy("Magento product export")
    shape = Products

    def recognise(self, table: Table) -> float:
        headers = {header.casefold() for header in table.headers}
        signs = {"attribute_set_code", "product_type", "additional_attributes", "product_websites", "configurable_variations", "store_view_code"}  # fmt: skip
        return min(0.95, 0.3 * len(headers & signs)) if len(headers & signs) > 1 else 0.0

    def known(self, table: Table, structure: Structure) -> dict[str, Column]:
        meanings: dict[str, Meaning | None] = dict(_MEANINGS)
        for header in table.headers:
            if header.startswith(ATTRIBUTE):
                meanings[header.casefold()] = Meaning((header.removeprefix(ATTRIBUTE),))
        known = means.columns(table.headers, meanings, structure)
        taken = {column.to for column in known.values() if column.to}
        for header in table.headers:
            if header.casefold() == "attribute_set_code":
                known[header] = means.families_or_left(table, header, structure)
            elif header.casefold() == "categories":
                known[header] = means.categories_or_left(table, header, structure)
            elif VIEW in header:
                name, _dot, view = header.partition(VIEW)
                known[header] = Column("", None, _in_view(known.get(name), view, structure))
                if known[header].to in taken:
                    known[header] = Column("")

        known |= means.picture_columns(table, ("base_image",), structure)
        known[VARIANT] = means.axes_column(
            means.combinations(table), means.axes_in(known, ATTRIBUTE), structure
        )
        return known

    def gaps(self, table: Table, columns: Sequence[Column], structure: Structure) -> list[str]:
        combined = means.combinations(table)
        axes = {ATTRIBUTE + name for _cell, _kind, *names in combined for name in names}
        views = [column.column for column in columns if VIEW in column.column and column.to is None]
        sentence = _("%(columns)s: choose the locale in which that store view is written.")
        return [
            *means.missing_options([column for column in columns if column.column in axes], ATTRIBUTE),
            *means.missing_variants(table, columns, combined, structure),
            *means.missing_family(table, columns, structure),
            *([sentence % {"columns": ", ".join(views[:6])}] if views else []),
            *means.unnamed_currency(columns),
            *means.left_pictures(table, columns, _PICTURES),
        ]


def _in_view(master: Column | None, view: str, structure: Structure) -> Target | None:
    """A store view's text: in the locale whose code it is called by, or the first of its language."""
    if master is None or master.to is None or not master.to.locale:
        return None
    folded = view.casefold().replace("-", "_")
    named = [code for code in structure.locales if code.casefold() == folded]
    named = named or [
        code for code, known in structure.locales.items() if known.is_active and code.split("_")[0] == folded
    ]
    return master.to._replace(locale=named[0]) if named else None
