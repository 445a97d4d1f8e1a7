"""A field made of the product's category: in the channel's own word for it, or for the nearest one above that has a word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog.structure.snapshot import CategorySpec, Structure
from catalog.values.bundle import Bundle
from channels.profile import ChannelSpec


def placed(bundle: Bundle, channel: ChannelSpec, structure: Structure) -> list[CategorySpec]:
    """The product's categories in the channel's tree (in any, where it names none), the tree's root left out."""
    specs = (structure.categories.get(pk) for pk in bundle.categories)
    return [
        spec
        for spec in specs
        if spec is not None and len(spec.ancestry) > 1 and (not channel.tree or channel.tree in spec.ancestry)
    ]


def nearest(
    spec: CategorySpec, words: Mapping[str, Any], structure: Structure
) -> tuple[str, CategorySpec] | None:
    """(the channel's word, the category that has it): its own, else that of the nearest one above it."""
    for pk in reversed(spec.ancestry):
        above = structure.categories.get(pk)
        if above is not None and (word := words.get(above.code)):
            return str(word), above
    return None


def word_of(words: Mapping[str, Any], bundle: Bundle, channel: ChannelSpec, structure: Structure) -> str:
    """Of several categories the one whose word stands deepest in the tree counts; "" where none has one."""
    best, depth = "", 0
    for spec in placed(bundle, channel, structure):
        found = nearest(spec, words, structure)
        if found is not None and len(found[1].ancestry) > depth:
            best, depth = found[0], len(found[1].ancestry)
    return best
