"""One product on all channels side by side: a column a channel, a line for what is meant, and where they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.access import Rights
from catalog.models.product import Product
from catalog.structure.product_names import NAMES
from catalog.structure.snapshot import Structure
from catalog.values.bundle import Bundle
from catalog.values.keys import format_key
from channels import completeness, protection
from channels.consistency import entries
from channels.consistency.comparing import Verdict, compare, why
from channels.consistency.entries import Entry
from channels.consistency.lines import PICTURES, Lines
from channels.mapping.judging import judge
from channels.mapping.starting import template_of
from channels.profile import ChannelSpec, Profiles
from channels.sheets.validate import text_of
from channels.sheets.words import in_words, plain
from enrichment.readiness import field_id
from enrichment.workbench.differences import difference
from enrichment.workbench.page.listings import Panel
from enrichment.workbench.page.scope import Scope

# What explains a difference, as a mark says it; "" where nothing does.
WHY: Mapping[str, Any] = {
    "campaign": gettext_lazy("a campaign's value"),
    "context": gettext_lazy("written for this channel"),
    "locale": gettext_lazy("text of a fallback"),
    "made": gettext_lazy("made otherwise"),
    "": gettext_lazy("differs"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """A sentence, and where it is mended: "" where that is nowhere on a product."""

    message: str
    href: str = ""


@dataclass(slots=True)
class Cell:
    """What a channel says on a line. `mark`: how it differs from what the others say, `parts` word by word."""

    entry: Entry
    text: str
    language: str
    href: str = ""
    limit: int = 0
    length: int = 0
    verdict: Verdict = "same"
    mark: Any = ""
    parts: list[tuple[str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    shown: str = ""  # what the channel shows, where that is something else
    is_gone: bool = False  # it shows nothing there
    pictures: Sequence[str] = ()
    others: list[tuple[str, str]] = field(
        default_factory=list
    )  # (field, text) of further fields on this line

    @property
    def target(self) -> str:
        return self.entry.row.label

    @property
    def made_of(self) -> str:
        """The name of the field where it is not called as the line."""
        return self.entry.row.target

    @property
    def differs(self) -> bool:
        return self.verdict in ("different", "missing")

    @property
    def over(self) -> bool:
        return bool(self.limit) and self.length > self.limit


@dataclass(slots=True)
class Line:
    """`cells` by channel, None where the channel has no such field, or not in this language."""

    key: str
    label: str
    cells: list[Cell | None]

    @property
    def differs(self) -> bool:
        return any(cell is not None and cell.differs for cell in self.cells)


@dataclass(slots=True)
class Column:
    """`note`: why there is no sheet; `lacks`: required values that no line is about."""

    panel: Panel
    note: str = ""
    speaks: bool = True  # the locale
    lacks: list[Problem] = field(default_factory=list)

    @property
    def channel(self) -> ChannelSpec:
        return self.panel.channel


@dataclass(slots=True)
class Table:
    columns: list[Column]
    lines: list[Line]
    only: bool = False
    hidden: int = 0  # fields this person may not see

    @property
    def differing(self) -> int:
        return sum(line.differs for line in self.lines)

    @property
    def compares(self) -> bool:
        return sum(not column.note for column in self.columns) > 1

    @property
    def shown(self) -> list[Line]:
        return [line for line in self.lines if line.differs] if self.only else self.lines


def table(
    product: Product,
    bundle: Bundle,
    scope: Scope,
    *,
    structure: Structure,
    profiles: Profiles,
    rights: Rights,
    panels: Sequence[Panel],
    only: bool = False,
) -> Table:
    """As many queries for any number of channels and values."""
    at = scope.at or timezone.now()
    reader = _Reader(scope.locale, at, structure, rights, bundle)
    units = entries.units(product, profiles.active, structure)
    lines = Lines(profiles.active, structure)
    columns: list[Column] = []
    found: list[dict[str, list[Cell]]] = []
    for panel in panels:
        column = Column(panel, speaks=scope.locale in panel.channel.locales)
        columns.append(column)
        if panel.channel.id not in units:
            column.note = _("Has no sheet of its own here: it is sent as its variants.")
            found.append({})
            continue
        found.append(reader.cells(column, *units[panel.channel.id], lines))
    keys = dict.fromkeys(key for cells in found for key in cells)
    made = [_line(key, [cells.get(key, []) for cells in found], structure) for key in keys]
    made.sort(key=lambda line: line.key == PICTURES, reverse=True)
    _tell_apart(made)
    return Table(columns, made, only, reader.hidden)


@dataclass(slots=True)
class _Reader:
    """Reads one product's sheets for one person, in one locale."""

    locale: str
    at: datetime
    structure: Structure
    rights: Rights
    own: Bundle
    hidden: int = 0

    def cells(self, column: Column, unit: Any, bundle: Bundle, lines: Lines) -> dict[str, list[Cell]]:
        channel = column.channel
        judged = judge(unit, channel, self.structure, at=self.at)
        sheet = judged.sheet
        if (
            NAMES.hides_any
        ):  # problems are those of the sheet that is sent; names are those this person may read
            with NAMES.read_in_sheets():
                sheet = judge(unit, channel, self.structure, at=self.at).sheet
        sku = bundle.product.sku
        errors = [
            error
            for error in judged.errors
            if error.get("sku", sku) == sku and error.get("locale", self.locale) == self.locale
        ]
        found: dict[str, list[Cell]] = {}
        part = entries.part_of(sheet, sku)
        for entry in entries.entries(
            bundle, part, channel, self.structure, lines, locale=self.locale, at=self.at
        ):
            if not self._may_see(entry):
                self.hidden += 1
                continue
            cell = self._cell(entry, bundle)
            about = [error for error in errors if error["field"] == entry.row.target]
            errors = [error for error in errors if error not in about]
            cell.problems = [Problem(error["message"], cell.href) for error in about]
            self._add_drift(cell, column.panel, sku)
            found.setdefault(entry.line, []).append(cell)
        mapped = {code for cells in found.values() for cell in cells for code in cell.entry.attributes}
        for spec in self._missing(bundle, channel):
            if not self.rights.may_view_key(
                spec, self.locale if spec.localizable else "", channel.context if spec.scopable else ""
            ):
                continue
            text = _("%(attribute)s is missing.") % {"attribute": spec.label()}
            href = self._href(spec.code, bundle)
            told = [
                cell
                for cells in found.values()
                for cell in cells
                if cell.entry.attributes[:1] == (spec.code,)
            ]
            if spec.code in mapped and told:
                told[0].problems = told[0].problems or [Problem(text, href)]
            else:
                column.lacks.append(Problem(text, href))
        column.lacks += [
            Problem(error["message"], self._href(error.get("attribute", ""), bundle)) for error in errors
        ]
        return found

    def _missing(self, bundle: Bundle, channel: ChannelSpec) -> list[Any]:
        if not bundle.product.is_sellable or self.locale not in channel.locales:
            return []
        return completeness.missing(bundle, channel, self.locale, self.structure)

    def _may_see(self, entry: Entry) -> bool:
        """Every attribute it is made of, as the channel resolves it."""
        specs = (
            self.structure.attributes[code] for code in entry.attributes if code in self.structure.attributes
        )
        return all(
            self.rights.may_view_key(
                spec, (entry.made_in or self.locale) if spec.localizable else "",
                entry.channel.context if spec.scopable else "",
            )
            for spec in specs
        )  # fmt: skip

    def _cell(self, entry: Entry, bundle: Bundle) -> Cell:
        limits = entry.row.limits or {}
        text = _text(entry)
        language = (entry.made_in or self.locale).replace("_", "-")
        cell = Cell(entry, text, language, limit=int(limits.get("max_length") or 0))
        if cell.limit and not entry.is_empty:
            cell.length = len(text_of(entry.value))
        cell.href = self._href(next(iter(entry.attributes), ""), bundle, entry)
        cell.pictures = entry.value if entry.line == PICTURES and entry.value else ()
        return cell

    def _href(self, code: str, bundle: Bundle, entry: Entry | None = None) -> str:
        """To the field: on the level where it is written, in the language and for the context in which it stands."""
        spec = self.structure.attributes.get(code)
        if spec is None:
            return ""
        bound = bundle.variant.bound.get(code, bundle.depth) if bundle.variant else bundle.depth
        owner = bundle.levels[max(bundle.depth - bound, 0)].product_id
        locale = (entry.made_in if entry and entry.made_in else self.locale) if spec.localizable else ""
        context = entry.context if entry and spec.scopable else ""
        query = f"?locale={locale or self.locale}" + (f"&context={context}" if context else "")
        path = reverse("admin:catalog_product_change", args=[owner])
        return f"{path}{query}#{field_id(format_key(code, locale, context))}"

    def _add_drift(self, cell: Cell, panel: Panel, sku: str) -> None:
        """What the channel showed when it was last read back, where that is not what was sent."""
        unit_sku = panel.unit_sku or self.own.product.sku
        for entry in panel.listing.drift if panel.listing else ():
            place = protection.where(entry["field"])
            if place.target != cell.entry.row.target or place.locale not in ("", self.locale):
                continue
            if place.sku in (("", sku) if sku == unit_sku else (sku,)):
                cell.shown, cell.is_gone = in_words(entry["seen"]), entry["seen"] is None


def _text(entry: Entry) -> str:
    if entry.line == PICTURES:
        return ""
    return plain(entry.text)


def _line(key: str, columns: list[list[Cell]], structure: Structure) -> Line:
    """The first field of each channel on this line is compared; it is called as the attribute they are all made from."""
    cells = [_joined(cells) for cells in columns]
    present = [cell for cell in cells if cell is not None]
    base = _most_said(present)
    for cell in present:
        if cell is base:
            continue
        cell.verdict = compare(base.entry, cell.entry)
        if cell.verdict == "missing":
            cell.mark = _("not sent") if cell.entry.is_empty else _("sent here only")
        elif cell.verdict == "different":
            cell.mark = WHY[why(base.entry, cell.entry)]
            cell.parts = difference(base.text, cell.text) if base.text and cell.text else []
        elif cell.verdict == "shaped" and key != PICTURES:
            cell.mark = _("same value, written otherwise")
    return Line(key, _label(key, present, structure), cells)


def _tell_apart(lines: Sequence[Line]) -> None:
    """Lines called alike, since they are made from one attribute, are called as the channels call the field."""
    called = Counter(line.label for line in lines)
    for line in lines:
        if called[line.label] > 1:
            line.label = next(cell.target for cell in line.cells if cell is not None)


def _joined(cells: list[Cell]) -> Cell | None:
    if not cells:
        return None
    first, *others = sorted(cells, key=lambda cell: cell.entry.is_empty)
    first.others = [(cell.target, cell.text) for cell in others if not cell.entry.is_empty]
    for cell in others:
        first.problems += cell.problems
    return first


def _most_said(cells: list[Cell]) -> Cell:
    """What most channels say; among equals the first that says anything."""
    agreeing = {
        place: sum(compare(cell.entry, other.entry) in ("same", "shaped") for other in cells)
        for place, cell in enumerate(cells)
        if not cell.entry.is_empty
    }
    return cells[max(agreeing, key=lambda place: (agreeing[place], -place))] if agreeing else cells[0]


def _label(key: str, cells: list[Cell], structure: Structure) -> str:
    if key == PICTURES:
        return _("Pictures")
    codes = {cell.entry.attributes for cell in cells}
    if len(codes) == 1 and len(only := next(iter(codes))) == 1:
        return structure.attributes[only[0]].label()
    for cell in cells:
        for known in template_of(cell.entry.channel.connector, cell.entry.channel.settings):
            if known.target == cell.entry.row.target:
                return str(known.label)
    return cells[0].target
