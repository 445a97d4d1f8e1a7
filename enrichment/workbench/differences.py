"""Two texts, word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

_WORDS = re.compile(r"\s+|[^\s\w]|\w+")
LEAST_ALIKE = 0.6  # words and blanks in common; below, word by word reads as noise
MOST_WORDS = 1500  # of each side: beyond, the two texts are shown one after the other


def difference(then: str, now: str) -> list[tuple[str, str]]:
    """("same" | "gone" | "come", text), in order."""
    before, after = _WORDS.findall(then), _WORDS.findall(now)
    if max(len(before), len(after)) > MOST_WORDS:
        return _one_after_the_other(then, now)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < LEAST_ALIKE:
        return _one_after_the_other(then, now)
    parts: list[tuple[str, str]] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            parts.append(("same", "".join(before[a:b])))
            continue
        if b > a:
            parts.append(("gone", "".join(before[a:b])))
        if d > c:
            parts.append(("come", "".join(after[c:d])))
    return parts


def _one_after_the_other(then: str, now: str) -> list[tuple[str, str]]:
    if not then or not now:
        return [part for part in (("gone", then), ("come", now)) if part[1]]
    return [("gone", then), ("same", "\n"), ("come", now)]
