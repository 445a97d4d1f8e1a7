"""Planning and doing a conversion in few words."""

from __future__ import annotations

from typing import Any

from catalog.conversions.asking import Wanted, facets_of
from catalog.conversions.planning import begin, plan
from catalog.conversions.running import start
from catalog.jobs import run_due
from catalog.models import Attribute, Conversion, ProductValues
from catalog.structure import snapshot


def wanted(
    code: str, *, locales: tuple[str, ...] = (), contexts: tuple[str, ...] = (), **changed: Any
) -> Wanted:
    facets = facets_of(Attribute.objects.get(code=code))
    return Wanted(**{**facets, **changed}, locales=locales, contexts=contexts)


def planned(code: str, **changed: Any) -> Conversion:
    row = begin(Attribute.objects.get(code=code), wanted(code, **changed), by=None)
    plan(conversion=row.pk)
    row.refresh_from_db()
    return row


def opened(code: str, **changed: Any) -> Conversion:
    """Switched, and no product rewritten yet."""
    row = planned(code, **changed)
    start(row, by=None)
    return row


def done(code: str, **changed: Any) -> Conversion:
    row = opened(code, **changed)
    work_off()
    row.refresh_from_db()
    assert row.state == Conversion.State.DONE
    return row


def work_off() -> None:
    while run_due("interactive"):
        pass


def own(product: int | None) -> dict[str, Any]:
    return ProductValues.objects.get(pk=product).values


def retype(code: str, kind: str) -> None:
    """Another type before there are values, as its screen allows it."""
    Attribute.objects.filter(code=code).update(type=kind)
    snapshot.forget()
