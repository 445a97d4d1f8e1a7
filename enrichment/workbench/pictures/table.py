"""The files of a match as its page shows them: counted by what became of them, a page of rows, their order on the product."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet
from django.utils.translation import gettext_lazy as _

from enrichment.models import PictureFile, PictureMatch
from enrichment.workbench.pictures.matching import REASONS

PAGE = 100
State = PictureFile.State
# state → (label of its counter, icon, tone)
SHOWN: dict[str, tuple[Any, str, str]] = {
    State.MATCHED: (_("ready"), "link", "info"),
    State.UNMATCHED: (_("without product"), "link_off", "warning"),
    State.REFUSED: (_("not taken in"), "block", "danger"),
    State.WRITTEN: (_("on their products"), "check", "success"),
    State.FAILED: (_("not written"), "error", "danger"),
}
_PLACED = (State.MATCHED, State.WRITTEN)


@dataclass(frozen=True, slots=True)
class Line:
    """`order`: which of the product's files it is, from 1; 0 where it is on none. `why`: what is wrong, for people."""

    file: PictureFile
    order: int
    why: str


def counters(match: PictureMatch, shown: str) -> list[dict[str, Any]]:
    counts = dict(match.files.order_by().values_list("state").annotate(Count("pk")))
    return [
        {
            "name": state,
            "number": counts.get(state, 0),
            "label": label,
            "icon": icon,
            "tone": tone if counts.get(state) else "muted",
            "on": shown == state,
        }
        for state, (label, icon, tone) in SHOWN.items()
        if counts.get(state) or state in (State.MATCHED, State.UNMATCHED)
    ]


def ordered(match: PictureMatch, shown: str) -> QuerySet[PictureFile]:
    """What needs a hand first."""
    files = match.files.filter(state=shown) if shown in SHOWN else match.files.all()
    return files.order_by(F("product__sku").asc(nulls_first=True), "place", "name", "pk")


def page(match: PictureMatch, shown: str, number: int) -> tuple[list[Line], bool]:
    """(lines, whether there are further ones): three queries. `number`: from 0."""
    start = number * PAGE
    found = list(
        ordered(match, shown)
        .select_related("asset", "product")
        .defer("product__tokens", "product__search", "product__labels")[start : start + PAGE + 1]
    )
    more, found = len(found) > PAGE, found[:PAGE]
    orders = _orders(match, {file.product_id for file in found if file.product_id})
    return [Line(file, orders.get(file.pk, 0), why(file)) for file in found], more


def _orders(match: PictureMatch, products: set[int]) -> dict[int, int]:
    listed: dict[int, list[tuple[int, str, int]]] = defaultdict(list)
    files = match.files.filter(product__in=products, state__in=_PLACED) if products else match.files.none()
    for product, place, name, pk in files.values_list("product", "place", "name", "pk"):
        listed[product].append((place, name.casefold(), pk))
    return {
        pk: order
        for each in listed.values()
        for order, (_place, _name, pk) in enumerate(sorted(each), start=1)
    }


def why(file: PictureFile) -> str:
    return file.told or str(REASONS.get(file.code, ""))
