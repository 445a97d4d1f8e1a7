"""The first screen: what waits for whom, what is ready, what went wrong; each number leads to the products it counts, and
where this person may write, into the queue that works them off."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from catalog import approval, search
from catalog.access import Rights, rights_of, visible
from catalog.models import ImportRun, OutdatedTranslation, Product, Proposal, User
from catalog.structure.snapshot import Structure
from channels import profile as channel_profiles
from channels.models import Channel, Listing
from channels.profile import ChannelSpec, Profiles
from enrichment import assigning, numbers, review
from enrichment.comments import reading as comments
from enrichment.comments.reading import Waiting
from enrichment.models import ReviewNote
from enrichment.numbers import PlaceNumbers
from enrichment.workbench.filtering import grammar
from enrichment.workbench.filtering.grammar import Condition, Group
from enrichment.workbench.filtering.work import ME
from enrichment.workbench.page.listings import TONES
from enrichment.workbench.queue import address as queue

IMPORTS = 5
LACKING = 4  # attributes named by a place, those missing most often
RETURNED = 5


@dataclass(frozen=True, slots=True)
class Counted:
    label: Any
    number: int
    href: str
    tone: str = "muted"
    icon: str = ""


@dataclass(slots=True)
class PlaceCount:
    """`lacking`: the attributes missing most often, each with its queue; `others`: how many more there are."""

    locale: str
    complete: int
    total: int
    complete_href: str
    incomplete_href: str
    lacking: list[Counted] = field(default_factory=list)
    others: int = 0

    @property
    def ratio(self) -> int:
        return 100 if not self.total else 100 * self.complete // self.total

    @property
    def incomplete(self) -> int:
        return self.total - self.complete


@dataclass(slots=True)
class ChannelHealth:
    """`paused`: that nothing is sent to it until somebody resumes it, and why; "" where it is not paused."""

    channel: ChannelSpec
    paused: str = ""
    places: list[PlaceCount] = field(default_factory=list)
    states: list[Counted] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RecentImport:
    run: ImportRun
    href: str
    rejected: int = 0
    rejected_href: str = ""


@dataclass(slots=True)
class Dashboard:
    """`waiting`: what this person can do something about, each leading where it is done."""

    statuses: list[Counted]
    waiting: list[Counted]
    returned: list[ReviewNote]
    comments: list[Waiting]
    assigned: assigning.Mine
    channels: list[ChannelHealth]
    imports: list[RecentImport]
    is_empty: bool
    may_import: bool
    may_see_channels: bool = False


def grid(**filters: str) -> str:
    return f"{reverse('admin:catalog_product_changelist')}?{urlencode(filters)}"


def build(user: User) -> Dashboard:
    """A constant number of queries, whatever the catalogue's size."""
    structure, rights = Structure.current(), rights_of(user)
    profiles = channel_profiles.current(structure)
    products = visible(user, Product.objects.alive())
    counted = products if rights.category_paths() is not None else None
    statuses = numbers.by_status(products)
    states = numbers.by_state(counted) if rights.may("channel.view") else {}
    mine = assigning.mine(user)
    returned = list(review.returned_to(user, structure)[: RETURNED + 1])
    return Dashboard(
        statuses=_statuses(statuses),
        waiting=[*_assigned(mine), *_waiting(user, rights, statuses, states, profiles, structure)],
        returned=returned,
        comments=comments.waiting(user),
        assigned=mine,
        channels=_channels(numbers.by_place(counted), states, profiles, rights, structure),
        imports=_imports(user) if rights.may("import.run") else [],
        is_empty=not any(statuses.values()),
        may_import=rights.may("import.run"),
        may_see_channels=rights.may("channel.view"),
    )


def _statuses(found: dict[str, int]) -> list[Counted]:
    looks = {
        "draft": ("muted", "edit_note"),
        "in_review": ("info", "rate_review"),
        "approved": ("success", "verified"),
    }
    return [
        Counted(label, found.get(status, 0), grid(status=status, level="all"), *looks[status])
        for status, label in Product.Status.choices
    ]


def _waiting(
    user: User,
    rights: Rights,
    statuses: dict[str, int],
    states: dict[tuple[int, str], int],
    profiles: Profiles,
    structure: Structure,
) -> list[Counted]:
    """Only what there is, and what the person may do."""
    waiting = []
    if rights.may("product.publish"):
        number = _to_review(user, rights, statuses, structure)
        waiting.append(
            Counted(_("To review"), number, reverse("admin:enrichment_review"), "info", "rate_review")
        )
        waiting += _to_review_by_locale(user, rights, structure)
    if rights.may("product.edit"):
        for channel in profiles.active:
            number = states.get((channel.id, Listing.State.REFUSED), 0)
            href = queue.address(listing=f"{channel.code}|{Listing.State.REFUSED}", level="all")
            label = _("Refused by %(channel)s") % {"channel": channel.label}
            waiting.append(Counted(label, number, href, "danger", "storefront"))
        waiting += _outdated(user, rights, structure)
    proposed = visible(user, Proposal.objects.filter(state=Proposal.State.OPEN, product__trashed_at=None))
    number = proposed.values("product_id").distinct().count()
    label = _("With open proposals")
    waiting.append(Counted(label, number, grid(proposed="yes", level="all"), "info", "lightbulb"))
    return [each for each in waiting if each.number]


def _assigned(mine: assigning.Mine) -> list[Counted]:
    late = Counted(_("Overdue"), mine.overdue, _of_me("late"), "danger", "alarm")
    every = Counted(_("Assigned to you"), mine.total, _of_me("in"), "info", "assignment_ind")
    return [each for each in (late, every) if each.number]


def _of_me(operator: str) -> str:
    where = grammar.write(Group("and", (Condition("assigned", operator, (ME,)),)))
    return grid(where=where, level="all")


def _outdated(user: User, rights: Rights, structure: Structure) -> list[Counted]:
    """By language: products with a text whose source was changed after it was translated."""
    rows = visible(user, OutdatedTranslation.objects.filter(product__trashed_at=None))
    counted = dict(rows.order_by().values_list("locale").annotate(n=Count("product_id", distinct=True)))
    return [
        Counted(
            _("Outdated in %(language)s") % {"language": spec.name},
            counted.get(code, 0),
            queue.address(outdated=code, level="all"),
            "warning",
            "history",
        )
        for code, spec in structure.locales.items()
        if rights.may_in("product.edit", None, code, None)
    ]


def _to_review(user: User, rights: Rights, statuses: dict[str, int], structure: Structure) -> int:
    """Of what is in review, what this person may decide: often all of it."""
    in_review, asked = Product.Status.IN_REVIEW, approval.asked_for(structure)
    if rights.category_paths("product.publish", asked) == rights.category_paths():
        return statuses.get(in_review, 0)
    waiting = Product.objects.alive().filter(status=in_review)
    return visible(user, waiting, verb="product.publish", locale=asked).count()


def _to_review_by_locale(user: User, rights: Rights, structure: Structure) -> list[Counted]:
    """By language that is approved by itself: a query for each."""
    found = []
    for locale in structure.approving:
        if not rights.may_in("product.publish", None, locale, None):
            continue
        waiting = search.filter_tokens(
            Product.objects.alive(), all=[approval.token(locale, Product.Status.IN_REVIEW)]
        )
        number = visible(user, waiting, verb="product.publish", locale=locale).count()
        label = _("To review in %(language)s") % {"language": structure.locales[locale].name}
        href = f"{reverse('admin:enrichment_review')}?{urlencode({'approving': locale})}"
        found.append(Counted(label, number, href, "info", "rate_review"))
    return found


def _channels(
    counted: dict[tuple[int, str], PlaceNumbers],
    states: dict[tuple[int, str], int],
    profiles: Profiles,
    rights: Rights,
    structure: Structure,
) -> list[ChannelHealth]:
    result = []
    paused: dict[int, str] = {}
    if rights.may("channel.view"):
        paused = dict(Channel.objects.exclude(paused_at=None).values_list("pk", "paused_reason"))
    for channel in profiles.active:
        health = ChannelHealth(channel)
        if channel.id in paused:
            health.paused = _("The channel is paused: %s") % paused[channel.id]
        for locale in channel.locales:
            found = counted.get((channel.id, locale), PlaceNumbers())
            health.places.append(_place(channel, locale, found, rights, structure))
        for state, label in Listing.State.choices:
            number = states.get((channel.id, state), 0)
            if number:
                href = grid(listing=f"{channel.code}|{state}", level="all")
                health.states.append(Counted(label, number, href, TONES.get(state, "muted")))
        result.append(health)
    return result


def _place(
    channel: ChannelSpec, locale: str, found: PlaceNumbers, rights: Rights, structure: Structure
) -> PlaceCount:
    place = f"{channel.code}|{locale}"
    known = [
        (structure.attributes[code], number)
        for code, number in found.missing.most_common()
        if number > 0 and code in structure.attributes
    ]
    seen = [
        (spec, number)
        for spec, number in known
        if rights.may_view_key(spec, locale if spec.localizable else "", None)
    ]
    writes = rights.may("product.edit")
    lacking = []
    for spec, number in seen[:LACKING]:
        may_write = writes and rights.may_edit_key(spec, locale if spec.localizable else "", None)
        to = queue.address if may_write else grid
        href = to(missing=f"{place}|{spec.code}", level="all")
        lacking.append(Counted(spec.label(), number, href, icon="playlist_play" if may_write else ""))
    to = queue.address if writes else grid
    return PlaceCount(
        locale,
        found.complete,
        found.total,
        grid(complete=place, level="all"),
        to(incomplete=place, level="all"),
        lacking,
        len(seen) - len(lacking),
    )


def _imports(user: User) -> list[RecentImport]:
    rows = visible(user, ImportRun.objects.select_related("created_by")).defer("table", "mapping", "settings")
    made = []
    for row in rows.order_by("-id")[:IMPORTS]:
        report = _report(row)
        rejected = int(row.counts.get("rejected") or 0)
        is_over = row.state in (ImportRun.State.APPLIED, ImportRun.State.UNDONE)
        href = grid(**{"import": str(row.pk), "level": "all"}) if is_over else report
        made.append(
            RecentImport(row, href, rejected, f"{report}?show=rejected" if report and rejected else "")
        )
    return made


def _report(run: ImportRun) -> str:
    try:
        return reverse("admin:catalog_importrun_change", args=[run.pk])
    except NoReverseMatch:
        return ""
