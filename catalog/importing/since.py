"""What was done to products since a file was exported from here (its `_rev` column), and the row merged with it by field.

A cell that still says what was exported leaves the newer value alone; one that was changed as well is a conflict, unless
the attribute type can put both together (prices of two currencies).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from catalog.attribute_types import ATTRIBUTE_TYPES, CONFLICT
from catalog.importing import complaints
from catalog.importing.cells import Parsed
from catalog.importing.claims import shown
from catalog.importing.found import Found
from catalog.importing.readers.base import Table
from catalog.models.revision import Revision
from catalog.structure.snapshot import Structure
from catalog.values.changes import ABSENT
from catalog.values.keys import Key, attribute_of, format_key, is_field
from catalog.values.revisions import from_json


@dataclass(slots=True)
class Since:
    """Of one product: `bases`: key → its value when the file was made; `who`: key → who changed it last; `touched`: as `who`,
    for good.

    `whole`: the history reaches back to the file; else nothing is known to be unchanged.
    """

    bases: dict[str, Any] = field(default_factory=dict)
    who: dict[str, str] = field(default_factory=dict)
    touched: dict[str, str] = field(default_factory=dict)
    whole: bool = True

    def as_exported(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """The product's own document, as the file's author saw it."""
        seen = {**document, **{key: base for key, base in self.bases.items() if not is_field(key)}}
        return {key: stored for key, stored in seen.items() if stored is not ABSENT}

    def merge(self, parsed: Parsed, document: Mapping[str, Any], structure: Structure) -> None:
        """Takes out of the row what its author did not touch, and puts together what can be."""
        for key, base in list(self.bases.items()):
            if is_field(key):
                name = key[1:]
                if name in parsed.fields and _same_field(parsed.fields[name], base):
                    del parsed.fields[name]
                    self._keep(parsed, key)
                continue
            spec = structure.attributes.get(attribute_of(key))
            if spec is None or key not in parsed.values:
                continue
            kind, mine = ATTRIBUTE_TYPES[spec.type], parsed.values[key]
            before = None if base is ABSENT else base
            if kind.equal(mine, before, spec):
                del parsed.values[key]
                self._keep(parsed, key)
                continue
            merged = kind.merge(before, mine, document.get(key), spec)
            if merged is not CONFLICT:
                parsed.values[key] = merged
                self._forget(key)

    def stale(self, changed: Collection[str]) -> tuple[str, str] | None:
        """(key, who) of the first change that would undo somebody else's; None where there is none."""
        for key in changed:
            if key in self.who or not self.whole:
                return key, self.who.get(key) or _("somebody")
        return None

    def conflict(
        self,
        changed: Mapping[str, tuple[Any, Any]],
        headers: Mapping[str, str],
        translated_from: str,
        structure: Structure,
    ) -> dict[str, Any] | None:
        """What is wrong with the first change that others were before, if any. `headers`: of the file, by key; `translated_from`:
        of a file of translations."""
        for complaint, found in (
            (complaints.changed_since, self.stale(changed)),
            (complaints.source_changed, self.older_source(changed, translated_from, structure)),
        ):
            if found is not None:
                key, who = found
                return complaint(key, who, headers.get(key, ""), shown(changed[key][1]))
        return None

    def older_source(
        self, changed: Collection[str], locale: str, structure: Structure
    ) -> tuple[str, str] | None:
        """(key, who) of the first translation from this locale whose source somebody changed since; None where there is none."""
        for key in changed if locale else ():
            code, own, context = Key.parse(key)
            if own and own != locale:
                for step in structure.context_chain(context):
                    if who := self.touched.get(format_key(code, locale, step)):
                        return key, who
        return None

    def _keep(self, parsed: Parsed, key: str) -> None:
        message = _("Changed by %(who)s since the file was exported, not by the file: it stays as it is.")
        parsed.notes.append({"kind": "newer", "key": key, "message": message % {"who": self.who[key]}})
        self._forget(key)

    def _forget(self, key: str) -> None:
        self.bases.pop(key)
        self.who.pop(key)


def _same_field(mine: Any, base: Any) -> bool:
    if isinstance(mine, str) and isinstance(base, str):
        return mine.casefold() == base.casefold()
    return bool((mine or None) == (base or None)) if not isinstance(mine, bool) else mine is base


def changed_since(rows: Iterable[tuple[Parsed, Found | None]]) -> dict[int, Since]:
    """Of the rows whose `_rev` cell names a revision that is no longer the product's."""
    based = {
        product.id: (parsed.rev, product.rev)
        for parsed, product in rows
        if parsed.rev is not None and product is not None
    }
    return load(based)


def load(based: Mapping[int, tuple[int, int]]) -> dict[int, Since]:
    """Of the products whose revision now is beyond their file's: {product: (the file's revision, the one now)}. One query."""
    older = {product: revs for product, revs in based.items() if revs[0] < revs[1]}
    if not older:
        return {}
    found = {product: Since() for product in older}
    counted = dict.fromkeys(older, 0)
    first = min(rev for rev, _now in older.values())
    later = Revision.objects.filter(product_id__in=older, rev__gt=first).order_by("product_id", "rev")
    columns = later.values_list("product_id", "rev", "changes", "user__username", "source")
    for product, rev, changes, user, source in columns.iterator(chunk_size=500):
        if older[product][0] < rev <= older[product][1]:
            counted[product] += 1
            _add(found[product], changes, user or source)
    for product, since in found.items():
        # Each change is one revision: where one is missing, retention has thinned them.
        since.whole = counted[product] == older[product][1] - older[product][0]
    return found


def _add(since: Since, changes: Mapping[str, Iterable[Any]], who: str) -> None:
    for key, (before, _after) in changes.items():
        since.bases.setdefault(key, from_json(before))
        since.who[key] = since.touched[key] = who


def translated_from(table: Table, structure: Structure) -> str:
    """The locale that a file of translations says they are made from; "" for any other file."""
    for note in table.notes:
        if note.code == "translations":
            wanted = str(note.params.get("source", "")).replace("-", "_").casefold()
            return next((code for code in structure.locales if code.casefold() == wanted), "")
    return ""
