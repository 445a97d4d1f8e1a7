"""What is written down of listings, as whoever reads may know it: what was sent, what the channel shows, what is wrong there.

It may name products that this person may not see, and nothing in it says which of its words are such names. So who does not
see every product is told which fields it is about and none of their values; and of variants only those that they see. What a
channel said is withheld as a whole where the item holds products they may not see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.utils.translation import gettext as _

from catalog.models.product import Product
from catalog.structure.product_names import NAMES, hidden_text
from channels import protection
from channels.models import Attempt, Listing
from channels.sheets.diff import Difference

if TYPE_CHECKING:
    from channels.dry_run import Planned

WITHHELD = "…"


class Told:
    """Of these listings, or of what a dry run found of some: a constant number of queries for who does not see every product,
    else none."""

    def __init__(self, rows: Iterable[Listing | Planned]) -> None:
        self.values = NAMES.sees_all
        self._seen: set[str] = set()
        self._elsewhere: set[int] = set()  # products whose item holds others that are hidden
        if self.values:
            return
        named = {row.product_id: _named(row) for row in rows}
        members = dict(
            Product.objects.filter(root_id__in=named).exclude(pk=F("root_id")).values_list("pk", "root_id")
        )
        skus = {sku for found in named.values() for sku in found}
        NAMES.bring(ids=members, skus=skus, anew=False)
        names = {sku: NAMES.by_sku(sku) for sku in skus}
        self._seen = {sku for sku, name in names.items() if name is not None and not name.is_hidden}
        self._elsewhere = {root for pk, root in members.items() if NAMES.hides(pk)}
        self._elsewhere |= {pk for pk, found in named.items() if not found <= self._seen}

    def is_of(self, path: str) -> bool:
        """Whether that it is about this path of a sheet may be told."""
        sku = "" if self.values else protection.variant_of(path)
        return not sku or sku in self._seen

    def difference(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        """An entry of Listing.drift."""
        if self.values:
            return dict(entry)
        sides = {name: None if entry[name] is None else WITHHELD for name in ("sent", "seen")}
        return {**entry, **sides}

    def drift(self, row: Listing) -> list[dict[str, Any]]:
        return [self.difference(entry) for entry in row.drift if self.is_of(entry["field"])]

    def kept(self, row: Listing) -> list[str]:
        return [path for path in row.kept if self.is_of(path)]

    def changes(self, one: Planned) -> list[Difference]:
        return [change for change in one.changes if self.is_of(change.path)]

    def errors(self, row: Listing | Planned) -> list[dict[str, Any]]:
        """All of them: that something is wrong with another product of the item stops this one too."""
        if row.product_id not in self._elsewhere:
            return list(row.errors)
        return [self._error(error) for error in row.errors]

    def _error(self, error: Mapping[str, Any]) -> dict[str, Any]:
        sku = str(error.get("sku") or "")
        if sku in self._seen:
            return dict(error)
        return {**error, "message": withheld(), **({"sku": hidden_text()} if sku else {})}

    def reason(self, row: Listing | Planned) -> str:
        return self._said(row.reason, row.product_id)

    def message(self, attempt: Attempt, row: Listing) -> str:
        """`row`: the attempt's listing."""
        return self._said(attempt.message, row.product_id)

    def answer(self, attempt: Attempt, row: Listing) -> Any:
        return {} if row.product_id in self._elsewhere else attempt.answer

    def _said(self, text: str, product: int) -> str:
        return withheld() if text and product in self._elsewhere else text


def withheld() -> str:
    return _("It may name products that you may not see, so not all of it is shown.")


def _named(row: Listing | Planned) -> set[str]:
    """The SKUs of variants that it names."""
    paths: Sequence[str]
    if isinstance(row, Listing):
        paths = [*(entry["field"] for entry in row.drift), *row.kept]
    else:
        paths = [change.path for change in row.changes]
    skus = {protection.variant_of(path) for path in paths} | {
        str(each.get("sku") or "") for each in row.errors
    }
    return skus - {""}
