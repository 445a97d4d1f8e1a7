"""Rules that run on change wake each other: what each reads and writes, and whether that goes round in a circle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from catalog.structure.snapshot import Structure
from catalog.values.keys import attribute_of
from enrichment.rules import reading
from enrichment.rules.actions import Action
from enrichment.workbench.bulk_edit.operations import CATEGORIES
from enrichment.workbench.filtering.grammar import Group
from enrichment.workbench.grid.filters import ATTRIBUTE_PREFIX

ANYTHING = "*"  # what hangs on all of a product: its label, its readiness, that it was changed at all
# What no rule writes: in a circle it counts for nothing, but a change of it wakes.
_FIELDS = {"family": "_family", "status": "_status", "enabled": "_enabled", "sku": "_sku"}
_APART = frozenset({"kind", "created", "assigned", "flagged"})
# Where a product stands decides which attributes it has and what it inherits, so this concerns every rule.
PLACE = frozenset({"_family", "_parent", "_family_variant", "_trashed"})


def written(actions: Iterable[Action], structure: Structure) -> frozenset[str]:
    """Of a price that is calculated the one currency: "price:USD"."""
    return frozenset(action.part(key) for action in actions for key in action.keys(structure))


def inputs(actions: Iterable[Action], structure: Structure) -> frozenset[str]:
    """The keys that actions read, but for what those before them write."""
    found: set[str] = set()
    before: set[str] = set()
    for action in actions:
        for key in action.keys(structure):
            for spec, currency in action.terms_read(structure):
                keys = reading.keys_read(spec, structure, *action.read_at(key))
                found |= {f"{each}:{currency}" if currency else each for each in keys} - before
        found |= {_FIELDS[name] for name in action.fields_read()}
        before.update(action.part(key) for key in action.keys(structure))
    return frozenset(found)


def asked(when: Group, structure: Structure) -> frozenset[str]:
    """What the conditions read: "color|" stands for every value of an attribute."""
    found: set[str] = set()
    for condition in when.conditions():
        name = condition.subject
        if name.startswith(ATTRIBUTE_PREFIX):
            found.add(f"{name[len(ATTRIBUTE_PREFIX) :]}|")
        elif name == "category":
            found.update(_below(condition.words, structure) if condition.words else [f"{CATEGORIES}|"])
        elif name == "label":
            found.update(f"{family.label_attribute}|" for family in structure.families.values())
            found.add("_sku")  # the label of what has no other
        elif name == "missing" and len(condition.words) > 1:
            found.add(f"{condition.words[1]}|")
        elif name in _FIELDS:
            found.add(_FIELDS[name])
        elif name not in _APART:
            found.add(ANYTHING)
    return frozenset(found)


def _below(codes: Iterable[str], structure: Structure) -> Iterable[str]:
    """A condition on a category looks into those below it, too."""
    known = structure.category_by_code
    branches = [known[code.casefold()].path for code in codes if code.casefold() in known]
    for category in structure.categories.values():
        if category.path.startswith(tuple(branches)):
            yield f"{CATEGORIES}|{category.code}"


def hits(keys: Iterable[str], read: frozenset[str]) -> bool:
    """Whether something that was written is something that is read; the whole of a price is each of its currencies."""
    if ANYTHING in read:
        return any(True for _key in keys)
    parts = {each.partition(":")[0] for each in read if ":" in each}
    for key in keys:
        whole, of_price, _currency = key.partition(":")
        if key in read or f"{attribute_of(whole)}|" in read or (whole in read if of_price else key in parts):
            return True
    return False


def circle(rules: Mapping[str, tuple[frozenset[str], frozenset[str], frozenset[str]]]) -> Sequence[str]:
    """Rules that wake each other for ever, in order, the first again at the end; () where there are none.

    `rules`: name → (written, inputs, asked). One rule whose condition hangs on what it writes comes to rest, since it writes the
    same again; one that calculates from what it writes does not.
    """
    wakes = {
        name: [
            other
            for other, (_keys, inputs_, asked_) in rules.items()
            if hits(keys, (inputs_ if other == name else inputs_ | asked_) - {ANYTHING})
        ]
        for name, (keys, _inputs, _asked) in rules.items()
    }
    done: set[str] = set()
    for start in rules:
        path: list[str] = []
        found = _walk(start, wakes, path, done)
        if found:
            return found
    return ()


def _walk(name: str, wakes: Mapping[str, Sequence[str]], path: list[str], done: set[str]) -> Sequence[str]:
    if name in path:
        return [*path[path.index(name) :], name]
    if name in done:
        return ()
    path.append(name)
    for other in wakes[name]:
        if found := _walk(other, wakes, path, done):
            return found
    path.pop()
    done.add(name)
    return ()
