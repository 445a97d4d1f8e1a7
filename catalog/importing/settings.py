"""How a file's cells are written and what a run may do. Owner of ImportProfile.settings and ImportRun.settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from django.utils.translation import gettext as _

from catalog.attribute_types import CellOptions
from catalog.importing import typed
from catalog.importing.readers.base import Choices

DECIMALS = (".", ",")
EMPTY_CELLS = ("keep", "clear")
LIST_SEPARATORS = (",", ";", "|")
POLICIES = ("all-or-nothing", "skip-bad", "fill-empty", "create-only", "update-only")  # ImportRun.Policy
MISSING = ("nothing", "report", "retire")


class SettingsRefused(ValueError):
    """A key or value that no import knows; the text names it."""


@dataclass(frozen=True, slots=True)
class ImportSettings:
    """`empty`: what an empty cell means for a value that is there, keep or clear (a column may say otherwise).

    `create` and `update` say what the run may do at all. `encoding`, `delimiter`, `sheet`, `header_row`, `every_row` and
    `in_columns` are what a person corrected in the recognition (readers.base.Choices), and `dialect` too; None: found out.
    `policy`: the one that was applied last. `missing`: what becomes of products that earlier files of the profile named and
    this one does not: nothing, report (list them), retire (disable them). `typed`: the file has cells that are numbers
    themselves, whatever is said of its decimals; `for_format` knows.
    """

    decimal: str = "."
    date_format: str | None = None
    list_separator: str = ","
    empty: str = "keep"
    create: bool = True
    update: bool = True
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    every_row: bool = False
    in_columns: bool | None = None
    dialect: str | None = None
    policy: str = "skip-bad"
    missing: str = "nothing"
    typed: bool = False

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ImportSettings:
        """Raises SettingsRefused for unknown keys and impossible values."""
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(data) - known):
            raise SettingsRefused(_("Unknown import setting: %(names)s.") % {"names": ", ".join(unknown)})
        settings = cls(**data)
        for name, allowed in (
            ("decimal", DECIMALS),
            ("empty", EMPTY_CELLS),
            ("list_separator", LIST_SEPARATORS),
            ("policy", POLICIES),
            ("missing", MISSING),
        ):
            if getattr(settings, name) not in allowed:
                raise SettingsRefused(
                    _("The import setting %(name)s is one of: %(allowed)s.")
                    % {"name": name, "allowed": " ".join(allowed)}
                )
        if settings.in_columns not in (None, True, False):
            raise SettingsRefused(_("The import setting %(name)s is true or false.") % {"name": "in_columns"})
        for name in ("create", "update", "every_row"):
            if not isinstance(getattr(settings, name), bool):
                raise SettingsRefused(_("The import setting %(name)s is true or false.") % {"name": name})
        return settings

    def as_json(self) -> dict[str, Any]:
        """Only what differs from the default."""
        return {
            name: value
            for name, value in asdict(self).items()
            if name != "typed" and value != getattr(DEFAULTS, name)
        }

    def for_format(self, format: str) -> ImportSettings:
        """As a run of such a file has them. Translations are some texts of some products: whatever their profile says, what is
        not among them is neither made nor cleared nor missing."""
        settings = replace(self, typed=format in typed.FORMATS)
        return (
            replace(settings, create=False, empty="keep", missing="nothing")
            if format == "xliff"
            else settings
        )

    @property
    def reading(self) -> Choices:
        return Choices(
            sheet=self.sheet,
            header_row=self.header_row,
            encoding=self.encoding,
            delimiter=self.delimiter,
            every_row=self.every_row or None,
            in_columns=self.in_columns,
        )

    @property
    def is_read_by_choice(self) -> bool:
        """Whether a person said where and in which signs the table stands, instead of what was found."""
        return any((self.sheet, self.header_row, self.encoding, self.delimiter))

    @property
    def cells(self) -> CellOptions:
        return CellOptions(
            decimal=self.decimal,
            date_format=self.date_format,
            list_separator=self.list_separator,
            typed=self.typed,
        )


DEFAULTS = ImportSettings()
