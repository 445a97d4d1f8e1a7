"""What the grid's address filters by, said as conditions: so that a rule can be made of a filter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from enrichment.workbench.filtering import grammar
from enrichment.workbench.filtering.grammar import Condition, Group
from enrichment.workbench.grid.filters import ATTRIBUTE_PREFIX
from enrichment.workbench.grid.query import LEVEL_KINDS, GridQuery

# Filters of the panel that ask what a condition of the same name asks, with the same words.
_SAME = frozenset(
    {
        "family", "status", "approval", "kind", "category", "complete", "incomplete", "listing", "picture",
        "outdated", "enabled",
    }
)  # fmt: skip


def where_of(query: GridQuery) -> str:
    """ "" where there is no filter, or one that no condition says: picked by hand, in the trash, touched by a change. A rule of
    less than the whole filter would be about more products than are shown."""
    said: list[Condition] = []
    for name in query.active:
        found = list(_conditions(name, query))
        if not found or any(query.combined.term(each) is None for each in found):
            return ""
        said += found
    if query.is_filtered and query.level in LEVEL_KINDS:
        said.append(Condition("kind", "in", LEVEL_KINDS[query.level]))
    if query.words:
        said.append(Condition("text", "contains", (query.words,)))
    whole = query.combined.usable
    rest: tuple[Any, ...] = whole.parts if whole.join == "and" else (whole,)
    try:
        return grammar.write(Group("and", (*said, *rest))) if said or whole.parts else ""
    except grammar.Misspelt:
        return ""


def _conditions(name: str, query: GridQuery) -> Iterator[Condition]:
    values = tuple(query.params.getlist(name))
    if name in _SAME:
        yield Condition(name, "in", values)
    elif name == "empty":
        yield from (Condition(f"{ATTRIBUTE_PREFIX}{code}", "empty") for code in values)
    elif name == "proposed":
        yield Condition("proposed", "waiting")
    elif name == "missing":
        channel, locale, attribute = (*values[0].split("|"), "", "")[:3]
        yield Condition("missing", "in", (f"{channel}|{locale}", attribute))
    elif name.startswith(ATTRIBUTE_PREFIX):
        chosen = query.filters.form.cleaned_data.get(name)
        if isinstance(chosen, dict):
            words = tuple(f"{part}={text}" for part, text in chosen.items() if text)
            yield Condition(name.removesuffix(":"), "between", words)
        else:
            yield Condition(name, "in", values)
