"""How an address spells a combined filter: words with "~" between them, short enough to be read and passed on.

    -if~family~in~mugs~-or~-if~a.color~in~red~navy~-if~status~in~draft~-end

The whole is "all of" unless it begins with -or or -none (or -and, where a group comes first). In a word "-" is written "--" and "~" is "-t".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 2000  # characters: a server reads 4,094 of an address
MOST = 20  # conditions
DEEPEST = 3  # groups within groups, the whole counted
JOINS = ("and", "or", "none")
_ESCAPED = re.compile("--|-t")


class Misspelt(ValueError):
    """No combined filter, or one beyond the limits."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What it is about, the operator, and its words, in the form the subject knows."""

    subject: str
    operator: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """All ("and"), any ("or") or none of its parts."""

    join: str = "and"
    parts: tuple[Condition | Group, ...] = ()

    def conditions(self) -> Iterator[Condition]:
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.conditions()
            else:
                yield part

    @property
    def depth(self) -> int:
        return 1 + max((part.depth for part in self.parts if isinstance(part, Group)), default=0)


def check(group: Group) -> None:
    """Raises Misspelt where it is beyond the limits."""
    if sum(1 for _each in group.conditions()) > MOST or group.depth > DEEPEST:
        raise Misspelt


def write(group: Group) -> str:
    """Raises Misspelt where it is beyond the limits."""
    check(group)
    begins_so = group.join != "and" or isinstance(next(iter(group.parts), None), Group)
    words = [f"-{group.join}"] if begins_so else []
    for part in group.parts:
        words += _written(part)
    text = "~".join(words)
    if len(text) > LONGEST:
        raise Misspelt
    return text


def _written(part: Condition | Group) -> list[str]:
    if isinstance(part, Condition):
        return ["-if", *(_quoted(word) for word in (part.subject, part.operator, *part.words) if word)]
    words = [f"-{part.join}"]
    for each in part.parts:
        words += _written(each)
    return [*words, "-end"]


def read(text: str) -> Group:
    """Raises Misspelt."""
    if len(text) > LONGEST or "\x00" in text:
        raise Misspelt
    words = text.split("~")
    join = words.pop(0)[1:] if words[0] in ("-or", "-none", "-and") else "and"
    parts, rest = _read(words, 1)
    if rest:
        raise Misspelt
    group = Group(join, parts)
    check(group)
    return group


def _read(words: list[str], depth: int) -> tuple[tuple[Condition | Group, ...], list[str]]:
    if depth > DEEPEST:
        raise Misspelt
    parts: list[Condition | Group] = []
    while words:
        word, words = words[0], words[1:]
        if word == "-end":
            if depth == 1:
                raise Misspelt
            return tuple(parts), words
        if word == "-if":
            end = next((place for place, each in enumerate(words) if _is_structure(each)), len(words))
            said, words = [_ESCAPED.sub(_plain, each) for each in words[:end]], words[end:]
            if len(said) < 2:
                raise Misspelt
            parts.append(Condition(said[0], said[1], tuple(said[2:])))
        elif word[1:] in JOINS and word[:1] == "-":
            inner, words = _read(words, depth + 1)
            parts.append(Group(word[1:], inner))
        else:
            raise Misspelt
    return tuple(parts), []


def _is_structure(word: str) -> bool:
    return word in ("-if", "-end", "-and", "-or", "-none")


def _quoted(word: str) -> str:
    return word.replace("-", "--").replace("~", "-t")


def _plain(found: re.Match[str]) -> str:
    return "-" if found[0] == "--" else "~"
