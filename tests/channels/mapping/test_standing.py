"""A manager's adjustment, and news of the template, are told apart by what the template said when it was taken over."""

from __future__ import annotations

from typing import Any

import pytest

from channels.mapping.standing import standing
from channels.mapping.template import TemplateField

OLD = TemplateField("title", "Title", "", level="required", limits={"max_length": 200})
NEW = TemplateField("title", "Title", "", level="required", limits={"max_length": 75})
AS_OLD, ADJUSTED = OLD.facts(), {**OLD.facts(), "limits": {"max_length": 60}}


@pytest.mark.parametrize(
    ("field", "row", "taken", "kind"),
    [
        (OLD, AS_OLD, {"title": AS_OLD}, "same"),
        (OLD, ADJUSTED, {"title": AS_OLD}, "adjusted"),
        (NEW, AS_OLD, {"title": AS_OLD}, "changed"),
        (NEW, ADJUSTED, {"title": AS_OLD}, "changed"),
        (NEW, ADJUSTED, {"title": NEW.facts()}, "adjusted"),
        (NEW, NEW.facts(), {"title": AS_OLD}, "same"),
        (NEW, ADJUSTED, {}, "differs"),
        (NEW, None, {"title": AS_OLD}, "same"),
        (NEW, None, {"other": AS_OLD}, "new"),
        (NEW, None, {}, "same"),
    ],
)
def test_what_stands_where(field: TemplateField, row: Any, taken: Any, kind: str) -> None:
    assert standing(field, row, taken).kind == kind


def test_the_difference_is_told_by_its_parts() -> None:
    assert standing(NEW, AS_OLD, {"title": AS_OLD}).lines == (("Limits", "max_length 200", "max_length 75"),)
