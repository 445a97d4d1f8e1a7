"""Number cells of a workbook: they come with a point, whatever decimals its texts ("21,5 cm") are written with."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from catalog.attribute_types import AttributeType, CellOptions
from catalog.importing.readers.shown import is_word

FORMATS = frozenset({"xlsx", "xls", "ods"})
# As the readers write a number (no zero at its end), with what its format shows beside it.
_NUMBER = re.compile(r"-?\d+\.\d*[1-9](?:%| (?P<word>\S+))?", re.ASCII)
_OR_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}\.\d{3}(?!\d)", re.ASCII)


def is_number(text: str) -> bool:
    """Whether a number cell comes so. A text that does means the same; "1.234" may not, and is left to be asked for."""
    found = _NUMBER.fullmatch(text)
    if found is None or _OR_THOUSANDS.match(text):
        return False
    return found["word"] is None or is_word(found["word"])


def in_mark_of_texts(text: str, options: CellOptions) -> str:
    """A number cell as the file's texts write numbers; any other text as it is."""
    return text.replace(".", options.decimal, 1) if options.typed and is_number(text.strip()) else text


def of_numbers(read: Callable[[str], Any], kind: AttributeType, options: CellOptions) -> Callable[[str], Any]:
    """Reads number cells too, where the column holds amounts."""
    if options.decimal == "." or not options.typed or kind.filter_kind != "number":
        return read
    return lambda text: read(in_mark_of_texts(text, options))
