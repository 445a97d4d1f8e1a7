"""What a rule writes: its actions as data, and what one makes of one product. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from html import escape
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.attribute_types.base import ValueRefused
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import Bundle
from catalog.values.keys import Key, format_key
from channels.sheets import sources, transforms
from channels.sheets.made import Made
from channels.sheets.words import plain
from enrichment.rules import calculating, reading
from enrichment.rules.calculating import Calculation, Miscalculated
from enrichment.workbench.bulk_edit.operations import CATEGORIES

MOST = 20  # actions of a rule
SAME = "="  # read in the language, or for the channel, that is written
_WITHOUT_CELLS = frozenset({"table", "packaging", "video", "counted_list"})


@dataclass(frozen=True, slots=True)
class Kind:
    """`asks`: which of an action's parts belong to it. `label` as the form offers it."""

    code: str
    label: Any
    asks: tuple[str, ...]


KINDS = {
    kind.code: kind
    for kind in (
        Kind("set", gettext_lazy("Set a value"), ("value",)),
        Kind("copy", gettext_lazy("Copy from another field"), ("origin", "from_locale", "from_context")),
        Kind("template", gettext_lazy("Write from a template"), ("template", "length", "from_locale", "from_context")),
        Kind("calculate", gettext_lazy("Calculate"), ("expression", "currency", "from_context")),
        Kind("map", gettext_lazy("Look up in a table"), ("origin", "table", "otherwise", "from_locale", "from_context")),
        Kind("classify", gettext_lazy("Put into categories"), ("mode", "categories")),
        Kind("flag", gettext_lazy("Flag it"), ("message",)),
    )
}  # fmt: skip


class Undone(Exception):
    """Nothing is written there. `why`: a sentence for people, "" where nothing is wrong with it. `kept`: as it stands with a run,
    without a value that not everybody who reads of the run may see."""

    def __init__(self, why: str = "", kept: str = "") -> None:
        super().__init__(why)
        self.why, self.kept = why, kept or why


@dataclass(frozen=True, slots=True)
class Action:
    """`attribute` is written in each of `locales` and `contexts` ("" is master), where `only_empty` only if nothing is there.

    `value`: a stored form. `origin`: what is read, as channels name it ("color", "brand.label"). `from_locale`,
    `from_context`: where it is read, SAME for where it is written. `table`: (what is read, the cell that is written), `otherwise` for what is
    not in it. `categories` are added, taken or set, as `mode` says. `message`: what a flag says.
    """

    do: str
    attribute: str = ""
    locales: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    only_empty: bool = False
    value: Any = None
    origin: str = ""
    from_locale: str = SAME
    from_context: str = SAME
    template: str = ""
    length: int = 0
    expression: str = ""
    currency: str = ""
    table: tuple[tuple[str, str], ...] = ()
    otherwise: str = ""
    mode: str = "add"
    categories: tuple[str, ...] = ()
    message: str = ""

    def as_json(self) -> dict[str, Any]:
        """What differs from the default."""
        told = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            name: [list(row) for row in value] if name == "table" else value
            for name, value in told.items()
            if name == "do" or value != _DEFAULTS[name]
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Action:
        """Raises ValueError for what no version of this wrote."""
        if unknown := stored.keys() - _DEFAULTS.keys() - {"do"}:
            raise ValueError(f"an action knows no {', '.join(sorted(unknown))}")
        read = dict(stored)
        for name in ("locales", "contexts", "categories"):
            if name in read:
                read[name] = tuple(read[name])
        if "table" in read:
            read["table"] = tuple((row[0], row[1]) for row in read["table"])
        if read["do"] not in KINDS:
            raise ValueError(f"there is no action {read['do']!r}")
        return cls(**read)

    def keys(self, structure: Structure) -> tuple[str, ...]:
        """What it writes; of categories each by itself: "_categories|cups"."""
        if self.do == "classify":
            codes = (
                [each.code for each in structure.categories.values()]
                if self.mode == "set"
                else self.categories
            )
            return tuple(f"{CATEGORIES}|{code}" for code in codes)
        spec = structure.attributes.get(self.attribute)
        if spec is None:
            return ()
        locales = self.locales if spec.localizable else ("",)
        contexts = (self.contexts or ("",)) if spec.scopable else ("",)
        return tuple(format_key(spec.code, locale, context) for locale in locales for context in contexts)

    def part(self, key: str) -> str:
        """The key, of a price with the one currency that is calculated: "price:USD"."""
        return f"{key}:{self.currency}" if self.currency else key

    def names(self) -> tuple[str, ...]:
        """The attributes, and parts of them, that it reads."""
        if self.do in ("copy", "map"):
            return (self.origin,)
        if self.do == "template":
            return sources.names_of({"template": self.template})
        return tuple(calculation(self.expression).names) if self.do == "calculate" else ()

    def fields_read(self) -> tuple[str, ...]:
        """What a template names of the product itself: "sku", "family"."""
        named = sources.OWN_FIELDS if self.do == "template" else ()
        return tuple(name for name in named if f"{{{name}}}" in self.template)

    def terms_read(self, structure: Structure) -> Iterator[tuple[AttributeSpec, str]]:
        """(attribute, of a price the currency): what it reads."""
        for name in self.names():
            if self.do == "calculate":
                term = calculating.term(name, structure)
                yield term.spec, term.currency
            elif (found := sources.find(name, structure)[0]) is not None:
                yield found, ""

    def read_at(self, key: str) -> tuple[str, str]:
        """(locale, context) in which its inputs are read for the value under `key`."""
        written = Key.parse(key)
        return (
            written.locale if self.from_locale == SAME else self.from_locale,
            written.context if self.from_context == SAME else self.from_context,
        )

    def fault(self, structure: Structure) -> str:
        """Why it cannot be done any more, since the structure changed; "" where it can."""
        if self.do == "flag":
            return "" if self.message else _("Write what the flag says.")
        if self.do == "classify":
            gone = [code for code in self.categories if code.casefold() not in structure.category_by_code]
            return _("There is no category '%s' any more.") % "', '".join(gone) if gone else ""
        spec = structure.attributes.get(self.attribute)
        if spec is None:
            return _("There is no attribute '%s' any more.") % self.attribute
        if fault := self._place_fault(spec, structure):
            return fault
        try:
            if self.do == "calculate":
                calculation(self.expression).check(structure, target(self, structure))
            elif self.do == "set" and _cleaned(self.value, spec, structure) is None:
                return _("Write the value.")
        except (Miscalculated, ValueRefused) as error:
            return str(error)
        gone = [
            name
            for name in self.names()
            if self.do != "calculate" and sources.find(name, structure)[0] is None
        ]
        return _("There is no attribute '%s' any more.") % "', '".join(gone) if gone else ""

    def _place_fault(self, spec: AttributeSpec, structure: Structure) -> str:
        """Where it is written, and where it reads."""
        if spec.localizable and not self.locales:
            return _("%s has a text in each language now: choose at least one.") % spec.label()
        locales = [*(self.locales if spec.localizable else ()), self.from_locale]
        if gone := [code for code in locales if code not in ("", SAME) and code not in structure.locales]:
            return _("There is no language '%s' any more.") % "', '".join(gone)
        contexts = [*(self.contexts if spec.scopable else ()), self.from_context]
        if gone := [code for code in contexts if code not in ("", SAME) and code not in structure.contexts]:
            return _("There is no channel or audience '%s' any more.") % "', '".join(gone)
        if self.do == "calculate" and spec.type == "price" and self.currency not in structure.currencies:
            return _("There is no currency '%s' any more.") % self.currency
        return ""


_DEFAULTS = {each.name: each.default for each in fields(Action) if each.name != "do"}


@lru_cache(maxsize=512)
def calculation(text: str) -> Calculation:
    return Calculation(text)


def target(action: Action, structure: Structure) -> calculating.Term:
    spec = structure.attributes[action.attribute]
    return calculating.Term(spec.code, spec, action.currency if spec.type == "price" else "")


def may_write(do: str, spec: AttributeSpec) -> bool:
    """Whether this kind of action is offered for an attribute."""
    kind = ATTRIBUTE_TYPES[spec.type]
    if do == "calculate":
        return spec.type in calculating.NUMERIC
    if do == "copy":
        return True
    if kind.names_assets or kind.names_products or spec.type in _WITHOUT_CELLS:
        return False
    if do == "template":
        return kind.is_text or spec.type == "link"
    return spec.type != "richtext" if do == "set" else True


def placed(action: Action, own: Sequence[str], decided: Collection[str]) -> list[str]:
    """The codes of a product's categories after it. What was `decided` before it stays as it is."""
    named = [code for code in action.categories if code not in decided]
    if action.mode == "add":
        return [*own, *(code for code in named if code not in own)]
    if action.mode == "take":
        return [code for code in own if code not in named]
    kept = [code for code in own if code in decided or code in named]
    return [*kept, *(code for code in named if code not in kept)]


def made(action: Action, key: str, bundle: Bundle, structure: Structure, effective: Mapping[str, Any]) -> Any:
    """The stored value for the key. Raises Undone, and ValueRefused where the attribute cannot take it."""
    spec = structure.attributes[action.attribute]
    before = effective.get(key)
    if action.only_empty and (action.currency in (before or ()) if action.currency else before is not None):
        raise Undone
    if action.do == "set":
        return _cleaned(action.value, spec, structure)
    at = reading.place(bundle, structure, *action.read_at(key))
    kind = ATTRIBUTE_TYPES[spec.type]
    if action.do == "calculate":
        raw = _calculated(action, spec, at, structure, before)
    elif action.do == "template":
        text = reading.filled(action.template, at)
        if action.length:
            text = transforms.truncate(Made(text, text), text, length=action.length)
        raw = _as_text(text, spec, is_markup=False)
    elif action.do == "copy":
        raw = _copied(reading.named(action.origin, at), spec)
    else:
        raw = kind.from_cell(_looked_up(action, reading.named(action.origin, at)), spec)
    stored = _cleaned(raw, spec, structure)
    if stored is None:
        raise Undone
    return stored


def _cleaned(raw: Any, spec: AttributeSpec, structure: Structure) -> Any:
    """None where it is empty. Raises ValueRefused."""
    kind = ATTRIBUTE_TYPES[spec.type]
    stored = kind.clean(raw, spec, structure=structure)
    return None if kind.is_empty(stored) else stored


def _calculated(action: Action, spec: AttributeSpec, at: Any, structure: Structure, before: Any) -> Any:
    formula = calculation(action.expression)
    amounts = {}
    try:
        for name in formula.names:
            term = calculating.term(name, structure)
            amount = term.amount(at.stored(term.spec))
            if amount is None:
                raise Undone(_("Nothing to calculate with: %s is empty.") % term.spec.label())
            amounts[name] = amount
        wanted = target(action, structure)
        number = formula.result(amounts, wanted, structure)
    except Miscalculated as error:
        raise Undone(str(error)) from None
    text = format(number, "f") if number.is_finite() else str(number)
    if spec.type == "measurement":
        return {"amount": text, "unit": wanted.unit[1]}  # type: ignore[index]
    if spec.type == "price":
        return {**(before or {}), action.currency: text}
    return text


def _copied(found: Made, spec: AttributeSpec) -> Any:
    if found.value is None:
        raise Undone
    kind = ATTRIBUTE_TYPES[spec.type]
    if found.spec is not None and found.spec.type == spec.type:
        return (
            kind.from_cell(kind.to_cell(found.stored, found.spec), spec)
            if spec.type != "richtext"
            else found.stored
        )
    if kind.is_text:
        return _as_text(found.text, spec, is_markup=found.spec is not None and found.spec.type == "richtext")
    return kind.from_cell(plain(found.text), spec)


def _as_text(text: str, spec: AttributeSpec, *, is_markup: bool) -> str:
    """Formatted text for an attribute that has it, and for others what one reads of it."""
    if spec.type == "richtext":
        return text if is_markup or "<" in text else f"<p>{escape(text)}</p>" if text else ""
    return plain(text)


def _looked_up(action: Action, found: Made) -> str:
    """By code, by label or by text, whatever their case; of several values the first that is in the table."""
    if found.value is None:
        raise Undone
    entries = {_folded(read): written for read, written in action.table}
    values = found.stored if isinstance(found.stored, list) else [found.stored]
    asked = [*(str(value) for value in values if isinstance(value, str)), found.text, *found.text.split(", ")]
    for text in asked:
        if (written := entries.get(_folded(plain(text)))) is not None:
            return written
    if not action.otherwise:
        raise Undone(
            _("'%s' is not in the table.") % plain(found.text)[:60],
            _("What it reads is not in the table: the preview says which words."),
        )
    return action.otherwise


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


__all__ = [
    "KINDS",
    "MOST",
    "SAME",
    "Action",
    "Kind",
    "Undone",
    "ValueRefused",
    "calculation",
    "made",
    "may_write",
    "placed",
    "target",
]
