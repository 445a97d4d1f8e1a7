"""Categories as files name them: by code, by label, or by the path of labels from a root, "Clothing > Shirts"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable

from catalog.structure.snapshot import Structure

_STEP = re.compile(r"\s*>\s*")


def reader(structure: Structure, separator: str) -> Callable[[str], list[str]]:
    """Reads a cell into codes; what names no category stays as it is written, for the door to refuse by name."""
    by_name, by_path = _names(structure), _paths(structure)

    def find(text: str) -> str | None:
        if ">" not in text:
            return by_name.get(text.casefold())
        steps = tuple(part.casefold() for part in _STEP.split(text) if part)
        # A shop's own root need not be here: the longest end of the path that only one category has.
        return next((by_path[steps[start:]] for start in range(len(steps)) if steps[start:] in by_path), None)

    def read(text: str) -> list[str]:
        if whole := by_name.get(text.casefold()):
            return [whole]
        pieces = [part for piece in text.split(separator) if (part := piece.strip())]
        found = [find(piece) for piece in pieces]
        if not all(found) and (whole := find(text)):
            return [whole]  # the separator belongs to a label
        return [code or piece for code, piece in zip(found, pieces, strict=True)]

    return read


def _names(structure: Structure) -> dict[str, str]:
    """Codes and unambiguous labels, casefolded, to the code."""
    found: dict[str, set[str]] = defaultdict(set)
    for spec in structure.categories.values():
        for text in spec.labels.values():
            found[text.strip().casefold()].add(spec.code)
    named = {text: next(iter(codes)) for text, codes in found.items() if len(codes) == 1 and text}
    return named | {folded: spec.code for folded, spec in structure.category_by_code.items()}


def _paths(structure: Structure) -> dict[tuple[str, ...], str]:
    """Ends of paths that only one category has: whole paths, and those of two steps at least. A step is a label in any
    language, or the code."""
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for spec in structure.categories.values():
        ends: list[tuple[str, ...]] = [()]
        for pk in reversed(spec.ancestry):
            above = structure.categories[pk]
            names = {text.strip().casefold() for text in (above.code, *above.labels.values()) if text}
            ends = [(name, *end) for name in sorted(names) for end in ends][:64]
            for end in ends:
                if len(end) > 1 or len(spec.ancestry) == 1:
                    found[end].add(spec.code)
    return {path: next(iter(codes)) for path, codes in found.items() if len(codes) == 1}
