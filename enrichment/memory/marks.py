"""A text as a few numbers, so that the same text and similar ones are found by an index of any database.

The first mark is of the whole text. The others are pairs of minima of its words under independent hashes (MinHash with
banding: Broder 1997; Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3.4): the more words two texts share, the more
marks they are likely to share. Of two texts with 60 % of their words in common, 9 in 10 meet in one of the five.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from hashlib import blake2b

from catalog.search.folding import folded

PARTS = 5
FEWEST_WORDS = 3  # below, what is alike is another text
LONGEST = 4000  # characters; beyond, only the same text is found
MOST_WORDS = 600
_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\w+|[^\w\s]")
# Scripts written without spaces: pairs of letters stand for words.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_WHOLE = 2**64
_FACTORS = [
    int.from_bytes(blake2b(b"%d" % number, digest_size=8).digest()) | 1 for number in range(PARTS * 2)
]


def marks(locale: str, text: str) -> list[int]:
    """Of a text without markup: signed 64 bits each, the first of the whole text. [] for an empty text."""
    line = " ".join(folded(text).split())
    if not line:
        return []
    found = [_signed(_hashed(f"{locale}\n{line}"))]
    if len(line) > LONGEST:
        return found
    words = [_hashed(word) for word in _words(line)]
    if len(words) < FEWEST_WORDS:
        return found
    least = [min(_mixed(word, factor) for word in words) for factor in _FACTORS]
    for part in range(PARTS):
        found.append(_signed(_hashed(f"{locale} {part} {least[part * 2]} {least[part * 2 + 1]}")))
    return found


def likeness(one: str, other: str) -> int:
    """In percent, words and signs in their order; 100 only for the same text, white space aside, and capitals alone make 99."""
    if one.split() == other.split():
        return 100
    first, second = _tokens(one.casefold()), _tokens(other.casefold())
    if not first or not second or max(len(first), len(second)) > MOST_WORDS:
        return 0
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    if matcher.real_quick_ratio() < 0.5 or matcher.quick_ratio() < 0.5:
        return 0
    return min(99, int(matcher.ratio() * 100))


def _words(line: str) -> Iterable[str]:
    if _UNSPACED.search(line):
        letters = "".join(_WORD.findall(line))
        return {letters[at : at + 2] for at in range(len(letters) - 1)}
    return set(_WORD.findall(line)[:MOST_WORDS])


def _tokens(text: str) -> list[str]:
    return list("".join(text.split())) if _UNSPACED.search(text) else _TOKEN.findall(text)


def _hashed(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest())


def _mixed(number: int, factor: int) -> int:
    product = number * factor % _WHOLE
    return (product ^ (product >> 29)) * factor % _WHOLE


def _signed(number: int) -> int:
    return number - _WHOLE if number >= _WHOLE // 2 else number
