"""Which encoding a text file is written in, found by reading all of it once (in constant memory)."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from catalog.importing.readers.base import FileRefused, Note

CHUNK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNDEFINED_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]{3,}")
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\v\x1a\x1b"))


@dataclass(frozen=True, slots=True)
class Encoding:
    name: str
    lines: int
    notes: tuple[Note, ...]


def find_encoding(path: Path, chosen: str | None = None) -> Encoding:
    """A byte order mark decides; then UTF-8 where every byte fits; else Windows-1252 or Latin-1, said in a note.

    Raises FileRefused("binary") for what is not text, ("encoding") where the chosen encoding does not fit.
    """
    with path.open("rb") as file:
        head = file.read(8192)
    if not head:
        raise FileRefused("empty")
    marked = next((name for mark, name in _BOMS if head.startswith(mark)), None)
    if chosen:
        try:
            b"?".decode(chosen, "replace")
        except (LookupError, ValueError):
            raise FileRefused("encoding", encoding=chosen) from None
        name = marked if marked and marked.startswith(chosen.lower()) else chosen
        return _strict(path, name, refusal=chosen)
    if marked:
        return _strict(path, marked, refusal=marked)
    if wide := _utf16_without_mark(head):
        return _strict(path, wide, refusal=wide, notes=(Note("encoding_assumed", {"encoding": wide}),))
    # A stray NUL is forgiven, a file full of control characters is not text.
    if len(head) - len(head.translate(None, _CONTROL)) > max(2, len(head) // 20):
        raise FileRefused("binary")
    try:
        return _decoded(path, "utf-8")
    except UnicodeDecodeError:
        return _eight_bit(path)


def _strict(path: Path, name: str, *, refusal: str, notes: tuple[Note, ...] = ()) -> Encoding:
    try:
        return _decoded(path, name, notes)
    except UnicodeError:
        raise FileRefused("encoding", encoding=refusal) from None


def _decoded(path: Path, name: str, notes: tuple[Note, ...] = ()) -> Encoding:
    lines = nuls = 0
    before = "\n"
    for text in _texts(path, name):
        lines += text.count("\n") + text.count("\r") - text.count("\r\n")
        lines -= before == "\r" and text.startswith("\n")
        nuls += text.count("\0")
        before = text[-1]
    lines += before not in "\r\n"
    if nuls:
        notes += (Note("nul_removed", {"count": nuls}),)
    return Encoding(name, lines, notes)


def _texts(path: Path, name: str, errors: str = "strict") -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(name)(errors)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if text := decoder.decode(chunk):
                yield text
    if text := decoder.decode(b"", True):
        yield text


def _eight_bit(path: Path) -> Encoding:
    """Not UTF-8 throughout: UTF-8 with a few broken characters, or one of the Western single-byte encodings."""
    broken = sound = 0
    for text in _texts(path, "utf-8", "replace"):
        replaced = text.count("\ufffd")
        broken += replaced
        sound += len(text) - len(text.encode("ascii", "ignore")) - replaced
    if sound >= 20 * broken:
        return _replaced(path, broken)
    with path.open("rb") as file:
        undefined = any(
            len(chunk) != len(chunk.translate(None, _UNDEFINED_IN_CP1252))
            for chunk in iter(lambda: file.read(CHUNK), b"")
        )
    name = "latin-1" if undefined else "cp1252"
    if _is_other_alphabet(path):
        return _decoded(path, name, (Note("encoding_doubtful", {"encoding": name}),))
    return _decoded(path, name, (Note("encoding_assumed", {"encoding": name}),))


def _is_other_alphabet(path: Path) -> bool:
    """Western words have few letters beyond ASCII and seldom three in a row; Greek or Cyrillic ones have little else."""
    with path.open("rb") as file:
        sample = file.read(CHUNK)
    beyond = sum(byte >= 0x80 for byte in sample)
    in_words = sum(map(len, _BEYOND_ASCII.findall(sample)))
    return in_words * 2 > beyond


def _replaced(path: Path, broken: int) -> Encoding:
    lines = nuls = 0
    for text in _texts(path, "utf-8", "replace"):
        lines += max(text.count("\n"), text.count("\r"))
        nuls += text.count("\0")
    notes: tuple[Note, ...] = (Note("bytes_replaced", {"count": broken}),)
    if nuls:
        notes += (Note("nul_removed", {"count": nuls}),)
    return Encoding("utf-8", lines, notes)


def _utf16_without_mark(head: bytes) -> str | None:
    pairs = len(head) // 2
    if pairs < 4:
        return None
    high, low = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if low > 0.6 * pairs and high < 0.1 * pairs:
        return "utf-16-le"
    if high > 0.6 * pairs and low < 0.1 * pairs:
        return "utf-16-be"
    return None
