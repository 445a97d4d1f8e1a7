"""What of a channel's categories one of ours may be: by its name in every language of which there is a list. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from channels.categories.taxonomies import Entry, Index
from channels.categories.words import words_of

MOST = 3
LEAST = 0.34  # of the words of both names
FROM_ABOVE = 0.25  # what the names above add at most
SURE = 1.0  # the same words


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`is_same`: the names have the same words."""

    entry: Entry
    score: float
    is_same: bool


def suggest(path: Sequence[Mapping[str, str]], indexes: Sequence[Index]) -> list[Suggestion]:
    """The best first. `path`: labels by locale, from the tree's top to the category itself."""
    best: dict[str, Suggestion] = {}
    for index in indexes:
        own = words_of(_label(path[-1], index.locale))
        above = words_of(" ".join(_label(step, index.locale) for step in path[:-1]))
        for place in {place for word in own for place in index.by_word.get(word, ())}:
            entry = index.entries[place]
            name = words_of(entry.name)
            share = len(own & name) / len(own | name)
            if share < LEAST:
                continue
            around = words_of(" ".join(entry.steps[:-1]))
            score = share + FROM_ABOVE * (len(above & around) / len(above) if above else 0)
            if entry.code not in best or best[entry.code].score < score:
                best[entry.code] = Suggestion(entry, score, share >= SURE)
    return sorted(best.values(), key=lambda one: (-one.score, len(one.entry.steps), one.entry.path))[:MOST]


def sure(found: Sequence[Suggestion]) -> Suggestion | None:
    """The one that is surely meant: called the same, and no other is called so as near."""
    same = [one for one in found if one.is_same]
    return same[0] if len(same) == 1 or (len(same) > 1 and same[0].score > same[1].score) else None


def _label(labels: Mapping[str, str], locale: str) -> str:
    """In the list's language, be it another country's; "" where there is none in it."""
    language = locale.split("_")[0].casefold()
    if labels.get(locale):
        return labels[locale]
    return next(
        (label for code, label in labels.items() if label and code.split("_")[0].casefold() == language), ""
    )
