"""What an attribute type is: every facet of a kind of value, in one class. Pure: whatever it needs comes in `spec`.

The way of a value: raw (from a form, a cell, JSON) → clean → *stored* (JSON) → display, cell, sheet, token, number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from pim.lib.registry import Registry

if TYPE_CHECKING:
    from catalog.structure.snapshot import Structure
    from catalog.structure.specs import AttributeSpec

SUMMARY_LENGTH = 80


class _Conflict:
    def __repr__(self) -> str:
        return "CONFLICT"

    def __bool__(self) -> bool:
        return False


CONFLICT: Final = _Conflict()


class ValueRefused(ValueError):
    """A raw value the type cannot take. `message` says, in the active language, what is wrong and what to do."""

    def __init__(self, code: str, message: str, params: Mapping[str, Any] | None = None) -> None:
        self.code = code
        self.params = dict(params or {})
        self.message = message % self.params if params else message
        super().__init__(self.message)


@dataclass(frozen=True, slots=True)
class CellOptions:
    """How a spreadsheet writes its cells. `date_format` as in strptime; `unit` and `currency` for bare amounts;
    `typed`: numbers may be cells of their own kind, which come with a point beside texts with a comma."""

    decimal: str = "."
    date_format: str | None = None
    list_separator: str = ","
    currency: str | None = None
    unit: str | None = None
    typed: bool = False


@dataclass(frozen=True, slots=True)
class NumberRange:
    """A filter over the number index: `sub` as in AttributeType.number, both ends included, None is open."""

    sub: str
    low: Decimal | None
    high: Decimal | None


PLAIN_CELLS: Final = CellOptions()


class AttributeType:
    """Base class: a type overrides the facets in which it differs. Stored values are JSON; None is explicitly empty."""

    code: ClassVar[str]
    label: ClassVar[Any]  # lazy text
    icon: ClassVar[str]  # a Material Symbol
    has_options: ClassVar[bool] = False
    is_text: ClassVar[bool] = False
    numeric: ClassVar[bool] = False  # has an entry in the number index (`number`)
    may_be_axis: ClassVar[bool] = False
    names_assets: ClassVar[bool] = False  # its values are files of the library (`references`, `check_asset`)
    names_products: ClassVar[bool] = False  # its values point at products, which `spec.products` names
    everywhere: ClassVar[bool] = False  # every family has its attributes
    in_cell: ClassVar[bool] = (
        False  # written by hand in a cell of the spreadsheet view (`to_hand`, `from_hand`)
    )
    has_parts: ClassVar[bool] = False  # stored as a flat list whose parts are added and taken away one by one
    indexed: ClassVar[bool] = False  # its tokens are kept for all its attributes, filterable or not
    filter_kind: ClassVar[str] = "none"  # options | number | date | text | boolean | none
    default_params: ClassVar[Mapping[str, Any]] = {}
    sample_params: ClassVar[Mapping[str, Any]] = {}  # of the attribute the contract test and the docs use

    # --- parameters of an attribute of this type

    def params_fields(self) -> dict[str, forms.Field]:
        """Form fields of the validation parameters by name; each `clean` returns what is stored in JSON."""
        return {}

    def check_params(self, params: Mapping[str, Any]) -> None:
        """Raise ValidationError where parameters contradict each other."""

    def clean_params(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters to store: only those that differ from the default. Raises ValidationError, also for unknown ones."""
        fields = self.params_fields()
        errors = [
            _("'%(name)s' is no parameter of the type %(type)s.") % {"name": name, "type": self.label}
            for name in sorted(set(params) - set(fields))
        ]
        cleaned: dict[str, Any] = {}
        for name, field in fields.items():
            default = self.default_params.get(name)
            try:
                value = field.clean(params.get(name, default))
            except ValidationError as error:
                errors += [f"{field.label or name}: {message}" for message in error.messages]
                continue
            if value not in (None, "", [], default):
                cleaned[name] = value
        if errors:
            raise ValidationError(errors)
        self.check_params(cleaned)
        return cleaned

    def param_choices(self, structure: Structure) -> dict[str, list[tuple[Any, Any]]]:
        """Choices of those parameters that name a part of the structure, for the attribute's form."""
        return {}

    def check_params_in(self, params: Mapping[str, Any], structure: Structure) -> None:
        """Raise ValidationError where parameters name what the structure does not have."""

    def unreadable(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Callable[[Any], bool] | None:
        """Tells a stored value of which parameters changed like this would lose a part; None where none can."""
        return None

    def param(self, spec: AttributeSpec, name: str) -> Any:
        return spec.params.get(name, self.default_params.get(name))

    # --- raw → stored

    def clean(self, raw: Any, spec: AttributeSpec, *, structure: Structure | None = None) -> Any:
        """The stored value, or None where `raw` is empty. Raises ValueRefused."""
        if raw is None or raw == "" or (isinstance(raw, str) and not raw.strip()):
            return None
        return self.clean_value(raw, spec, structure)

    def clean_value(self, raw: Any, spec: AttributeSpec, structure: Structure | None) -> Any:
        """As `clean`, for what is not plainly empty."""
        raise NotImplementedError

    def cleaner(
        self, spec: AttributeSpec, options: CellOptions = PLAIN_CELLS, *, structure: Structure | None = None
    ) -> Callable[[str], Any]:
        """One function from cell text to stored value, for loops over many rows. It raises ValueRefused."""
        clean, from_cell = self.clean, self.from_cell
        return lambda text: clean(from_cell(text, spec, options), spec, structure=structure)

    def warnings(self, stored: Any, spec: AttributeSpec) -> list[str]:
        """What is doubtful and yet accepted, in sentences."""
        return []

    def references(self, stored: Any) -> dict[str, set[str]]:
        """What the value points at and the door must find: {"asset": {sha256, …}}."""
        return {}

    def check_asset(self, asset: Any, spec: AttributeSpec) -> None:
        """Raises ValueRefused where an Asset the value points at is not what the attribute takes."""

    # --- comparing

    def is_empty(self, stored: Any) -> bool:
        return stored is None or stored in ("", [], {})

    def equal(self, a: Any, b: Any, spec: AttributeSpec) -> bool:
        return bool(a == b) or (self.is_empty(a) and self.is_empty(b))

    def merge(self, base: Any, mine: Any, theirs: Any, spec: AttributeSpec | None = None) -> Any:
        """Three-way merge of stored values (None: empty): the one that changed wins, two changes are a CONFLICT."""
        if mine == theirs or theirs == base:
            return mine
        if mine == base:
            return theirs
        return CONFLICT

    def replaced(self, stored: Any, find: re.Pattern[str], by: str) -> Any:
        """A text with each place where `find` matches written as `by`; of types with `is_text`."""
        return find.sub(lambda _found: by, stored)

    # --- for people

    def display(self, stored: Any, spec: AttributeSpec, locale: str | None = None) -> str:
        return "" if stored is None else str(stored)

    def markup(self, stored: Any, spec: AttributeSpec, locale: str | None = None) -> SafeString:
        """`display` as HTML, where letters alone say too little: a swatch, a link, a table."""
        return mark_safe(escape(self.display(stored, spec, locale)).replace("\n", "<br>"))  # noqa: S308 - escaped

    def summary(self, stored: Any, spec: AttributeSpec, locale: str | None = None) -> str:
        """`display` on one line of at most 80 characters."""
        text = " ".join(self.display(stored, spec, locale).split())
        return text if len(text) <= SUMMARY_LENGTH else text[: SUMMARY_LENGTH - 1].rstrip() + "…"

    def also(self, stored: Any, spec: AttributeSpec, locale: str | None = None) -> str:
        """The same said otherwise, shown small beside the value: a measure in other units."""
        return ""

    # --- spreadsheets: clean(from_cell(to_cell(stored))) == stored

    def to_cell(self, stored: Any, spec: AttributeSpec) -> str:
        return "" if stored is None else str(stored)

    def from_cell(self, text: str, spec: AttributeSpec, options: CellOptions = PLAIN_CELLS) -> Any:
        """What `clean` takes, from the text of a cell. Raises ValueRefused."""
        return text

    def columns(self, spec: AttributeSpec, structure: Structure | None = None) -> list[str]:
        """Suffixes of the value's columns: [""] is one column "code"; price ["EUR", "USD"] is "code-EUR", "code-USD"."""
        return [""]

    def to_columns(
        self, stored: Any, spec: AttributeSpec, structure: Structure | None = None
    ) -> dict[str, str]:
        """{suffix: cell} for each of `columns`."""
        return {"": self.to_cell(stored, spec)}

    def from_columns(
        self,
        cells: Mapping[str, str],
        spec: AttributeSpec,
        options: CellOptions = PLAIN_CELLS,
        *,
        current: Any = None,
    ) -> Any:
        """What `clean` takes, from {suffix: cell}; parts whose column is missing are kept from `current`."""
        return self.from_cell(cells.get("", ""), spec, options)

    # --- cells that people write: clean(from_hand(to_hand(stored))) == stored, for types with `in_cell`

    def hand_columns(self, spec: AttributeSpec, structure: Structure | None = None) -> list[str]:
        """Suffixes of the cells a value is written in: one cell, or one for each currency."""
        return [""]

    def to_hand(
        self,
        stored: Any,
        spec: AttributeSpec,
        options: CellOptions = PLAIN_CELLS,
        *,
        structure: Structure | None = None,
    ) -> dict[str, str]:
        """{suffix: text} for each of `hand_columns`, in the words of the interface's language."""
        return {"": self.to_cell(stored, spec)}

    def from_hand(
        self,
        texts: Mapping[str, str],
        spec: AttributeSpec,
        options: CellOptions = PLAIN_CELLS,
        *,
        current: Any = None,
    ) -> Any:
        """What `clean` takes; cells that are not named are kept from `current`, the stored value. Raises ValueRefused."""
        return self.from_columns(texts, spec, options, current=current)

    def hand_choices(self, spec: AttributeSpec) -> list[tuple[str, str]]:
        """(text to write, label) where there is something to choose from; a cell may hold other texts as well."""
        return []

    # --- the product form

    def form_field(
        self,
        spec: AttributeSpec,
        *,
        locale: str | None = None,
        required: bool = False,
        structure: Structure | None = None,
    ) -> forms.Field:
        """A field whose cleaned value is a raw value for `clean`, which is where it is validated."""
        raise NotImplementedError

    def form_value(self, stored: Any, spec: AttributeSpec) -> Any:
        """The initial value of that field."""
        return "" if stored is None else stored

    def hint(self, spec: AttributeSpec) -> str:
        """The limits in a short sentence, shown under the field."""
        return ""

    # --- finding

    def may_filter(self, spec: AttributeSpec) -> bool:
        """Whether `filter_field` gives one for this attribute; asked of every attribute for every page of the grid."""
        return self.filter_kind not in ("none", "text")

    def tokens(self, stored: Any, spec: AttributeSpec) -> Iterable[str]:
        """Exact words of the token index, such as "color=red"."""
        return ()

    def search_text(self, stored: Any, spec: AttributeSpec) -> str:
        """Words for the search column."""
        return ""

    def number(self, stored: Any, spec: AttributeSpec) -> Iterable[tuple[str, Decimal]]:
        """(sub, number) for the number index; `sub` is "" or a part of the value (a currency)."""
        return ()

    def filter_field(
        self, spec: AttributeSpec, *, locale: str | None = None, structure: Structure | None = None
    ) -> forms.Field | None:
        """The grid's filter, None where it cannot filter; its cleaned value goes to the two functions below."""
        return None

    def filter_tokens(self, spec: AttributeSpec, chosen: Any) -> list[str]:
        """Tokens of which a product must carry at least one; [] does not filter."""
        return []

    def filter_range(self, spec: AttributeSpec, chosen: Any) -> NumberRange | None:
        return None

    # --- the way out

    def sheet_value(self, stored: Any, spec: AttributeSpec, locale: str | None = None) -> Any:
        """The value as a sheet carries it: JSON, labels included."""
        return stored

    def sheet_text(self, stored: Any, spec: AttributeSpec, locale: str | None = None) -> str:
        """The value within a sheet's texts. As `display`, but never by who looks: a sheet is the same for everybody."""
        return self.display(stored, spec, locale)

    def sheet_parts(self, spec: AttributeSpec) -> tuple[str, ...]:
        """Names of parts that a sheet may ask for by a point, as in "packaging.case_gtin"."""
        return ()

    def sheet_part(
        self, stored: Any, spec: AttributeSpec, part: str, locale: str | None = None
    ) -> tuple[Any, str]:
        """(value, the same as text) of one of `sheet_parts`; (None, "") where there is none."""
        return None, ""

    def sample(self, spec: AttributeSpec) -> Any:
        """A believable stored value that fits the parameters, for previews and tests."""
        raise NotImplementedError


ATTRIBUTE_TYPES: Registry[AttributeType] = Registry("attribute types")
