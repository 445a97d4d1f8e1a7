"""What a spreadsheet shows where a formula failed: no value, least of all a text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from catalog.attribute_types import ValueRefused

# What spreadsheets show instead of a result (ECMA-376 part 1, 18.18.11; OpenFormula 5.12; "Err:502" of LibreOffice).
_NO_RESULT = re.compile(
    r"\s*(#(N/A|NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|CALC!|SPILL!|GETTING_DATA)|Err:\d{3})\s*\Z"
)
_STARTS = frozenset("#E \t\n")


def of_results(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """Reads what is a result, and refuses what is none."""

    def checked(text: str) -> Any:
        check_result(text)
        return read(text)

    return checked


def check_result(text: str) -> None:
    """Raises ValueRefused."""
    if text[:1] in _STARTS and _NO_RESULT.match(text):
        raise ValueRefused("no_result", no_result(text))


def no_result(text: str) -> str:
    return _(
        "The spreadsheet shows %(text)s here, as it could not calculate the cell: write the value itself, or open"
        " the file in a spreadsheet program and save it again."
    ) % {"text": text.strip()}
