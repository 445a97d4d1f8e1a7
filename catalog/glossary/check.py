"""What of the glossary a text breaks. Pure: words and texts in, findings out; markup is taken off by whoever asks.

A forbidden word is found as the concept says (whole words, capitals), though not within a longer term that is to be used:
where "vacuum flask" is a term, "flask" in it is none. A term counts as used wherever its letters stand, since languages bend
and join words ("Becher" in "Thermobechern"): a hint too few is better than one that is wrong.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from catalog.glossary.terms import Words

Kind = Literal["forbidden", "case", "missing"]
MOST = 20  # findings of one text; more would be read by nobody
# Scripts written without spaces: no letter beside a word says that it goes on.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Finding:
    """`found`: as the text has it (forbidden, case), or the source's term (missing). `use`: what to write, "" where the
    glossary only forbids."""

    kind: Kind
    code: str
    found: str
    use: str
    note: str = ""


def check(
    text: str, words: Sequence[Words], *, source: str = "", source_words: Sequence[Words] = ()
) -> list[Finding]:
    """Of a text without markup, with the text it is translated from ("" where there is none), in the order of the concepts.

    An empty text breaks nothing, and misses each term whose counterpart its source has.
    """
    line = _line(text)
    folded = line.lower()
    terms = [each for each in words if each.preferred and each.preferred.lower() in folded]
    found: list[Finding] = []
    for each in words if line else ():
        found += _forbidden(line, folded, each, terms)
    told = {finding.code for finding in found}
    if source:
        found += _missing(line, folded, words, _line(source), source_words, told)
    return found[:MOST]


def _line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _forbidden(line: str, folded: str, words: Words, terms: Iterable[Words]) -> Iterable[Finding]:
    for word in words.forbidden:
        if word.lower() not in folded:
            continue
        pattern = _pattern(word, words.whole_words, words.matches_case, _around(word, terms))
        for form in dict.fromkeys(hit[0] for hit in pattern.finditer(line)):
            yield Finding("forbidden", words.code, form, _cased(words, form), words.note)
    if words.matches_case and words.preferred.lower() in folded and words.preferred:
        pattern = _pattern(words.preferred, words.whole_words, False, _around(words.preferred, terms))
        for form in dict.fromkeys(hit[0] for hit in pattern.finditer(line)):
            if form != words.preferred and form not in words.forbidden:
                yield Finding("case", words.code, form, words.preferred, words.note)


def _missing(
    line: str,
    folded: str,
    words: Sequence[Words],
    source: str,
    source_words: Sequence[Words],
    told: set[str],
) -> Iterable[Finding]:
    folded_source = source.lower()
    targets = {each.code: each for each in words if each.preferred}
    for each in source_words:
        target = targets.get(each.code)
        if target is None or each.code in told or not each.preferred:
            continue
        if each.preferred.lower() not in folded_source:
            continue
        there = target.preferred in line if target.matches_case else target.preferred.lower() in folded
        if there:
            continue
        if hit := _pattern(each.preferred, each.whole_words, each.matches_case, ()).search(source):
            yield Finding("missing", each.code, hit[0], target.preferred, target.note)


def mended(find: Finding, words: Sequence[Words]) -> tuple[re.Pattern[str], str]:
    """(what to look for, what to write instead) of a forbidden word or of wrong capitals, for AttributeType.replaced."""
    own = next((each for each in words if each.code == find.code), None)
    terms = [each for each in words if each.preferred]
    return _pattern(find.found, own is None or own.whole_words, True, _around(find.found, terms)), find.use


def _around(word: str, terms: Iterable[Words]) -> tuple[tuple[str, str], ...]:
    """(what stands before, what after) of the longer terms that have the word in them."""
    found = []
    for each in terms:
        at = each.preferred.lower().find(word.lower())
        if at >= 0 and len(each.preferred) > len(word):
            found.append((each.preferred[:at], each.preferred[at + len(word) :]))
    return tuple(found)


@lru_cache(maxsize=2048)
def _pattern(
    word: str, whole_words: bool, matches_case: bool, around: tuple[tuple[str, str], ...]
) -> re.Pattern[str]:
    exact = _spaced(word, r"\s+")
    before = r"(?<!\w)" if whole_words and _goes_on(word[0]) else ""
    after = r"(?!\w)" if whole_words and _goes_on(word[-1]) else ""
    # Case of what stands around a word does not matter: a term at the beginning of a sentence is the term.
    within = "".join(
        f"(?!{f'(?<=(?i:{_spaced(left)}))' if left else ''}(?i:{exact}{_spaced(right)}))"
        for left, right in around
    )
    return re.compile(f"{before}{within}{exact}{after}", 0 if matches_case else re.IGNORECASE)


def _spaced(text: str, space: str = r"\s") -> str:
    """As a pattern in which any white space stands for a space; what is looked at behind a place has one width."""
    return re.escape(text).replace(r"\ ", space)


def _goes_on(letter: str) -> bool:
    return (letter.isalnum() or letter == "_") and not _UNSPACED.match(letter)


def _cased(words: Words, form: str) -> str:
    """What to use, with the capitals of what it stands in for: "Flask" at the beginning of a sentence is a "Bottle"."""
    use = words.preferred
    if words.matches_case or not use or not form[0].isupper():
        return use
    if len(form) > 1 and form.isupper():
        return use.upper()
    return use[0].upper() + use[1:]
