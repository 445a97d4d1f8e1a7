"""The uploaded exports, read: small ones as a whole, products batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
from django.utils.translation import gettext as _

from catalog.importing.readers.base import Choices, FileRefused, Row, Table
from catalog.importing.readers.child import read_in_child, recognise_in_child
from catalog.takeovers.akeneo import kinds
from catalog.takeovers.akeneo.kinds import AMBIGUOUS
from catalog.takeovers.unpacking import Found, local

# Its header is the first row, and each row below it is one, however few cells are filled.
AS_EXPORTED = Choices(header_row=1, every_row=True)
STREAMED = ("models", "products")
MAX_JSON = 20 << 20
# What a workbook may have made of 1 and 0.
_YES_NO = {"true": "1", "false": "0"}
_FLAGS = frozenset(
    {
        "localizable", "scopable", "unique", "useable_as_grid_filter", "wysiwyg_enabled", "decimals_allowed", "negative_allowed",
        "is_main_identifier", "activated", "is_two_way", "is_quantified",
    }
)  # fmt: skip
MOST_ROWS = 500_000  # of a file that is read as a whole


class Unreadable(ValueError):
    """The text says which file, and why."""


def look(found: Found) -> dict[str, Any]:
    """{name, stored, kind, rows, table, why}: what a file is. `kind` "" with `why` where it is not one of Akeneo's exports."""
    entry: dict[str, Any] = {"name": found.name, "stored": found.stored, "kind": "", "rows": 0}
    with local(found.stored) as path:
        families = _measurements(path)
        if families is not None:
            return entry | {"kind": "measurements", "rows": len(families)}
        try:
            table = recognise_in_child(path, found.name, AS_EXPORTED)
        except FileRefused as refused:
            if refused.code in ("no_rows", "empty"):
                return entry | {"why": _("It has no rows.")}
            return entry | {"why": str(refused)}
    kind = kinds.recognise(table.headers, _some_codes(table))
    if not kind:
        return entry | {"why": _("Its columns are those of none of Akeneo's exports.")}
    return entry | {"kind": kind, "table": table.as_json(), "rows": table.row_estimate}


def _some_codes(table: Table) -> list[str]:
    folded = [header.strip().casefold() for header in table.headers]
    if "code" not in folded:
        return []
    place = folded.index("code")
    return [code for _number, cells in table.sample if (code := cells[place].strip())]


def tell_apart(entries: Sequence[dict[str, Any]]) -> None:
    """Decides, in place, what the files of codes and labels alone are."""
    headers = {
        header.strip().casefold()
        for entry in entries
        if entry["kind"] in STREAMED
        for header in entry["table"]["headers"]
    }
    known = Exports([entry for entry in entries if entry["kind"] == "groups"])
    types = {row.get("type", "") for row in known.rows("groups")}
    for entry in entries:
        if entry["kind"] == AMBIGUOUS:
            codes = [row["code"] for row in Exports([entry | {"kind": "coded"}]).rows("coded")]
            entry["kind"] = kinds.told_apart(
                codes, entry["name"], product_headers=headers, group_types=types - {""}
            )


def _measurements(path: Path) -> list[Mapping[str, Any]] | None:
    """The families of a JSON file as Akeneo's API gives them; None for any other file."""
    if path.stat().st_size > MAX_JSON:
        return None
    with path.open("rb") as file:
        if not file.read(64).lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"[", b"{")):
            return None
        file.seek(0)
        try:
            data = orjson.loads(file.read().removeprefix(b"\xef\xbb\xbf"))
        except orjson.JSONDecodeError:
            return None
    if isinstance(data, dict):
        data = (data.get("_embedded") or {}).get("items")
    fits = isinstance(data, list) and all(
        isinstance(each, dict) and {"code", "standard_unit_code", "units"} <= set(each) for each in data
    )
    return data if fits and data else None


class Exports:
    """`entries`: as `look` made them, those with a kind."""

    def __init__(self, entries: Sequence[Mapping[str, Any]]) -> None:
        self.entries = [entry for entry in entries if entry["kind"]]
        self._rows: dict[str, list[dict[str, str]]] = {}

    def of(self, kind: str) -> list[Mapping[str, Any]]:
        return [entry for entry in self.entries if entry["kind"] == kind]

    def has(self, kind: str) -> bool:
        return bool(self.of(kind))

    def rows(self, kind: str) -> list[dict[str, str]]:
        """All rows of the files of a kind, by header. A code that comes twice counts once: the first. Raises Unreadable."""
        if kind not in self._rows:
            self._rows[kind] = self._read(kind)
        return self._rows[kind]

    def _read(self, kind: str) -> list[dict[str, str]]:
        found: dict[tuple[str, ...], dict[str, str]] = {}
        for entry in self.of(kind):
            headers = [_plain(header) for header in entry["table"]["headers"]]
            for batch in self.batches(entry):
                for _number, cells in batch:
                    row = dict(zip(headers, (cell.strip() for cell in cells), strict=False))
                    row |= {name: _YES_NO[row[name]] for name in _FLAGS & row.keys() if row[name] in _YES_NO}
                    key = (row.get("attribute", "").casefold(), row.get("code", "").casefold())
                    if row.get("code"):
                        found.setdefault(key if kind == "options" else key[1:], row)
                if len(found) > MOST_ROWS:
                    text = _("%(file)s has more than %(most)d rows.")
                    raise Unreadable(text % {"file": entry["name"], "most": MOST_ROWS})
        return list(found.values())

    @staticmethod
    def batches(entry: Mapping[str, Any], cells: Sequence[int] = ()) -> Iterator[list[Row]]:
        """Raises Unreadable."""
        try:
            with (
                local(entry["stored"]) as path,
                closing(read_in_child(path, Table.from_json(entry["table"]), cells=cells)) as batches,
            ):
                yield from batches
        except FileRefused as refused:
            raise Unreadable(f"{entry['name']}: {refused}") from None

    @cached_property
    def measurements(self) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        for entry in self.of("measurements"):
            with local(entry["stored"]) as path:
                found += _measurements(path) or []
        return found


def _plain(header: str) -> str:
    """Headers are looked up in lower case, but for the locales and channels in them."""
    name, dash, rest = header.strip().partition("-")
    return f"{name.casefold()}{dash}{rest}"
