"""What one cell of an OpenDocument spreadsheet says (OpenDocument 1.3 part 3, 19.385: office:value-type)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from contextlib import suppress

from catalog.importing.readers.base import NO_RESULT, cell_text
from catalog.importing.readers.shown import is_word, percent

_NAMES = "urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, TABLE, TEXT = f"{_NAMES}office:1.0 ", f"{_NAMES}table:1.0 ", f"{_NAMES}text:1.0 "
CALCEXT = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
_TYPE, _CALC_TYPE = OFFICE + "value-type", CALCEXT + "value-type"
_WHOLE = re.compile(r"-?\d{1,40}")
_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,]\d+)?S)?|(\d+):(\d\d):(\d\d)(?:[.,]\d+)?")
_WORD_AFTER = re.compile(r"[-+\u2212\d][\d.,'\s\u00a0\u202f]*?[\s\u00a0]*([^\W\d]\S*|[^\w\s.,])\s*\Z")
_WORD_BEFORE = re.compile(r"\s*([^\W\d]{1,4}|[^\w\s.,+-])[\s\u00a0]*[-+\d][\d.,'\s\u00a0\u202f]*\Z")


def cell_value(attributes: Mapping[str, str], displayed: str) -> str:
    """Its text by the conventions of `base`. `displayed` is what the paragraphs of the cell say."""
    kind = attributes.get(_TYPE)
    if attributes.get(_CALC_TYPE) == "error":
        return displayed or "#N/A"
    if kind == "float" or kind == "currency":
        number = _number(attributes.get(OFFICE + "value", ""))
        if kind == "currency" and (currency := attributes.get(OFFICE + "currency")):
            return f"{number} {currency}"
        return _as_shown(number, displayed) if displayed != number else number
    if kind == "percentage":
        return percent(_number(attributes.get(OFFICE + "value", "")))
    if kind == "date":
        return _date(attributes.get(OFFICE + "date-value", ""), displayed)
    if kind == "time":
        return _time(attributes.get(OFFICE + "time-value", ""), displayed)
    if kind == "boolean":
        return attributes.get(OFFICE + "boolean-value", displayed)
    if kind is None and not displayed and TABLE + "formula" in attributes:
        return NO_RESULT
    return attributes.get(OFFICE + "string-value") or displayed


def _number(written: str) -> str:
    if _WHOLE.fullmatch(written):
        return written
    with suppress(ValueError):
        return cell_text(float(written))
    return written


def _as_shown(number: str, displayed: str) -> str:
    """A code keeps its zeros and marks ("000-012"), an amount its unit ("5 kg"); digits grouped or rounded are noise."""
    if number.isdigit() and not any(mark in displayed for mark in ".,"):
        digits = "".join(character for character in displayed if character.isdigit())
        if len(digits) > len(number) and digits == number.zfill(len(digits)):
            return displayed
    word = _WORD_AFTER.match(displayed) or _WORD_BEFORE.match(displayed)
    return f"{number} {word.group(1)}" if word and is_word(word.group(1)) else number


def _date(written: str, displayed: str) -> str:
    try:
        moment = datetime.datetime.fromisoformat(written[:26].removesuffix("Z"))
    except ValueError:
        return displayed or written
    return cell_text(moment if moment.time() != datetime.time() else moment.date())


def _time(written: str, displayed: str) -> str:
    match = _DURATION.fullmatch(written)
    if match is None:
        return displayed or written
    hours, minutes, seconds = (
        int(part or 0) for part in (match.groups()[:3] if match[4] is None else match.groups()[3:])
    )
    return f"{hours:02}:{minutes:02}:{seconds:02}"
