"""JSON values one after the other from a file of any length, and an object as texts by path."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any

from catalog.importing.readers.base import FileRefused

CHUNK = 256 * 1024
MAX_VALUE = 16_000_000  # characters of one object; far above any product
LIST_SEPARATOR = ","
_SPACE = " \t\r\n\ufeff"
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")  # as it is written; alone it is no character


class _Number(str):
    """A number as it is written, without an exponent."""

    __slots__ = ()


def _plain(written: str) -> _Number:
    if "e" not in written and "E" not in written:
        return _Number(written)
    try:
        number = Decimal(written)
    except ArithmeticError:  # an exponent of twenty digits
        return _Number(written)
    return _Number(f"{number:f}" if abs(number.adjusted()) < 40 else written)


_DECODER = json.JSONDecoder(
    parse_float=_plain, parse_int=_Number, parse_constant=lambda _name: "", strict=False
)


def _whole(value: Any) -> Any:
    """With the sign for an unreadable character where a program cut an emoji in half."""
    if isinstance(value, _Number) or not isinstance(value, str | dict | list):
        return value
    if isinstance(value, dict):
        return {_whole(key): _whole(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_whole(each) for each in value]
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class Values:
    """Reads on only as far as the value asked for needs. Raises FileRefused with the line where it is broken."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._file = path.open(encoding=encoding, newline="")
        self._text = ""
        self._at = 0
        self._lines = 1  # of the file, before self._text
        self._ended = False

    def __enter__(self) -> Values:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def upcoming(self) -> str:
        """The next character that is no blank; "" at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _SPACE:
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                return ""

    def skip(self, expected: str) -> None:
        if self.upcoming() != expected:
            raise self.broken()
        self._at += 1

    def take(self) -> Any:
        self.upcoming()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                broken = self._broken(error.pos)
                is_cut_off = error.pos > len(self._text) - 16 or error.msg.startswith("Unterminated")
                if not is_cut_off or not self._more():
                    raise broken from None
            except RecursionError:
                raise FileRefused("nested_too_deep") from None
            else:
                if end < len(self._text) or not self._more():  # a number may go on
                    written, self._at = slice(self._at, end), end
                    try:
                        return _whole(value) if _SURROGATE.search(self._text[written]) else value
                    except RecursionError:
                        raise FileRefused("nested_too_deep") from None

    def _more(self) -> bool:
        if self._ended:
            return False
        if len(self._text) - self._at > MAX_VALUE:
            raise FileRefused("record_too_long", line=self._line(self._at), most=MAX_VALUE)
        try:
            chunk = self._file.read(max(CHUNK, len(self._text) - self._at))
        except UnicodeError:
            raise FileRefused("encoding", encoding=self._file.encoding) from None
        self._ended = not chunk
        self._lines += self._text.count("\n", 0, self._at)
        self._text = self._text[self._at :] + chunk
        self._at = 0
        return bool(chunk)

    def _line(self, at: int) -> int:
        return self._lines + self._text.count("\n", 0, at)

    def broken(self) -> FileRefused:
        """What is said where the next value is not the one that JSON would have there."""
        return self._broken(self._at)

    def _broken(self, at: int) -> FileRefused:
        return FileRefused("broken_json", line=self._line(at))


def lists(path: Path, encoding: str, *, by_line: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """(name of the list, object) of every object in the lists of a file; the name of the outermost list is ""."""
    with Values(path, encoding) as values:
        if by_line:
            while values.upcoming():
                yield "", _record(values.take(), values)
            return
        found = False
        for name, value in _within(values, ""):
            if isinstance(value, dict):
                found = True
                yield name, value
            elif found and not name:
                raise FileRefused("no_records")
        if values.upcoming():
            raise values.broken()
    if not found:
        with Values(path, encoding) as values:
            yield from (("", record) for record in _alone(values.take()))


def _within(values: Values, name: str, depth: int = 0) -> Iterator[tuple[str, Any]]:
    """The members of a list, and of the lists within an object and its objects."""
    opening = values.upcoming()
    if opening == "[":
        values.skip("[")
        if values.upcoming() != "]":
            yield name, values.take()
            while values.upcoming() == ",":
                values.skip(",")
                yield name, values.take()
        values.skip("]")
    elif opening == "{" and depth < 5:
        values.skip("{")
        more = values.upcoming() != "}"
        while more:
            key = values.take()
            values.skip(":")
            yield from _within(values, f"{name}.{key}" if name else str(key), depth + 1)
            more = values.upcoming() == ","
            if more:
                values.skip(",")
        values.skip("}")
    else:
        values.take()


def _alone(value: Any) -> list[dict[str, Any]]:
    """A file of one object: that object, or the objects it has by their keys."""
    if not isinstance(value, dict) or not value:
        raise FileRefused("no_records")
    if len(value) > 1 and all(isinstance(each, dict) for each in value.values()):
        return [{"key": key, **each} for key, each in value.items()]
    return [value]


def _record(value: Any, values: Values) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise values.broken()
    return value


def flat(record: Mapping[str, Any], *, packed: dict[str, None] | None = None) -> dict[str, str]:
    """{path: text}. A list of plain values is one text with commas, any other list stays JSON: `packed` gets its path."""
    found: dict[str, str] = {}
    try:
        _flatten(record, "", found, {} if packed is None else packed)
    except RecursionError:
        raise FileRefused("nested_too_deep") from None
    return found


def _flatten(record: Mapping[str, Any], prefix: str, found: dict[str, str], packed: dict[str, None]) -> None:
    for key, value in record.items():
        path = prefix + (" ".join(key.split()) or "?")
        if isinstance(value, str):
            found[path] = str(value)
        elif isinstance(value, dict):
            _flatten(value, f"{path}.", found, packed)
        elif isinstance(value, list):
            texts = [_text(each) for each in value if not isinstance(each, dict | list)]
            if len(texts) == len(value) and not any(LIST_SEPARATOR in text for text in texts):
                found[path] = LIST_SEPARATOR.join(texts)
            else:
                found[path] = _json(value)
                packed[path] = None
        else:
            found[path] = _text(value)


def _text(value: Any) -> str:
    return "" if value is None else "true" if value is True else "false" if value is False else str(value)


def _json(value: Any) -> str:
    """As it was: a number stays a number."""
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(
                f"{json.dumps(key, ensure_ascii=False)}: {_json(each)}" for key, each in value.items()
            )
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
