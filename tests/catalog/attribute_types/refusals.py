"""How the type tests say that a raw value is refused."""

from typing import Any

import pytest

from catalog.attribute_types import ATTRIBUTE_TYPES, CellOptions, ValueRefused
from tests.catalog.attribute_types.specs import STRUCTURE


def clean(spec: Any, raw: Any) -> Any:
    return ATTRIBUTE_TYPES[spec.type].clean(raw, spec, structure=STRUCTURE)


def read(spec: Any, cell: str, **options: Any) -> Any:
    return ATTRIBUTE_TYPES[spec.type].cleaner(spec, CellOptions(**options), structure=STRUCTURE)(cell)


def refusal(spec: Any, raw: Any) -> tuple[str, str]:
    with pytest.raises(ValueRefused) as refused:
        clean(spec, raw)
    return refused.value.code, refused.value.message


def refused_cell(spec: Any, cell: str, **options: Any) -> tuple[str, str]:
    with pytest.raises(ValueRefused) as refused:
        read(spec, cell, **options)
    return refused.value.code, refused.value.message
