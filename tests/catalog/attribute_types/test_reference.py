from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError

from catalog.attribute_types import ATTRIBUTE_TYPES, CONFLICT
from tests.catalog.attribute_types.refusals import clean, read, refusal
from tests.catalog.attribute_types.specs import attribute

REFERENCE = ATTRIBUTE_TYPES["reference"]
ONE = attribute("reference", entity="brand")
SEVERAL = attribute("reference", entity="brand", multiple=True, max_items=3)


def test_one_record_is_stored_as_a_list_of_one() -> None:
    assert clean(ONE, "tarn") == clean(ONE, ["tarn"]) == clean(ONE, [{"code": "tarn"}]) == ["tarn"]
    assert refusal(ONE, "tarn, holt") == (
        "too_many_items",
        "2 records are chosen, at most 1 are possible: remove some.",
    )


def test_several_keep_the_order_in_which_they_were_chosen() -> None:
    assert clean(SEVERAL, " holt , tarn,holt") == ["holt", "tarn"]
    assert read(SEVERAL, "holt;tarn", list_separator=";") == ["holt", "tarn"]
    assert refusal(SEVERAL, "a,b,c,d")[0] == "too_many_items"


def test_additions_of_two_people_meet() -> None:
    assert REFERENCE.merge(["a"], ["a", "b"], ["c", "a"], SEVERAL) == ["c", "a", "b"]
    assert REFERENCE.merge(["a", "b"], ["b"], ["a", "b", "c"], SEVERAL) == ["b", "c"]
    assert REFERENCE.merge(["a"], ["a", "b", "c"], ["a", "d"], SEVERAL) is CONFLICT  # four are one too many
    assert REFERENCE.merge(["a"], ["b"], ["c"], ONE) is CONFLICT


def test_what_is_no_code_is_refused() -> None:
    assert refusal(ONE, "no such|code")[0] == "unknown_record"
    assert refusal(ONE, [True]) == ("not_a_record", "A record's code is expected here, not bool.")


def test_its_entity_must_be_there() -> None:
    with pytest.raises(ValidationError, match="There is no reference entity 'brand'"):
        REFERENCE.check_params_in({"entity": "brand"}, SimpleNamespace(entities={}))
