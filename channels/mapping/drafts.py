"""A field of a channel as a person enters it: texts on their way to a FieldMapping, with what is wrong beside each.

Nothing here knows of requests: `read` takes posted names and texts, `of_row` a stored row, `checked` says what to store.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from channels.mapping.recognising import folded
from channels.mapping.template import TemplateField
from channels.models import FieldMapping
from channels.sheets import sources, transforms
from channels.sheets.transforms import TRANSFORMS
from channels.sheets.validate import clean_limits

KINDS = ("", "attribute", "template", "fixed", "category")
COUNTS = ("max_length", "min_length", "max_items")
LIMITS = (*COUNTS, "min", "max", "pattern", "allowed")
WORDS_BY_LINE = 60  # options: more are written as lines


@dataclass
class Step:
    name: str
    given: dict[str, str] = field(default_factory=dict)


@dataclass
class Draft:
    """`kind`: "" is not sent; `words`: our option → theirs, None where they go as they are; `seen`: the template's present
    word on it is known to the manager."""

    target: str
    pk: int = 0
    family: str = ""
    kind: str = ""
    text: str = ""
    localized: bool = False
    required: bool = False
    limits: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    words: dict[str, str] | None = None
    seen: bool = False
    errors: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def attribute(self, structure: Structure) -> AttributeSpec | None:
        """Of a source that is one attribute and nothing else."""
        found, part = (
            sources.find(named(self.text, structure), structure) if self.kind == "attribute" else (None, "")
        )
        return None if part else found


def of_row(row: FieldMapping, structure: Structure) -> Draft:
    source = row.source or {}
    kind = next((kind for kind in KINDS[1:] if kind in source), "")
    text = "" if kind == "category" else str(source.get(kind, ""))
    return Draft(
        row.target, row.pk, row.family.code if row.family else "", kind, called(text, structure) if kind == "attribute" else text,
        row.localized, row.required, _limits_shown(row.limits), _steps_shown(row.transforms),
        {code: str(word) for code, word in row.value_list.items()} if row.value_list else None,
    )  # fmt: skip


def of_template(entry: TemplateField) -> Draft:
    """Of a field that is not sent: its limits stand ready."""
    draft = Draft(entry.target, localized=entry.localized)
    take(draft, entry)
    draft.seen = False
    return draft


def take(draft: Draft, entry: TemplateField) -> None:
    """The template's word over ours; source, languages and value list stay."""
    draft.required, draft.seen = entry.is_required, True
    draft.limits, draft.steps = _limits_shown(entry.limits), _steps_shown(entry.transforms)


def read(data: Mapping[str, str], prefix: str) -> Draft:
    """From posted names: {prefix}target, {prefix}s0-name, {prefix}s0-length, {prefix}w-red …"""

    def text(name: str) -> str:
        return str(data.get(prefix + name, "")).strip()

    steps = []
    for number in range(100):
        name = text(f"s{number}-name")
        if not name:
            break
        if name in TRANSFORMS and not text(f"s{number}-drop"):
            given = {
                param: str(data.get(f"{prefix}s{number}-{param}", "")) for param in TRANSFORMS[name].params
            }
            order = text(f"s{number}-order")
            steps.append((int(order) if order.isdecimal() else number + 1, number, Step(name, given)))
    kind, pk = text("kind"), text("pk")
    return Draft(
        text("target"), int(pk) if pk.isdecimal() else 0, text("family"), kind if kind in KINDS else "", text("text"), bool(text("localized")),
        bool(text("required")), {name: limit for name in LIMITS if (limit := text(name))}, [step for *_order, step in sorted(steps, key=lambda each: each[:2])],
        _words(data, prefix) if text("words") else None, bool(text("seen")),
    )  # fmt: skip


def _words(data: Mapping[str, str], prefix: str) -> dict[str, str]:
    begin = prefix + "w-"
    found = {name.removeprefix(begin): str(data[name]).strip() for name in data if name.startswith(begin)}
    for line in str(data.get(prefix + "lines", "")).splitlines():
        code, _mark, word = line.partition("=")
        found[code.strip()] = word.strip()
    return {code: word for code, word in found.items() if code and word}


def checked(draft: Draft, structure: Structure) -> dict[str, Any]:
    """The columns of FieldMapping; what is wrong goes to `draft.errors` by the name of its input."""
    values = {
        "target": draft.target, "localized": draft.localized, "required": draft.required, "source": _source(draft, structure),
        "transforms": _transforms(draft), "limits": _limits(draft), "value_list": _kept_words(draft, structure),
    }  # fmt: skip
    if not draft.target or len(draft.target) > 100:
        draft.errors["target"].append(_("Give the channel's field a name of at most 100 characters."))
    if draft.family and draft.family.casefold() not in structure.family_by_code:
        draft.errors["family"].append(_("There is no family '%s' any more: take it out.") % draft.family)
    return values


def _kept_words(draft: Draft, structure: Structure) -> dict[str, str]:
    """Those of what it is made from now: who made it from something else before gave other words."""
    if draft.kind == "category":
        known: Any = frozenset(category.code for category in structure.categories.values())
    elif (spec := draft.attribute(structure)) is not None and spec.options:
        known = spec.options
    else:
        return draft.words or {}
    return {code: word for code, word in (draft.words or {}).items() if code in known}


def _source(draft: Draft, structure: Structure) -> dict[str, Any]:
    if draft.kind == "category":
        return {"category": True}
    if not draft.text:
        draft.errors["text"].append(_("Say what it is made from, or choose that it is not sent."))
        return {}
    given = named(draft.text, structure) if draft.kind == "attribute" else draft.text
    if draft.kind == "fixed":
        return {"fixed": given}
    try:
        return sources.clean({draft.kind: given}, structure)
    except ValidationError as error:
        draft.errors["text"] += error.messages
        return {}


def _transforms(draft: Draft) -> list[dict[str, Any]]:
    made = []
    for number, step in enumerate(draft.steps):
        known = TRANSFORMS[step.name]
        written: dict[str, Any] = {"name": step.name}
        for param, kind in known.params.items():
            given = step.given.get(param, "")
            if kind is bool:
                written |= {param: True} if given else {}
            elif given == "" and (param in known.optional or kind is not str):
                if param not in known.optional:
                    draft.errors[f"s{number}-{param}"].append(_("Fill this in."))
            elif kind is int:
                if given.strip().isdecimal():
                    written[param] = int(given)
                else:
                    draft.errors[f"s{number}-{param}"].append(_("Write a whole number."))
            else:
                written[param] = given
        if not any(name.startswith(f"s{number}-") for name in draft.errors):
            try:
                made += transforms.clean([written])
            except ValidationError as error:
                draft.errors[f"s{number}-name"] += error.messages
    return made


def _limits(draft: Draft) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    for name, text in draft.limits.items():
        if name == "allowed":
            limits[name] = [word for part in text.split(",") if (word := part.strip())]
        elif name in COUNTS:
            if text.isdecimal():
                limits[name] = int(text)
            else:
                draft.errors[name].append(_("Write a whole number."))
        elif name in ("min", "max") and not _is_number(text):
            draft.errors[name].append(_("Write a number, as 2.5."))
        else:
            limits[name] = text
    try:
        return clean_limits(limits)
    except ValidationError as error:
        draft.errors["pattern" if "pattern" in limits else "limits"] += error.messages
        return {}


def _is_number(text: str) -> bool:
    try:
        return float(text) == float(text)
    except ValueError:
        return False


def called(code: str, structure: Structure) -> str:
    """ "Colour (color)": an attribute as the picker offers it; a part of one as it is."""
    spec, part = sources.find(code, structure)
    return f"{spec.label()} ({code})" if spec is not None and not part else code


def named(text: str, structure: Structure) -> str:
    """The code a person means: the code itself, "Colour (color)", or a label that only one attribute has."""
    given = text.strip()
    if sources.find(given, structure)[0] is not None:
        return given
    inner = given.rpartition("(")[2].removesuffix(")").strip() if given.endswith(")") else ""
    if inner and sources.find(inner, structure)[0] is not None:
        return inner
    labelled = [
        spec.code
        for spec in structure.attributes.values()
        if folded(given) in {folded(label) for label in spec.labels.values()}
    ]
    return labelled[0] if len(labelled) == 1 else given


def _limits_shown(limits: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: ", ".join(map(str, given)) if isinstance(given, list) else str(given)
        for name, given in (limits or {}).items()
    }


def _steps_shown(steps: Any) -> list[Step]:
    return [
        Step(
            str(step["name"]),
            {
                key: ("on" if given is True else "" if given is False else str(given))
                for key, given in step.items()
                if key != "name"
            },
        )
        for step in steps or ()
        if step.get("name") in TRANSFORMS
    ]
