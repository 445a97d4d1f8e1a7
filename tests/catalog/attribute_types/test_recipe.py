"""The example of docs/adding-an-attribute-type.md keeps what it promises."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from catalog.attribute_types import ATTRIBUTE_TYPES
from tests.catalog.attribute_types import contract, refusals
from tests.catalog.attribute_types.specs import attribute

RECIPE = Path(__file__).parents[3] / "docs" / "adding-an-attribute-type.md"


def blocks() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", RECIPE.read_text("utf-8"), re.DOTALL | re.MULTILINE)


@pytest.fixture
def email(monkeypatch):
    kind, strategy, _tests = blocks()
    monkeypatch.setattr(contract, "RAW", dict(contract.RAW))
    with ATTRIBUTE_TYPES.temporarily():
        exec(compile(kind, str(RECIPE), "exec"), {"__name__": "recipe"})
        exec(strategy, {"RAW": contract.RAW, "st": st})
        yield ATTRIBUTE_TYPES["email"]


@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
def test_the_example_keeps_the_contract(email, check) -> None:
    check(email)


def test_the_tests_of_the_example_pass(email) -> None:
    names: dict[str, Any] = {"clean": refusals.clean, "refusal": refusals.refusal, "attribute": attribute}
    exec(blocks()[2], names)
    tests = [name for name in names if name.startswith("test_")]
    assert len(tests) == 2
    for name in tests:
        names[name]()


def test_the_example_leaves_no_trace() -> None:
    assert "email" not in ATTRIBUTE_TYPES
