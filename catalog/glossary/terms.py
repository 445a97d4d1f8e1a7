"""The glossary as a process keeps it: read once for each state of the structure, whose version a change of it renews."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from catalog.models.term import Term, words_of
from catalog.structure.snapshot import Structure


@dataclass(frozen=True, slots=True)
class Words:
    """A concept in one language. `preferred` "" where only what is forbidden was written."""

    code: str
    preferred: str
    forbidden: tuple[str, ...]
    note: str
    matches_case: bool
    whole_words: bool


@dataclass(frozen=True, slots=True)
class Glossary:
    """`by_locale`: of each active locale, its own words or those of the locale it falls back to, concept by concept."""

    version: str
    by_locale: dict[str, tuple[Words, ...]] = field(default_factory=dict)

    @staticmethod
    def current(structure: Structure) -> Glossary:
        """No query where this process has it, one where the structure (or the glossary) changed."""
        global _kept
        if _kept is None or _kept.version != structure.version or not structure.version:
            _kept = made(Term.objects.order_by("code"), structure)
        return _kept

    def of(self, locale: str) -> tuple[Words, ...]:
        return self.by_locale.get(locale, ())


_kept: Glossary | None = None


def forget() -> None:
    """Drops what this process keeps: for tests, as catalog.structure.snapshot.forget()."""
    global _kept
    _kept = None


def made(terms: Iterable[Term], structure: Structure) -> Glossary:
    """The glossary of these terms."""
    listed = list(terms)
    by_locale = {}
    for locale in structure.locales:
        chain = structure.locale_chain(locale)
        words = (_words(term, chain) for term in listed)
        by_locale[locale] = tuple(each for each in words if each is not None)
    return Glossary(structure.version, by_locale)


def _words(term: Term, chain: Iterable[str]) -> Words | None:
    for locale in chain:
        preferred, forbidden = term.preferred.get(locale, ""), words_of(term.forbidden.get(locale, ""))
        if preferred or forbidden:
            return Words(term.code, preferred, forbidden, term.note, term.matches_case, term.whole_words)
    return None
