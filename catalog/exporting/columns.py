"""Which columns a file of products has: the importer's own headers, so that it needs no profile to read them again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.utils.translation import gettext as _

from catalog.access import Rights
from catalog.exporting import xliff
from catalog.importing import targets
from catalog.importing.targets import Target
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec

FORMATS = ("csv", "xlsx", "xliff")
ALWAYS = ("sku", "_rev")  # by the one a row is found again, by the other it is known what it was based on
FIELDS = ("sku", "family", "family_variant", "parent", "categories", "status", "enabled", "_rev")


class ChoiceRefused(ValueError):
    """A choice that names what there is not; the text says what."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What of the products is exported; None is all of it. Owner of the jobs' `choice`.

    `columns`: names of fields ("family"), codes of attributes ("name", with all its columns) or single headers
    ("name-de_DE"). `contexts`: "" is master. `empty_columns`: also columns without any value, to be filled in.
    `as_listed`: in the order of `columns`. `labels`: a locale in which people read names instead of codes; such a file has no
    revision, and is not for importing again. "": codes. `translate`: of an XLIFF, from which locale into which; `gaps_only`:
    without what is translated and up to date.
    """

    format: str = "csv"
    columns: tuple[str, ...] | None = None
    locales: tuple[str, ...] | None = None
    contexts: tuple[str, ...] | None = None
    empty_columns: bool = False
    as_listed: bool = False
    labels: str = ""
    translate: tuple[str, ...] = ()
    gaps_only: bool = False

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Choice:
        """Raises ChoiceRefused for unknown keys and formats."""
        if unknown := sorted(set(data) - {field.name for field in fields(cls)}):
            raise ChoiceRefused(_("Unknown part of an export: %(names)s.") % {"names": ", ".join(unknown)})
        known: dict[str, Any] = {
            name: tuple(part) if isinstance(part, list) else part for name, part in data.items()
        }
        choice = cls(**known)
        if choice.format not in FORMATS:
            raise ChoiceRefused(_("A file is one of: %(known)s.") % {"known": ", ".join(FORMATS)})
        return choice

    def as_json(self) -> dict[str, Any]:
        """Only what differs from the default."""
        return {
            field.name: list(part) if isinstance(part, tuple) else part
            for field in fields(self)
            if (part := getattr(self, field.name)) != field.default
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """The columns of one file. `unspoken`: attributes whose header would be read as something else, left out."""

    targets: tuple[Target, ...]
    unspoken: tuple[str, ...]

    @property
    def headers(self) -> list[str]:
        return [str(target) for target in self.targets]


def plan(choice: Choice, structure: Structure, rights: Rights | None) -> Plan:
    """The columns of the choice that this person may see (None: all), fields first, attributes in their order.

    Raises ChoiceRefused for a column, locale or context that does not exist; one that may not be seen is left out.
    """
    wanted = None if choice.columns is None else {name.casefold() for name in choice.columns}
    chosen = [Target(field=name) for name in FIELDS if name in ALWAYS or wanted is None or name in wanted]
    unspoken: list[str] = []
    named = set(ALWAYS) | set(FIELDS)
    if (choice.format == "xliff") != (len(set(choice.translate)) == 2):
        raise ChoiceRefused(_("Choose two languages: the one that is read, and the one that is written."))
    _check(choice.translate, structure.locales, _("There is no locale %(names)s."))
    for spec in structure.attributes.values():
        named.add(spec.code.casefold())
        for target in _of_attribute(spec, structure):
            header = str(target)
            named.add(header.casefold())
            if wanted is not None and spec.code.casefold() not in wanted and header.casefold() not in wanted:
                continue
            if choice.locales is not None and target.locale and target.locale not in choice.locales:
                continue
            if choice.contexts is not None and target.context not in choice.contexts:
                continue
            if rights is not None and not rights.may_view_key(spec, target.locale, target.context):
                continue
            if targets.parse_header(header, structure) != target:
                unspoken.append(header)
                continue
            chosen.append(target)
    _check(wanted, named, _("There is no column %(names)s."))
    _check(choice.locales, structure.locales, _("There is no locale %(names)s."))
    _check(choice.contexts, {"", *structure.contexts}, _("There is no audience or channel %(names)s."))
    _check([choice.labels] if choice.labels else None, structure.locales, _("There is no locale %(names)s."))
    if choice.translate:
        texts = (target for target in chosen if xliff.is_translatable(target, structure))
        pair = [target for target in texts if target.locale in choice.translate]
        chosen = [target for target in chosen if target.field in ALWAYS] + pair
    if choice.labels:
        chosen = [target for target in chosen if target.field != "_rev"]
    if choice.as_listed and choice.columns is not None:
        order = {name.casefold(): place for place, name in reversed(list(enumerate(choice.columns)))}
        chosen.sort(key=lambda target: _place(target, order))
    return Plan(tuple(chosen), tuple(unspoken))


def _place(target: Target, order: Mapping[str, int]) -> int:
    """By which a product is found comes first, its revision last."""
    if target.field in ALWAYS:
        return -1 if target.field == "sku" else len(order) + 1
    named = (str(target).casefold(), (target.field or target.attribute).casefold())
    return min((order[name] for name in named if name in order), default=len(order))


def headings(chosen: Sequence[Target], choice: Choice, structure: Structure) -> list[str]:
    """The first row: what the importer reads, or with labels what people do."""
    return [
        str(target) if not choice.labels else _heading(target, choice.labels, structure) for target in chosen
    ]


def _heading(target: Target, locale: str, structure: Structure) -> str:
    if target.field:
        return str(targets.FIELD_LABELS[target.field])
    known = structure.contexts.get(target.context)
    where = [target.locale, known.label(locale) if known else "", target.part]
    place = ", ".join(part for part in where if part)
    label = structure.attributes[target.attribute].label(locale)
    return f"{label} ({place})" if place else label


def _of_attribute(spec: AttributeSpec, structure: Structure) -> Iterator[Target]:
    """Every column the importer would take for this attribute."""
    parts = targets.columns_of(spec, structure)
    locales = (
        [code for code, known in structure.locales.items() if known.is_active] if spec.localizable else [""]
    )
    for context in ["", *structure.contexts] if spec.scopable else [""]:
        for locale in locales:
            for part in parts:
                target = Target("", spec.code, locale, context, part)
                if not targets.check(target, structure):
                    yield target


def _check(given: Any, known: Any, sentence: str) -> None:
    if unknown := sorted(name for name in given or () if name not in known):
        raise ChoiceRefused(sentence % {"names": ", ".join(repr(name) for name in unknown)})
