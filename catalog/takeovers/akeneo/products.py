"""A look through the products before they are imported: what is in them that the structure or the archive does not have.

Their plan itself is the import's, once the structure is there. All that is remembered of a million rows lies in a temporary
SQLite file that is gone with its connection.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from stdnum import ean

from catalog.attribute_types.identifier import GTIN_LENGTHS
from catalog.importing.readers.base import Row
from catalog.models import Family
from catalog.takeovers.akeneo import attributes
from catalog.takeovers.akeneo.codes import split
from catalog.takeovers.akeneo.draft import Draft
from catalog.takeovers.akeneo.exports import STREAMED
from catalog.takeovers.akeneo.families import Members
from catalog.values import products as stored

SHOWN = 20
_SEPARATORS = re.compile(r"[\s-]")
_TABLES = """
CREATE TABLE codes (folded TEXT PRIMARY KEY, code TEXT) WITHOUT ROWID;
CREATE TABLE parents (file TEXT, child TEXT, parent TEXT);
CREATE TABLE media (path TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class Tally:
    """How often something was seen, and a few of what it was."""

    def __init__(self) -> None:
        self.count = 0
        self.seen: dict[str, None] = {}

    def add(self, what: str) -> None:
        self.count += 1
        if len(self.seen) < SHOWN:
            self.seen[what[:120]] = None

    def as_json(self) -> dict[str, Any]:
        return {"count": self.count, "seen": list(self.seen)}


class Look:
    """`media`: what the archives have. `run` gives the plan's lines; `facts` what the structure's parts ask."""

    def __init__(self, draft: Draft, media: Any) -> None:
        self.draft, self.media = draft, media
        self.db = sqlite3.connect("", isolation_level=None)
        self.db.executescript(_TABLES)
        self.db.execute("BEGIN")  # never committed
        self.types = {row["code"].casefold(): row for row in draft.rows("attributes")}
        self.gone = Members(draft).gone
        families = [*(row["code"] for row in draft.rows("families")), *Family.objects.values_list("code", flat=True)]  # fmt: skip
        self.families = {code.casefold() for code in families}
        self.gtins: dict[str, dict[str, Any]] = {}
        self.links = {"models": 0, "products": 0}

    def close(self) -> None:
        self.db.close()

    def run(self, advance: Any) -> list[dict[str, Any]]:
        """`advance`(rows) after each batch. Raises Unreadable."""
        lines = [self._file(kind, entry, advance) for kind in STREAMED for entry in self.draft.exports.of(kind)]  # fmt: skip
        for line in lines:
            self._parents(line)
        return lines

    @property
    def facts(self) -> dict[str, Any]:
        return {
            "gtins": self.gtins,
            "links": dict(self.links),
            "media": self.db.execute("SELECT count(*) FROM media").fetchone()[0],
        }

    # --- one file

    def _file(self, kind: str, entry: Mapping[str, Any], advance: Any) -> dict[str, Any]:
        columns = _Columns(entry["table"]["headers"], self)
        tallies = {name: Tally() for name in ("no_family", "family", "category", "absent", "gtin", "twice")}
        rows = known = 0
        for batch in self.draft.exports.batches(entry):
            rows += len(batch)
            codes = [code for _number, cells in batch if (code := cells[columns.sku].strip())]
            known += len(stored.find(codes))
            for row in batch:
                self._row(kind, entry, columns, row, tallies)
            advance(len(batch))
        return {
            "code": f"{kind}:{entry['stored']}", "name": entry["name"], "kind": kind, "rows": rows, "new": max(rows - known, 0), "known": known,
            "unmapped": columns.unmapped, "tallies": {name: tally.as_json() for name, tally in tallies.items() if tally.count},
        }  # fmt: skip

    def _row(
        self, kind: str, entry: Mapping[str, Any], columns: _Columns, row: Row, tallies: Mapping[str, Tally]
    ) -> None:
        cells = row[1]
        code = cells[columns.sku].strip()
        if self.db.execute("INSERT OR IGNORE INTO codes VALUES (?, ?)", [code.casefold(), code]).rowcount == 0:  # fmt: skip
            tallies["twice"].add(code)
        if parent := columns.text(cells, "parent"):
            self.db.execute("INSERT INTO parents VALUES (?, ?, ?)", [entry["stored"], code, parent])
        if kind == "products":
            family = columns.text(cells, "family")
            if not family:
                tallies["no_family"].add(code)
            elif family.casefold() not in self.families:
                tallies["family"].add(family)
        for category in split(columns.text(cells, "categories")):
            if self.draft.categories.get(category) is None:
                tallies["category"].add(category)
        for place in columns.files:
            if path := cells[place].strip():
                self.db.execute("INSERT OR IGNORE INTO media VALUES (?)", [path])
                if path not in self.media:
                    tallies["absent"].add(path)
        for name, place in columns.gtins.items():
            if text := _SEPARATORS.sub("", cells[place]):
                self._gtin(name, text, code, tallies["gtin"])
        self.links[kind] += sum(1 for place in columns.links if cells[place].strip())

    def _gtin(self, name: str, text: str, code: str, tally: Tally) -> None:
        found = self.gtins.setdefault(name, {"filled": 0, "other": 0, "wrong": 0})
        found["filled"] += 1
        if not (text.isascii() and text.isdigit() and len(text) in GTIN_LENGTHS):
            found["other"] += 1
        elif not ean.is_valid(text):
            found["wrong"] += 1
            tally.add(f"{code}: {text}")

    def _parents(self, line: dict[str, Any]) -> None:
        """Told once all files were read: a parent may stand in another one, or be here already."""
        file = line["code"].partition(":")[2]
        asked = (
            "SELECT p.child, p.parent, c.code FROM parents p LEFT JOIN codes c ON c.folded = lower(p.parent)"
            " WHERE p.file = ? AND (c.code IS NULL OR c.code <> p.parent)"
        )
        self.db.create_function("lower", 1, str.casefold, deterministic=True)
        cased, missing = Tally(), Tally()
        found = self.db.execute(asked, [file])
        while batch := found.fetchmany(500):
            here = stored.find(parent for _child, parent, code in batch if code is None)
            for child, parent, code in batch:
                if code is not None:
                    cased.add(f"{child}: {parent} → {code}")
                elif parent.upper() not in here:
                    missing.add(f"{child}: {parent}")
        for name, tally in (("cased", cased), ("parent", missing)):
            if tally.count:
                line["tallies"][name] = tally.as_json()


class _Columns:
    """Where in a file of products what is looked at stands."""

    def __init__(self, headers: Sequence[str], look: Look) -> None:
        folded = [header.strip().casefold() for header in headers]
        self.places = {header: place for place, header in reversed(list(enumerate(folded)))}
        sku = next((name for name in ("sku", "code", look.draft.sku) if name in self.places), "")
        self.sku = self.places[sku] if sku else int(folded[0] == "uuid" and len(folded) > 1)
        bases = [header.partition("-")[0] for header in folded]
        self.files = [place for place, base in enumerate(bases) if base in look.draft.file_attributes]
        self.gtins = {
            base: place
            for place, base in enumerate(bases)
            if base in look.types and attributes.may_be_gtin(look.types[base]) and not look.draft.is_sku(base)
        }
        self.links = [
            place
            for place, header in enumerate(folded)
            if header.endswith(("-products", "-product_models")) and look.draft.links.get(bases[place])
        ]
        self.unmapped = [
            header
            for header, base in zip(headers, bases, strict=True)
            if (look.draft.attributes.get(base) is None or base in look.gone)
            and look.draft.links.get(base) is None
            and not look.draft.is_sku(base)
            and base not in _OWN
        ]

    def text(self, cells: Sequence[str], header: str) -> str:
        place = self.places.get(header)
        return cells[place].strip() if place is not None else ""


_OWN = frozenset(
    {"uuid", "code", "sku", "family", "family_variant", "parent", "categories", "enabled", "groups", "quality_score"}
)  # fmt: skip


def sentences(line: Mapping[str, Any]) -> list[dict[str, Any]]:
    """[{text, seen, tone}]: what stands out in a file of products, and what becomes of it."""
    texts = {
        "gtin": lambda n: ngettext("%d EAN fails its check digit: it is kept, with a warning.", "%d EANs fail their check digit: they are kept, with a warning.", n),
        "cased": lambda n: ngettext("%d parent is written in another case than its model: it is found.", "%d parents are written in another case than their models: they are found.", n),
        "absent": lambda n: ngettext("%d picture or file is not in the archive: its cell stays empty.", "%d pictures or files are not in the archive: their cells stay empty.", n),
        "no_family": lambda n: ngettext("%d product has no family: it comes without, and has no completeness.", "%d products have no family: they come without, and have no completeness.", n),
        "parent": lambda n: ngettext("%d parent is in no file: its product is refused.", "%d parents are in no file: their products are refused.", n),
        "family": lambda n: ngettext("%d product is of a family that is in no file: it is refused.", "%d products are of families that are in no file: they are refused.", n),
        "category": lambda n: ngettext("%d category is in no file: the product in it is refused.", "%d categories are in no file: the products in them are refused.", n),
        "twice": lambda n: ngettext("%d code is there twice: its second row is refused.", "%d codes are there twice: their second rows are refused.", n),
    }  # fmt: skip
    bad = ("parent", "family", "category", "twice")
    found = [
        {
            "text": texts[name](line["tallies"][name]["count"]) % line["tallies"][name]["count"],
            "seen": line["tallies"][name]["seen"],
            "tone": "bad" if name in bad else "",
        }
        for name in texts
        if name in line["tallies"]
    ]
    if line["unmapped"]:
        found.append({
            "text": _("Columns that have no place here are left out: %d.") % len(line["unmapped"]),
            "seen": line["unmapped"][:SHOWN], "tone": "",
        })  # fmt: skip
    return found
