"""Reads the JSON beside it. A triple ["Tent", "Zelt", "Tente"] is a text in LOCALES order."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

LOCALES = ("en_US", "de_DE", "fr_FR")

# The order of the families in menus and of the products in the range.
FAMILIES = (
    "tents", "backpacks", "chairs", "lamps", "blankets", "jackets", "boots", "bottles", "mugs", "pans", "knives",
)  # fmt: skip


@cache
def read(name: str) -> Any:
    return json.loads(files("pim.demo.catalogue").joinpath(f"{name}.json").read_text(encoding="utf-8"))


def family(code: str) -> Mapping[str, Any]:
    return read(f"families/{code}")


def by_locale(triple: Sequence[str]) -> dict[str, str]:
    return dict(zip(LOCALES, triple, strict=True))


def option_label(attribute: str, option: str, locale: str) -> str:
    return by_locale(read("options")[attribute][option])[locale]
