"""UnoPim's product files: a row for each channel and locale of a product, which all say the same of what holds everywhere.

Headers are codes, prices `price (USD)`. A column of a localizable or scopable attribute becomes one for each locale and
channel of the file; of all others the first row that says anything counts. Models are `configurable`, and name their axes in
`configurable_attributes` and their family variant in `variant_structure`; sub-models and variants name their `parent`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.importing.dialects import _meanings as means
from catalog.importing.dialects._meanings import Meaning
from catalog.importing.dialects.base import DIALECTS, Dialect
from catalog.importing.mapping import Column
from catalog.importing.readers.base import Row, Table
from catalog.importing.shapes import PARENT_SKU, PRODUCT_SKU, VARIANT, Made, Shape, Told
from catalog.importing.targets import Target, parse_header
from catalog.structure.snapshot import Structure

BY = " · "  # between a column, a locale and a channel
_PRICE = re.compile(r"(?P<code>.+) \((?P<currency>[A-Z]{3})\)")
_LOCALE = re.compile(r"[a-z]{2,3}_[A-Za-z_]{2,}")
_OWN = frozenset(
    {"sku", "parent", "channel", "locale", "type", "variant_structure", "configurable_attributes"}
)
_MEANINGS = {
    PRODUCT_SKU.casefold(): Meaning(own="sku"),
    PARENT_SKU.casefold(): Meaning(own="parent"),
    "attribute_family": Meaning(own="family"),
    "categories": Meaning(own="categories"),
    "status": Meaning(own="enabled"),
}


class Products(Shape):
    """All rows of a SKU. `learned`: "locales" and "channels" of the file, "combinations", and "kinds": column → how its cells
    differ ("locale", "channel", "both")."""

    def learn(self, cells: Sequence[str]) -> None:
        for name in ("locale", "channel"):
            if text := self.at(cells, name):
                self.note(f"{name}s", text)
        if cell := self._variant(cells):
            grouped = "_group_" in self.at(
                cells, "variant_structure"
            )  # has sub-models: its axes are on two levels
            self.note(
                "combinations",
                [cell, self.at(cells, "attribute_family"), *([] if grouped else self._axes(cells))],
            )

    @property
    def headers(self) -> list[str]:
        return [
            PRODUCT_SKU,
            PARENT_SKU,
            VARIANT,
            *(header for header, _place, _locale, _channel in self._cells()),
        ]

    def _cells(self) -> list[tuple[str, int, str, str]]:
        """Of each cell of a product: (header, place in the file, the locale and channel its row has; "" for any)."""
        kinds = self.learned.get("kinds", {})
        found = []
        for place, header in enumerate(self.columns):
            if header.casefold() in _OWN:
                continue
            kind = kinds.get(header, "")
            locales = self.learned.get("locales", [""]) if kind in ("locale", "both") else [""]
            channels = self.learned.get("channels", [""]) if kind in ("channel", "both") else [""]
            channels = channels if len(channels) > 1 else [""]  # the only one stands for all of ours
            for locale in locales:
                for channel in channels:
                    found.append((BY.join(filter(None, (header, locale, channel))), place, locale, channel))
        return found

    def key(self, cells: Sequence[str]) -> str:
        return self.at(cells, "sku").casefold()

    def products(self, rows: Sequence[Row], told: Told) -> Iterable[Made]:
        first, cells = rows[0]
        variant = next(filter(None, (self._variant(row) for _number, row in rows)), "")
        parent = next(filter(None, (self.at(row, "parent") for _number, row in rows)), "")
        made = Made(first, [self.at(cells, "sku"), parent, variant])
        places = [(number, row, self.at(row, "locale"), self.at(row, "channel")) for number, row in rows]
        for _header, place, locale, channel in self._cells():
            fitting = (
                (number, row[place])
                for number, row, its_locale, its_channel in places
                if locale in ("", its_locale) and channel in ("", its_channel) and row[place].strip()
            )
            number, text = next(fitting, (first, ""))
            if number != first:
                made.places[len(made.cells)] = number
            made.cells.append(text)
        yield made

    def _axes(self, cells: Sequence[str]) -> list[str]:
        text = self.at(cells, "configurable_attributes") or self.at(cells, "variant_structure")
        return [part.strip() for part in re.split(r"[,|]", text) if part.strip()]

    def _variant(self, cells: Sequence[str]) -> str:
        if self.at(cells, "type") != "configurable":
            return ""
        named = self.at(cells, "variant_structure")
        return means.combination(self.at(cells, "attribute_family"), [named] if named else self._axes(cells))


@DIALECTS.register
class Unopim(Dialect):
    code = "unopim"
    label = gettext_lazy("UnoPim products")
    shape = Products

    def recognise(self, table: Table) -> float:
        headers = {header.casefold() for header in table.headers}
        if PRODUCT_SKU in table.headers:
            return 0.8 if "attribute_family" in headers else 0.0
        return 0.9 if {"channel", "locale", "sku", "attribute_family"} <= headers else 0.0

    def settle(self, shape: Shape, structure: Structure) -> None:
        kinds = {}
        for header in shape.columns:
            target = parse_header(_plain(header), structure) if header.casefold() not in _OWN else None
            spec = structure.attributes.get(target.attribute) if target else None
            if spec is not None and header.casefold() not in _MEANINGS:
                kinds[header] = {(True, False): "locale", (False, True): "channel", (True, True): "both"}.get((spec.localizable, spec.scopable), "")  # fmt: skip
            elif (
                spec is None
                and header.casefold() not in _MEANINGS
                and len(shape.learned.get("locales", ())) > 1
            ):
                kinds[header] = "locale"
        shape.learned["kinds"] = {header: kind for header, kind in kinds.items() if kind}

    def known(self, table: Table, structure: Structure) -> dict[str, Column]:
        known = means.columns(table.headers, _MEANINGS, structure)
        foreign = self._foreign(table, structure)
        taken: set[Target] = set()
        for header in table.headers:
            if header in known or header == VARIANT:
                continue
            target = self._target(header, structure, foreign)
            if target in taken or means.is_file(target, structure):
                target = None
            if target is not None:
                taken.add(target)
            known[header] = Column("", None, target)

        def axis(name: str) -> Target | None:
            return next(
                (column.to for header, column in known.items() if header.casefold() == name.casefold()), None
            )

        combined = means.combinations(table)
        found = means.axes_column(combined, axis, structure)
        known[VARIANT] = replace(found, values={**found.values, **self._by_code(combined, structure)})
        return known

    @staticmethod
    def _target(header: str, structure: Structure, foreign: Collection[str]) -> Target | None:
        name, *rest = header.split(BY)
        contexts = {code.casefold(): code for code in structure.contexts}
        named = []
        for part in rest:
            code = part if part in structure.locales else contexts.get(part.casefold(), "")
            if not code and (part in foreign or _LOCALE.fullmatch(part)):
                return None
            named += [code] if code else []
        code, *currency = _plain(name).split("-")
        return parse_header("-".join([code, *named, *currency]), structure)

    @staticmethod
    def _foreign(table: Table, structure: Structure) -> list[str]:
        """Locales and channels of the file that are not here; the only channel of a file stands for all of ours."""
        learned = table.shape.get("learned", {})
        known = {code.casefold() for code in structure.contexts}
        locales = [code for code in learned.get("locales", ()) if code not in structure.locales]
        channels = [code for code in learned.get("channels", ()) if code.casefold() not in known]
        return [*locales, *(channels if len(learned.get("channels", ())) > 1 else ())]

    @staticmethod
    def _by_code(combined: Sequence[Sequence[str]], structure: Structure) -> dict[str, str]:
        """Family variants that are called as there."""
        codes = {
            cell: structure.variant_by_code.get(cell.rpartition(": ")[2].casefold())
            for cell, *_rest in combined
        }
        return {cell: spec.code for cell, spec in codes.items() if spec is not None}

    def gaps(self, table: Table, columns: Sequence[Column], structure: Structure) -> list[str]:
        sentence = _(
            "The file has values for %(places)s: no such locale or channel is here, so they are left out."
        )
        foreign = self._foreign(table, structure)
        pictures = [
            header.casefold()
            for header in table.headers
            if means.is_file(parse_header(header, structure), structure)
        ]
        return [
            *([sentence % {"places": ", ".join(foreign)}] if foreign else []),
            *means.missing_variants(table, columns, means.combinations(table), structure),
            *means.left_pictures(table, columns, pictures),
        ]  # fmt: skip


def _plain(header: str) -> str:
    """ "price (USD)" → "price-USD" """
    found = _PRICE.fullmatch(header)
    return f"{found['code']}-{found['currency']}" if found else header
