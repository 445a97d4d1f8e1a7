"""A combined filter while somebody builds it: as the form posts it, and as its rows show it. Conditions may be half said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from enrichment.workbench.filtering.combined import Subjects
from enrichment.workbench.filtering.grammar import DEEPEST, MOST, Condition, Group
from enrichment.workbench.filtering.subjects import Subject


@dataclass(slots=True)
class Input:
    label: str
    html: SafeString


@dataclass(slots=True)
class Row:
    """A condition. `path`: where it stands ("-0-2"), by which its inputs are named."""

    path: str
    name: str
    subject: Subject | None
    operator: str = ""
    words: tuple[str, ...] | None = ()
    raw: dict[str, Any] = field(default_factory=dict)  # what the inputs show, where it could not be read
    errors: list[str] = field(default_factory=list)

    is_group = False

    @property
    def number(self) -> str:
        return ".".join(str(int(part) + 1) for part in self.path.split("-") if part)

    @property
    def operators(self) -> Sequence[tuple[str, Any]]:
        return list(self.subject.operators.items()) if self.subject else []

    def inputs(self) -> list[Input]:
        if self.subject is None:
            return []
        shown = self.raw or self.subject.initial(self.operator, self.words or ())
        made = []
        for place, each in self.subject.fields(self.operator).items():
            name = f"v{self.path}{place}"
            label = str(each.label or _("values"))
            spoken = _("Condition %(number)s: %(label)s") % {"number": self.number, "label": label}
            html = each.widget.render(name, shown.get(place, ""), {"id": name, "aria-label": spoken})
            made.append(Input(label if place else "", html))
        return made


@dataclass(slots=True)
class Box:
    """A group. `depth`: 1 for the whole."""

    path: str
    join: str
    depth: int
    parts: list[Row | Box] = field(default_factory=list)

    is_group = True

    @property
    def may_nest(self) -> bool:
        return self.depth < DEEPEST

    def rows(self) -> list[Row]:
        return [row for part in self.parts for row in (part.rows() if isinstance(part, Box) else [part])]


def of_group(group: Group, subjects: Subjects) -> Box:
    return _box(group, "", 1, subjects)


def _box(group: Group, path: str, depth: int, subjects: Subjects) -> Box:
    box = Box(path, group.join, depth)
    for place, part in enumerate(group.parts):
        here = f"{path}-{place}"
        if isinstance(part, Group):
            box.parts.append(_box(part, here, depth + 1, subjects))
        else:
            subject = subjects.find(part.subject)
            operator = part.operator if subject and part.operator in subject.operators else ""
            box.parts.append(Row(here, part.subject, subject, operator, part.words))
    return box


def read(data: QueryDict, subjects: Subjects) -> Box:
    """The form as it was posted: `node` names its parts in order ("g", "c-0", "g-1", "c-1-0")."""
    root = Box("", _join(data, ""), 1)
    boxes = {"": root}
    for node in data.getlist("node")[: 4 * MOST]:
        kind, path = node[:1], node[1:]
        above = boxes.get(path.rpartition("-")[0])
        if not path or above is None:
            continue
        if kind == "g" and above.may_nest:
            boxes[path] = Box(path, _join(data, path), above.depth + 1)
            above.parts.append(boxes[path])
        elif kind == "c":
            above.parts.append(_row(data, path, subjects))
    return root


def _join(data: QueryDict, path: str) -> str:
    join = data.get(f"join{path}", "and")
    return join if join in ("and", "or", "none") else "and"


def _row(data: QueryDict, path: str, subjects: Subjects) -> Row:
    name, operator = data.get(f"is{path}", ""), data.get(f"op{path}", "")
    subject = subjects.find(name) if name else None
    if subject is None:
        return Row(path, name, None)
    same = data.get(f"was{path}") == f"{name}:{operator}"
    if operator not in subject.operators:
        operator = next(iter(subject.operators))
    row = Row(path, name, subject, operator)
    if not same and data.get(f"was{path}", "").partition(":")[0] != name:
        row.words = None if subject.fields(operator) else ()
        return row
    raw, cleaned = {}, {}
    for place, each in subject.fields(operator).items():
        raw[place] = each.widget.value_from_datadict(data, {}, f"v{path}{place}")
        try:
            cleaned[place] = each.clean(raw[place])
        except forms.ValidationError as error:
            row.errors += error.messages
    if row.errors:
        row.raw, row.words = raw, None
    else:
        row.words = subject.read(operator, cleaned)
        row.raw = raw if row.words is None else {}
    return row


def group_of(box: Box) -> Group:
    """What it says so far: half a condition is none."""
    parts: list[Condition | Group] = []
    for part in box.parts:
        if isinstance(part, Box):
            inner = group_of(part)
            if inner.parts:
                parts.append(inner)
        elif part.subject is not None and part.words is not None:
            parts.append(Condition(part.name, part.operator, part.words))
    return Group(box.join, tuple(parts))


def done(box: Box, verb: str, path: str) -> tuple[Box, str]:
    """(after "add", "nest" or "drop" at a path, the id that gets the focus). Paths are given anew."""
    target = _find(box, path)
    if verb == "drop" and path:
        above = _find(box, path.rpartition("-")[0])
        if isinstance(above, Box):
            above.parts = [part for part in above.parts if part.path != path]
            focus = f"add{above.path}"
            return box, focus
    if isinstance(target, Box) and len(box.rows()) < MOST:
        place = f"{path}-{len(target.parts)}"
        if verb == "nest" and target.may_nest:
            inner = Box(place, "or" if target.join == "and" else "and", target.depth + 1)
            inner.parts.append(Row(f"{place}-0", "", None))
            target.parts.append(inner)
            return box, f"is{place}-0"
        if verb == "add":
            target.parts.append(Row(place, "", None))
            return box, f"is{place}"
    return box, ""


def renamed(box: Box, path: str = "") -> Box:
    """With paths by place, after something was taken away."""
    box.path = path
    for place, part in enumerate(box.parts):
        if isinstance(part, Box):
            renamed(part, f"{path}-{place}")
        else:
            part.path = f"{path}-{place}"
    return box


def _find(box: Box, path: str) -> Row | Box | None:
    if box.path == path:
        return box
    for part in box.parts:
        if part.path == path:
            return part
        if isinstance(part, Box) and path.startswith(f"{part.path}-"):
            return _find(part, path)
    return None
