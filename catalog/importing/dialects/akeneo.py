"""Akeneo's product and product model files: headers `code[-locale][-channel][-currency or -unit]`, codes in any case.

That grammar is our own (catalog.importing.targets). What is Akeneo's alone: an association is spread over columns for
products and for product models, which are both products here; quantities stand in `…-products-quantity`; groups, UUIDs and
paths of media files have no place here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.importing.dialects import _meanings as means
from catalog.importing.dialects.base import DIALECTS, Dialect
from catalog.importing.mapping import Column
from catalog.importing.readers.base import Row, Table
from catalog.importing.shapes import Made, Shape, Told
from catalog.importing.targets import Target, parse_header
from catalog.structure.snapshot import Structure

PRODUCTS, MODELS, QUANTITY = "-products", "-product_models", "-quantity"
_NOWHERE = frozenset({"groups", "uuid", "quality_score"})


class Joined(Shape):
    """A row a product, with the products and the models of an association in one cell, and so their quantities."""

    def __init__(self, columns: Sequence[str], learned: Mapping[str, object] | None = None) -> None:
        super().__init__(columns, learned)
        self.joins: dict[int, int] = {}  # place of a column → the one that goes into it
        for suffix in ("", QUANTITY):
            for place, header in enumerate(columns):
                other = header.removesuffix(PRODUCTS + suffix) + MODELS + suffix
                if header.endswith(PRODUCTS + suffix) and other.casefold() in self.index:
                    self.joins[place] = self.index[other.casefold()]
        self.kept = [place for place in range(len(columns)) if place not in self.joins.values()]

    @property
    def headers(self) -> list[str]:
        return [self.columns[place] for place in self.kept]

    def products(self, rows: Sequence[Row], told: Told) -> Iterable[Made]:
        for number, cells in rows:
            joined = list(cells)
            for place, other in self.joins.items():
                separator = "|" if self.columns[place].endswith(QUANTITY) else ","
                joined[place] = separator.join(text for text in (cells[place], cells[other]) if text.strip())
            yield Made(number, [joined[place] for place in self.kept])


@DIALECTS.register
class Akeneo(Dialect):
    code = "akeneo"
    label = gettext_lazy("Akeneo products or product models")
    shape = Joined

    def recognise(self, table: Table) -> float:
        headers = {header.casefold() for header in table.headers}
        if "_rev" in headers:
            return 0.0  # ours
        if {"code", "family_variant"} <= headers and headers & {"parent", "categories"}:
            return 0.9
        if not {"family", "enabled"} <= headers:
            return 0.0
        links = any(header.endswith((PRODUCTS, "-groups")) for header in headers)
        return 0.9 if links or headers & {"groups", "uuid"} else 0.0

    def shape_of(self, table: Table) -> Shape | None:
        shape = Joined(table.headers)
        return shape if shape.joins else None

    def known(self, table: Table, structure: Structure) -> dict[str, Column]:
        known: dict[str, Column] = {}
        for header in table.headers:
            target = parse_header(header, structure)
            if header.casefold() in _NOWHERE or means.is_file(target, structure):
                known[header] = Column("")
            elif header.endswith(PRODUCTS + QUANTITY):
                spec = structure.find_attribute(header.removesuffix(PRODUCTS + QUANTITY))
                known[header] = Column(
                    "", None, Target(attribute=spec.code, part="quantities") if spec else None
                )
        if not any(header.casefold() in ("sku", "code") for header in table.headers):
            # The main identifier's column is called as the attribute is, which may be anything; it comes first, or after the UUID.
            first = next((header for header in table.headers if header.casefold() != "uuid"), "")
            known[first] = Column("", None, Target(field="sku"))
        return known

    def gaps(self, table: Table, columns: Sequence[Column], structure: Structure) -> list[str]:
        sentences = {
            _("%(columns)s: files are named by their path in Akeneo's archive. Put them into the library, and choose them there."): [
                column for column in columns if column.to is None and means.is_file(parse_header(column.column, structure), structure)
            ],
            _("%(columns)s: there is no such attribute, locale or channel here. They are left out unless you choose where they go."): [
                column for column in columns
                if column.to is None and column.index is not None and column.column.casefold() not in _NOWHERE
                and not column.column.endswith("-groups") and parse_header(column.column, structure) is None
            ],
        }  # fmt: skip
        return [
            text % {"columns": _listed([column.column for column in found])}
            for text, found in sentences.items()
            if found
        ]


def _listed(names: Sequence[str]) -> str:
    more = len(names) - 8
    return ", ".join(names[:8]) + (_(" and %(count)d more") % {"count": more} if more > 0 else "")
