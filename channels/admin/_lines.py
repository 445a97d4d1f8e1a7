"""Small settings as people write them: one `name = value` per line, instead of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from catalog.structure.snapshot import Structure
from channels.sheets import sources, transforms
from channels.sheets.validate import clean_limits


class LinesField(forms.CharField):
    """A text area whose cleaned value is what `parse` makes of its lines; `show` is the way back."""

    def __init__(self, **options: Any) -> None:
        rows = options.pop("rows", 2)
        super().__init__(
            required=False,
            widget=UnfoldAdminTextareaWidget(attrs={"rows": rows, "spellcheck": "false"}),
            **options,
        )

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else self.show(value)

    def to_python(self, value: Any) -> Any:
        return self.parse([line.strip() for line in (value or "").splitlines() if line.strip()])

    def has_changed(self, initial: Any, data: Any) -> bool:
        """By what it means: a database may give the parts back in another order."""
        try:
            return bool(self.to_python(data) != (initial or self.parse([])))
        except ValidationError:
            return True

    def validate(self, value: Any) -> None:
        """Done by `parse`."""

    def run_validators(self, value: Any) -> None:
        """Done by `parse`."""

    def parse(self, lines: Sequence[str]) -> Any:
        raise NotImplementedError

    def show(self, value: Any) -> str:
        raise NotImplementedError


class ValueListField(LinesField):
    """{"red": "RED-01"} as "red = RED-01"."""

    def parse(self, lines: Sequence[str]) -> dict[str, Any]:
        return dict(_pair(line) for line in lines)

    def show(self, value: Mapping[str, Any] | None) -> str:
        return "\n".join(f"{code} = {word}" for code, word in (value or {}).items())


class LimitsField(LinesField):
    """{"max_length": 75} as "max_length = 75"; "allowed = red, green" is a list."""

    def parse(self, lines: Sequence[str]) -> dict[str, Any]:
        limits: dict[str, Any] = {}
        for line in lines:
            name, text = _pair(line)
            if name == "allowed":
                limits[name] = [word.strip() for word in text.split(",") if word.strip()]
            elif name in ("pattern", "min", "max"):
                limits[name] = text
            else:
                limits[name] = int(text) if text.isdigit() else text
        return clean_limits(limits)

    def show(self, value: Mapping[str, Any] | None) -> str:
        return "\n".join(
            f"{name} = {', '.join(word) if isinstance(word, list) else word}"
            for name, word in (value or {}).items()
        )


class TransformsField(LinesField):
    """[{"name": "truncate", "length": 75}] as "truncate length=75"; values as in JSON, bare words are texts."""

    def parse(self, lines: Sequence[str]) -> list[dict[str, Any]]:
        return transforms.clean([_step(line) for line in lines])

    def show(self, value: Sequence[Mapping[str, Any]] | None) -> str:
        lines = []
        for step in value or ():
            given = " ".join(
                f"{key}={json.dumps(word, ensure_ascii=False)}" for key, word in step.items() if key != "name"
            )
            lines.append(f"{step['name']} {given}".strip())
        return "\n".join(lines)


class SourceField(forms.CharField):
    """ "name" an attribute, "{brand} {name}" a template, "=new" fixed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=UnfoldAdminTextInputWidget(attrs={"spellcheck": "false"}), **options)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        if "fixed" in value:
            return f"={value['fixed']}"
        return value.get("template") or value.get("attribute") or ""

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return {}
        if text.startswith("="):
            return {"fixed": text[1:].strip()}
        return sources.clean({"template": text} if "{" in text else {"attribute": text}, Structure.current())

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (self.prepare_value(initial) or "") != str(data or "").strip()

    def run_validators(self, value: Any) -> None:
        """Done by `to_python`."""


def _pair(line: str) -> tuple[str, str]:
    name, mark, value = line.partition("=")
    if not mark or not name.strip() or not value.strip():
        raise ValidationError(_("'%s': write name = value.") % line)
    return name.strip(), value.strip()


def _step(line: str) -> dict[str, Any]:
    name, _blank, rest = line.partition(" ")
    step: dict[str, Any] = {"name": name}
    decoder = json.JSONDecoder()
    rest = rest.strip()
    while rest:
        key, mark, rest = rest.partition("=")
        if not mark:
            raise ValidationError(_("'%s': write name=value after the transform.") % line)
        try:
            value, end = decoder.raw_decode(rest)
            rest = rest[end:].strip()
        except ValueError:
            value, _blank, rest = rest.partition(" ")
            rest = rest.strip()
        step[key.strip()] = value
    return step
