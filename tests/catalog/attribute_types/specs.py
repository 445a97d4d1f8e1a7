"""Attributes to try the types on, made without a database."""

from types import SimpleNamespace
from typing import Any

from catalog.attribute_types import ATTRIBUTE_TYPES, AttributeType
from catalog.measures import BUILT_IN
from catalog.structure.specs import AttributeSpec, OptionSpec

STRUCTURE: Any = SimpleNamespace(currencies=("EUR", "USD"), measures=BUILT_IN)
COLOURS = {
    "red": {"en_US": "Red", "de_DE": "Rot"},
    "navy": {"en_US": "Navy blue", "de_DE": "Marineblau"},
    "white": {"en_US": "White, off", "de_DE": "Weiß"},
    "sand": {"en_US": "Natural"},
    "ecru": {"en_US": "Natural"},
}


def attribute(kind: AttributeType | str, /, *, code: str = "thing", **params: Any) -> AttributeSpec:
    """An attribute of the type with these parameters; select types get five colours as options."""
    if isinstance(kind, str):
        kind = ATTRIBUTE_TYPES[kind]
    options = {key: OptionSpec(key, labels, rank) for rank, (key, labels) in enumerate(COLOURS.items())}
    return AttributeSpec(
        id=1,
        code=code,
        type=kind.code,
        labels={"en_US": "Thing", "de_DE": "Ding"},
        params=kind.clean_params(params),
        options=options if kind.has_options else {},
    )
