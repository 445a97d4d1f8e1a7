import pytest

from catalog.attribute_types import ATTRIBUTE_TYPES
from tests.catalog.attribute_types.refusals import clean, read, refusal
from tests.catalog.attribute_types.specs import attribute

BOOLEAN = ATTRIBUTE_TYPES["boolean"]
SPEC = attribute("boolean", code="washable")


@pytest.mark.parametrize("cell", ["true", "TRUE", "1", "yes", "Ja", "x", "oui"])
def test_yes_is_understood_as_files_write_it(cell) -> None:
    assert read(SPEC, cell) is True


@pytest.mark.parametrize("cell", ["false", "0", "No", "nein", "non"])
def test_no_is_understood_as_files_write_it(cell) -> None:
    assert read(SPEC, cell) is False


def test_anything_else_is_refused() -> None:
    assert refusal(SPEC, "maybe") == (
        "not_boolean",
        "'maybe' is neither yes nor no: write true or false, 1 or 0.",
    )
    assert refusal(SPEC, 2)[0] == "not_boolean"


def test_no_is_a_value_and_unsaid_is_not() -> None:
    assert clean(SPEC, False) is False
    assert not BOOLEAN.is_empty(False)
    assert BOOLEAN.is_empty(None)
    assert not BOOLEAN.equal(False, None, SPEC)


def test_both_answers_are_found_by_their_token() -> None:
    assert list(BOOLEAN.tokens(True, SPEC)) == ["washable=true"]
    assert list(BOOLEAN.tokens(False, SPEC)) == ["washable=false"]
    assert BOOLEAN.filter_tokens(SPEC, "false") == ["washable=false"]
    assert BOOLEAN.filter_tokens(SPEC, "other") == []
