"""Every attribute type keeps the contract of contract.py, and every file is one type."""

from pathlib import Path

import pytest

import catalog.attribute_types
from catalog.attribute_types import ATTRIBUTE_TYPES
from tests.catalog.attribute_types import contract


def test_each_file_is_one_registered_type() -> None:
    folder = Path(catalog.attribute_types.__file__).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__", "base"}
    assert files == set(ATTRIBUTE_TYPES)
    assert {ATTRIBUTE_TYPES[code].code for code in ATTRIBUTE_TYPES} == set(ATTRIBUTE_TYPES)


@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("code", list(ATTRIBUTE_TYPES))
def test_every_type_keeps_the_contract(code, check) -> None:
    check(ATTRIBUTE_TYPES[code])
