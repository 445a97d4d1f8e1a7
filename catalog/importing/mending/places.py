"""Where in a run's rows an error stands: which column it is about, and what its cell, or the part that is wrong, says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from catalog.attribute_types import ValueRefused
from catalog.attribute_types.select import options_of
from catalog.importing import category_paths
from catalog.importing.cells import in_one_line, list_separator
from catalog.importing.mapping import Column
from catalog.importing.settings import ImportSettings
from catalog.structure.snapshot import Structure

_PARTS = frozenset({"unknown_option", "ambiguous_option", "unknown_category"})


class Places:
    """The columns of a run's mapping, by what errors say of them."""

    def __init__(self, columns: Sequence[Column], structure: Structure, settings: ImportSettings) -> None:
        self.structure, self.settings = structure, settings
        self._categories: Callable[[str], list[str]] | None = None
        self.listed = listed = [column for column in columns if column.index is not None and column.to]
        self.columns: dict[int | None, Column] = {}  # of a column in parts the first that goes anywhere
        for column in listed:
            self.columns.setdefault(column.index, column)
        self._by_header = {column.column: column for column in listed}
        self._by_key = {column.to.key: column for column in reversed(listed) if column.to}

    def column_of(self, problem: Mapping[str, Any]) -> Column | None:
        """None where the error is about the row, or about what the file does not say."""
        return self._by_header.get(problem["column"]) or self._by_key.get(problem["key"])

    def texts_of(self, problem: Mapping[str, Any], column: Column | None, cells: Sequence[str]) -> list[str]:
        """What is wrong in the cell: of a list its unknown parts, else all of it."""
        if column is None or column.index is None or column.index >= len(cells):
            return [""]
        text = cells[column.index].strip()
        if column.split:
            return [text]
        separator = list_separator(column, self.structure, self.settings)
        text = in_one_line(text, separator)
        if not separator or separator not in text or problem["code"] not in _PARTS:
            return [text]
        parts = [part.strip() for part in text.split(separator) if part.strip()]
        return [part for part in parts if not self.is_known(part, column)] or [text]

    def is_known(self, part: str, column: Column) -> bool:
        """Whether a part names one of what its column may name: an option, a category."""
        if part.casefold() in {text.strip().casefold() for text in column.values}:
            return True
        target = column.to
        if target is None:
            return False
        if target.field:
            self._categories = self._categories or category_paths.reader(self.structure, "\n")
            return all(code.casefold() in self.structure.category_by_code for code in self._categories(part))
        try:
            options_of(self.structure.attributes[target.attribute]).find(part)
        except ValueRefused:
            return False
        return True
