"""A mapping compiled for speed: one row of cells in, cleaned fields and values out, with every cell's error.

20,000 rows of 45 columns are 900,000 cells, so what does not depend on the cell is decided here once per column, and
what a column said before is remembered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.attribute_types import ATTRIBUTE_TYPES, AttributeType, ValueRefused
from catalog.importing.field_cells import FIELD_READERS
from catalog.importing.made_cells import MadeCells
from catalog.importing.mapping import Column
from catalog.importing.new_options import NewOptions
from catalog.importing.pictures import addresses
from catalog.importing.pictures.addresses import Addresses
from catalog.importing.results import check_result, no_result, of_results
from catalog.importing.settings import ImportSettings
from catalog.importing.typed import in_mark_of_texts, of_numbers
from catalog.structure.product_names import NAMES, split_skus
from catalog.structure.records import Records
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec

REMEMBERED = 5_000  # distinct texts of one column whose result is kept


@dataclass(slots=True)
class Parsed:
    """One row: `values` are stored forms; `parts` await what is stored (a price's one currency); `empty` are the keys
    whose cell is empty and whose column says clear; `files` are named by their addresses; `unsure` (header, key, text) are texts that read like a failed formula,
    which only what is stored can tell. `errors` and `notes` as ImportRow has them."""

    sku: str = ""
    cells: Sequence[str] = ()
    fields: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    parts: list[tuple[_Composite, dict[str, str]]] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    rev: int | None = None
    unsure: list[tuple[str, str, str]] = field(default_factory=list)
    files: dict[str, Addresses] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)


class _Composite:
    """Columns that make one value together: `price-EUR` and `price-USD`, `weight` and `weight-unit`."""

    def __init__(
        self, columns: Sequence[Column], spec: AttributeSpec, settings: ImportSettings, structure: Structure
    ) -> None:
        self.key = columns[0].to.key  # type: ignore[union-attr]  # only mapped columns come here
        self.columns = columns
        self.spec = spec
        self.kind: AttributeType = ATTRIBUTE_TYPES[spec.type]
        main = next((column for column in columns if column.to and not column.to.part), columns[0])
        self.header = main.column
        self.options = main.cells(settings)
        self.structure = structure
        self.clears = any((column.empty or settings.empty) == "clear" for column in columns)
        self.maps = {id(column): _folded(column.values) for column in columns if column.values}
        self.remembered: dict[tuple[tuple[str, str], ...], Any] = {}

    def cells(self, row: Sequence[str]) -> dict[str, str]:
        """{part: text}; empty cells are left out, unless the column clears."""
        found: dict[str, str] = {}
        for column in self.columns:
            text = column.value if column.index is None else row[column.index].strip()
            if column.values:
                text = self.maps[id(column)].get(text.casefold(), text)
            if text or self.clears:
                found[column.to.part] = text  # type: ignore[union-attr]
        return found

    def culprit(self, cells: Mapping[str, str]) -> str:
        """The header of the first column that cannot even be read alone."""
        for column in self.columns:
            part = column.to.part  # type: ignore[union-attr]
            try:
                if cells.get(part):
                    self.stored({part: cells[part]}, None)
            except ValueRefused:
                return column.column
        return self.header

    def stored(self, cells: Mapping[str, str], current: Any) -> Any:
        """Raises ValueRefused."""
        for text in cells.values():
            check_result(text)
        if self.kind.filter_kind == "number":
            cells = {part: in_mark_of_texts(text, self.options) for part, text in cells.items()}
        raw = self.kind.from_columns(cells, self.spec, self.options, current=current)
        return self.kind.clean(raw, self.spec, structure=self.structure)


class RowParser:
    """Call it with the cells of a row. Built once per run."""

    def __init__(
        self,
        columns: Sequence[Column],
        structure: Structure,
        settings: ImportSettings,
        *,
        new_options: NewOptions | None = None,
    ) -> None:
        self.columns = columns
        self.new_options = NewOptions(structure) if new_options is None else new_options
        made = MadeCells(columns, structure)
        self._made = made if made else None
        columns = made.columns
        self._fields: list[tuple[Column, str, Callable[[str], Any]]] = []
        self._plain: list[tuple[int, str, Callable[[str], Any], dict[str, Any] | None, bool, Column]] = []
        self._fixed: list[tuple[str, Any]] = []
        self._composites: list[_Composite] = []
        self._warners: dict[str, tuple[AttributeType, AttributeSpec]] = {}
        self.sku: Callable[[str], str] = lambda _text: ""  # the SKU, from the text of its cell
        self.sku_index: int | None = None
        self.parent_index: int | None = None
        self._clears = False
        self._records: list[tuple[int, Records, str]] = []
        self._products: list[tuple[int, str]] = []
        composite: dict[str, list[Column]] = defaultdict(list)
        by_key: dict[str, list[Column]] = defaultdict(list)
        for column in columns:
            if column.to is not None and column.to.attribute:
                by_key[column.to.key].append(column)
        for key, listed in by_key.items():
            if len(listed) > 1 or listed[0].to.part:  # type: ignore[union-attr]
                composite[key] = listed
        for column in columns:
            target = column.to
            if target is None:
                continue
            if target.field:
                self._add_field(column, structure, settings)
                continue
            spec = structure.attributes[target.attribute]
            kind = ATTRIBUTE_TYPES[spec.type]
            if spec.products is not None and column.index is not None and target.part in ("", "products"):
                self._products.append((column.index, column.cells(settings).list_separator))
            if type(kind).warnings is not AttributeType.warnings:
                self._warners[target.key] = (kind, spec)
            if target.key in composite:
                continue
            options = column.cells(settings)
            cleaner = self.new_options.cleaner(column, spec, options) or of_numbers(
                kind.cleaner(spec, options, structure=structure), kind, options
            )
            clean = _with_map(of_results(cleaner), column.values, list_separator(column, structure, settings))
            if column.index is None:
                self._fixed.append((target.key, clean(column.value)))
                continue
            if kind.names_assets:
                clean = addresses.reader(clean, kind, spec, column.cells(settings), structure)
            if spec.records is not None:
                self._records.append((column.index, spec.records, column.cells(settings).list_separator))
            clears = (column.empty or settings.empty) == "clear"
            self._clears = self._clears or clears
            remembered: dict[str, Any] | None = None if kind.is_text or spec.unique else {}
            self._plain.append((column.index, target.key, clean, remembered, clears, column))
        for listed in composite.values():
            spec = structure.attributes[listed[0].to.attribute]  # type: ignore[union-attr]
            self._composites.append(_Composite(listed, spec, settings, structure))

    def needs_documents(self, rows: Iterable[Parsed]) -> bool:
        """Whether what is stored decides what a cell does: parts of a value, cells that clear, texts it is unsure of."""
        return self._clears or bool(self._composites) or any(parsed.unsure or parsed.files for parsed in rows)

    @property
    def names_products(self) -> bool:
        """Whether cells name other products, whose names may come to mean others."""
        return bool(self._products)

    def bring(self, batch: Sequence[Sequence[str]]) -> None:
        """Makes the records and products known that these rows name: a query for each entity that has new ones, one for
        the products."""
        if self._made is not None and (self._records or self._products):
            batch = [self._made.row(cells)[0] for cells in batch]
        for index, records, separator in self._records:
            texts = {cells[index] for cells in batch}
            records.warm(part for text in texts for part in text.split(separator) if part.strip())
        if self._products:
            named = {(cells[index], separator) for index, separator in self._products for cells in batch}
            NAMES.bring(skus=[part for text, separator in named for part in split_skus(text, separator)])

    def _add_field(self, column: Column, structure: Structure, settings: ImportSettings) -> None:
        name = column.to.field  # type: ignore[union-attr]
        read = FIELD_READERS.get(name, lambda _structure, _settings, _column: str)(
            structure, settings, column
        )
        if name == "sku":
            self.sku_index = column.index
        elif name == "parent":
            self.parent_index = column.index
        separator = list_separator(column, structure, settings)
        reader = _with_map(of_results(read), column.values, separator)
        self._fields.append((column, name, reader))
        if name == "sku":
            self.sku = lambda text: _readable(reader, text.strip())
            if column.index is None:
                fixed = reader(column.value.strip())
                self.sku = lambda _text: fixed

    def __call__(self, row: Sequence[str]) -> Parsed:
        parsed = Parsed(cells=row)
        if self._made is not None:
            row, unmade = self._made.row(row)
            parsed.errors += [
                _error(header, key, refused.text, refused.code, refused.message)
                for header, key, refused in unmade
            ]
        values, errors = parsed.values, parsed.errors
        for column, name, read in self._fields:
            text = (column.value if column.index is None else row[column.index]).strip()
            if not text:
                continue
            try:
                stored = read(text)
            except ValueRefused as refused:
                errors.append(
                    _error(column.column, f"_{name.lstrip('_')}", text, refused.code, refused.message)
                )
                continue
            if name == "sku":
                parsed.sku = stored
            elif name == "_rev":
                parsed.rev = stored
            else:
                parsed.fields[name] = stored
        for key, fixed in self._fixed:
            values[key] = fixed
        for index, key, clean, remembered, clears, column in self._plain:
            text = row[index]
            if remembered and text in remembered:
                values[key] = remembered[text]
                continue
            if not text or text.isspace():
                if clears:
                    parsed.empty.append(key)
                continue
            try:
                stored = clean(text)
            except ValueRefused as refused:
                if refused.code == "no_result" and remembered is None:
                    parsed.unsure.append((column.column, key, text))
                else:
                    errors.append(_error(column.column, key, text, refused.code, refused.message))
                continue
            if stored is None:
                continue  # a text that is read as nothing
            if type(stored) is Addresses:
                parsed.files[key] = stored
                continue
            if remembered is not None and len(remembered) < REMEMBERED:
                remembered[text] = stored
            values[key] = stored
        for composite in self._composites:
            cells = composite.cells(row)
            if cells:
                parsed.parts.append((composite, cells))
        return parsed

    def leave_out(self, parsed: Parsed, places: Collection[int]) -> None:
        """These cells are as if the file had no such columns: they do not even clear."""
        keys = {column.to.key for column in self.columns if column.to and column.index in places}
        parsed.empty = [key for key in parsed.empty if key not in keys]
        parts = []
        for composite, cells in parsed.parts:
            gone = {column.to.part for column in composite.columns if column.to and column.index in places}
            if left := {part: text for part, text in cells.items() if part not in gone}:
                parts.append((composite, left))
        parsed.parts = parts

    def complete(self, parsed: Parsed, document: Mapping[str, Any] | None) -> None:
        """Puts parts together with what is stored (`document`: the product's own values, None: a new product), and
        says what is doubtful of the row's values."""
        for composite, cells in parsed.parts:
            slot = tuple(cells.items())
            current = (document or {}).get(composite.key)
            if not current and slot in composite.remembered:
                stored = composite.remembered[slot]
            else:
                try:
                    stored = composite.stored(cells, current)
                except ValueRefused as refused:
                    text = " ".join(text for text in cells.values() if text)
                    parsed.errors.append(
                        _error(composite.culprit(cells), composite.key, text, refused.code, refused.message)
                    )
                    continue
                if not current and len(composite.remembered) < REMEMBERED:
                    composite.remembered[slot] = stored
            if stored is not None:
                parsed.values[composite.key] = stored
            elif composite.clears and document is not None:
                parsed.empty.append(composite.key)
        for header, key, text in parsed.unsure:
            if (document or {}).get(key) != text.strip():  # our own export brings back what was a text before
                parsed.errors.append(_error(header, key, text, "no_result", no_result(text)))
        if parsed.empty:
            # An empty cell clears what the product has itself; it does not cut off what it inherits.
            parsed.empty = [key for key in parsed.empty if document and document.get(key) is not None]
        for key, (kind, spec) in self._warners.items():
            if key in parsed.values:
                for warning in kind.warnings(parsed.values[key], spec):
                    parsed.notes.append({"kind": "warning", "key": key, "message": str(warning)})


def _readable(read: Callable[[str], str], text: str) -> str:
    """ "" where it is refused: its row says why."""
    try:
        return read(text) if text else ""
    except ValueRefused:
        return ""


def _error(column: str, key: str, value: Any, code: str, message: str) -> dict[str, Any]:
    return {"column": column, "key": key, "value": value, "code": code, "message": str(message)}


def _folded(values: Mapping[str, str]) -> dict[str, str]:
    return {text.strip().casefold(): instead for text, instead in values.items()}


def list_separator(column: Column, structure: Structure, settings: ImportSettings) -> str:
    """What separates the things that are named in a cell of this column; "" where it names one, or none from a list."""
    target = column.to
    if target is None:
        return ""
    if target.field:
        return column.cells(settings).list_separator if target.field == "categories" else ""
    kind = ATTRIBUTE_TYPES[structure.attributes[target.attribute].type]
    return column.cells(settings).list_separator if kind.has_options and kind.has_parts else ""


def in_one_line(text: str, separator: str) -> str:
    """A list that stands line by line in its cell, as one with the column's separator."""
    if not separator or "\n" not in text.strip():
        return text
    return separator.join(line.strip() for line in text.splitlines() if line.strip())


def _with_map(
    read: Callable[[str], Any], values: Mapping[str, str], separator: str = ""
) -> Callable[[str], Any]:
    """Reads what stands in the map for a text, in a list for each of its parts."""
    if not values:
        return (lambda text: read(in_one_line(text, separator))) if separator else read
    folded = _folded(values)

    def mapped(text: str) -> Any:
        text = in_one_line(text, separator)
        whole = folded.get(text.strip().casefold())
        if whole is None and separator and separator in text:
            parts = (folded.get(part.strip().casefold(), part) for part in text.split(separator))
            return read(separator.join(part for part in parts if part.strip()))
        return read(text if whole is None else whole)

    return mapped
