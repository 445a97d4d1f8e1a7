"""Who else has a product open, and in which field: said every 15 seconds by their page, forgotten after 45.

In a small table of its own, since it has to work where there is no Redis: several web processes share nothing else
(docs/decisions/0035).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.access import Rights
from catalog.models import Product, Revision, User
from catalog.retention import RULES, Rule, Step
from catalog.retention.rules import AT_ONCE
from catalog.structure.snapshot import Structure
from enrichment.comments import places
from enrichment.comments.mentions import called
from enrichment.models import Presence

PING = 15  # seconds between two signs of life
LASTS = timedelta(seconds=45)
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Other:
    """`key`: the value they are in, "" for none, or one the reader may not see; `label` names it."""

    name: str
    key: str
    label: str


def here(product: Product, key: str, *, user: User) -> None:
    """One statement."""
    Presence.objects.bulk_create(
        [Presence(user=user, product=product, key=key, seen_at=timezone.now())],
        update_conflicts=True,
        unique_fields=["user", "product"],
        update_fields=["key", "seen_at"],
    )


def away(product: Product, *, user: User) -> None:
    Presence.objects.filter(user=user, product=product).delete()


def others(product: Product, *, reader: User, rights: Rights, structure: Structure) -> list[Other]:
    """One query. `rights`: the reader's at the product's places."""
    rows = Presence.objects.filter(product=product, seen_at__gt=timezone.now() - LASTS).exclude(user=reader)
    found = []
    for row in rows.select_related("user").order_by("-seen_at")[:SHOWN]:
        key = row.key if row.key and places.may_see(row.key, rights, structure) else ""
        found.append(Other(called(row.user), key, places.label(key, structure)))
    return found


def saved_since(product: Product, rev: int, *, reader: User) -> str:
    """Who else saved it after `rev`, in a sentence; "" where nobody did. A query only where something was saved."""
    if product.rev <= rev:
        return ""
    rows = Revision.objects.filter(product=product, rev__gt=rev).exclude(user=reader).select_related("user")
    last = rows.order_by("-rev").first()
    if last is None:
        return ""
    text = _("%(name)s saved changes at %(time)s, after you opened this page: load it again to see them.")
    return text % {
        "name": called(last.user) or _("The system"),
        "time": date_format(localtime(last.at), "TIME_FORMAT"),
    }


def gone_step(cursor: int, now: object) -> Step:
    rows = Presence.objects.filter(seen_at__lt=timezone.now() - 4 * LASTS).values_list("pk", flat=True)
    ids = list(rows[:AT_ONCE])
    return Step(Presence.objects.filter(pk__in=ids).delete()[0], 0, len(ids) < AT_ONCE)


RULES.add(
    "presence",
    Rule(
        "presence",
        gettext_lazy("Who has a product open"),
        lambda: _("Until they close it, or a few minutes."),
        Presence,
        gone_step,
    ),
)
