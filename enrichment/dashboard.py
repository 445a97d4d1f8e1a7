"""The first screen: what is ready, what waits, what went wrong; each number leads to the products it counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.urls import NoReverseMatch, reverse

from catalog.access import Rights, rights_of, visible
from catalog.models import ImportRun, Product, Proposal, User
from catalog.structure.snapshot import Structure
from channels import profile as channel_profiles
from channels.models import Completeness, Listing
from channels.profile import ChannelSpec, Profiles
from enrichment.workbench.page.listings import TONES

IMPORTS = 5


@dataclass(frozen=True, slots=True)
class Counted:
    label: Any
    number: int
    href: str
    tone: str = "muted"
    icon: str = ""


@dataclass(slots=True)
class PlaceCount:
    locale: str
    complete: int
    total: int
    complete_href: str
    incomplete_href: str

    @property
    def ratio(self) -> int:
        return 100 if not self.total else 100 * self.complete // self.total

    @property
    def incomplete(self) -> int:
        return self.total - self.complete


@dataclass(slots=True)
class ChannelHealth:
    channel: ChannelSpec
    places: list[PlaceCount] = field(default_factory=list)
    states: list[Counted] = field(default_factory=list)


@dataclass(slots=True)
class Dashboard:
    statuses: list[Counted]
    channels: list[ChannelHealth]
    imports: list[tuple[ImportRun, str]]
    proposals: int
    is_empty: bool
    may_import: bool


def grid(**filters: str) -> str:
    return f"{reverse('admin:catalog_product_changelist')}?{urlencode(filters)}"


def build(user: User) -> Dashboard:
    """A constant number of queries, whatever the catalogue's size."""
    structure, rights = Structure.current(), rights_of(user)
    profiles = channel_profiles.current(structure)
    products = visible(user, Product.objects.alive())
    limited = rights.category_paths() is not None
    statuses = _statuses(products)
    return Dashboard(
        statuses=statuses,
        channels=_channels(products if limited else None, profiles, rights),
        imports=_imports(user) if rights.may("import.run") else [],
        proposals=visible(user, Proposal.objects.filter(state=Proposal.State.OPEN)).count(),
        is_empty=not any(each.number for each in statuses),
        may_import=rights.may("import.run"),
    )


def _statuses(products: QuerySet[Product]) -> list[Counted]:
    found = dict(products.order_by().values_list("status").annotate(n=Count("pk")))
    looks = {
        "draft": ("muted", "edit_note"),
        "in_review": ("info", "rate_review"),
        "approved": ("success", "verified"),
    }
    return [
        Counted(label, found.get(status, 0), grid(status=status, level="all"), *looks[status])
        for status, label in Product.Status.choices
    ]


def _channels(products: QuerySet[Product] | None, profiles: Profiles, rights: Rights) -> list[ChannelHealth]:
    scores = Completeness.objects.filter(product__trashed_at=None)
    listings = Listing.objects.filter(product__trashed_at=None)
    if products is not None:
        scores = scores.filter(product__in=products.values("pk"))
        listings = listings.filter(product__in=products.values("pk"))
    rows = scores.values_list("channel_id", "locale").annotate(
        total=Count("pk"), complete=Count("pk", filter=Q(missing=0))
    )
    counted = {(channel, locale): (total, complete) for channel, locale, total, complete in rows}
    states: dict[tuple[int, str], int] = {}
    if rights.may("channel.view"):
        states = {
            (c, s): n for c, s, n in listings.values_list("channel_id", "state").annotate(n=Count("pk"))
        }
    result = []
    for channel in profiles.active:
        health = ChannelHealth(channel)
        for locale in channel.locales:
            total, complete = counted.get((channel.id, locale), (0, 0))
            place = f"{channel.code}|{locale}"
            health.places.append(
                PlaceCount(
                    locale,
                    complete,
                    total,
                    grid(complete=place, level="all"),
                    grid(incomplete=place, level="all"),
                )
            )
        for state, label in Listing.State.choices:
            number = states.get((channel.id, state), 0)
            if number:
                href = grid(listing=f"{channel.code}|{state}", level="all")
                health.states.append(Counted(label, number, href, TONES.get(state, "muted")))
        result.append(health)
    return result


def _imports(user: User) -> list[tuple[ImportRun, str]]:
    rows = visible(user, ImportRun.objects.select_related("created_by")).defer("table", "mapping", "settings")
    return [(row, _address(row)) for row in rows.order_by("-id")[:IMPORTS]]


def _address(run: ImportRun) -> str:
    if run.state in (ImportRun.State.APPLIED, ImportRun.State.UNDONE):
        return grid(**{"import": str(run.pk), "level": "all"})
    try:
        return reverse("admin:catalog_importrun_change", args=[run.pk])
    except NoReverseMatch:
        return ""
