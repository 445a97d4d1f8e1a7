"""Whose file this is, by its columns; and whether all of it was settled when a file like it came before."""

from __future__ import annotations

from catalog.importing import mapping
from catalog.importing.readers.base import Table
from catalog.importing.settings import ImportSettings
from catalog.models.importing import ImportProfile, ImportRun
from catalog.structure.snapshot import Structure

LEAST_COLUMNS = 3  # fewer are alike by chance: sku and price
LEAST_THERE = 0.8  # of the profile's columns: it keeps those of earlier files
_PROFILES = 500


def profile_of(table: Table) -> ImportProfile | None:
    """The one profile that knows every column of the file and misses few of its own; None where two would."""
    headers = {header.casefold() for header in table.headers}
    if len(headers) < LEAST_COLUMNS:
        return None
    profiles = ImportProfile.objects.filter(dialect=table.dialect).select_related("source").order_by("-pk")
    found = []
    for profile in profiles[:_PROFILES]:
        known = headers_of(profile)
        if headers <= known and len(headers) >= LEAST_THERE * len(known):
            found.append(profile)
    return found[0] if len(found) == 1 else None


def is_settled(run: ImportRun) -> bool:
    """Whether each column goes where a person sent it in an earlier file of the profile, and nothing is wrong with that.

    Where a person said how to read another file (its encoding, the row of its names), they look whether it holds for this one.
    """
    if run.profile is None or ImportSettings.from_json(run.settings).is_read_by_choice:
        return False
    columns = mapping.from_json(run.mapping)
    known = headers_of(run.profile)
    of_file = (column for column in columns if column.index is not None and not column.of)
    return all(
        column.why == "remembered" and column.column.casefold() in known for column in of_file
    ) and not (mapping.faults(columns, Structure.current()))


def headers_of(profile: ImportProfile) -> set[str]:
    """Case folded, of the columns it knows."""
    return {
        column.column.casefold()
        for column in mapping.from_json(profile.mapping)
        if column.index is not None and not column.of
    }
