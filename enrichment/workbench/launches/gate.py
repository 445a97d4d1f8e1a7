"""The gate before a launch: how many are ready, and of each of the others why not, as sentences that lead to the field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Product
from catalog.structure.snapshot import Structure
from catalog.values.hashing import value_hash
from channels import schedule
from channels.launches.embargo import in_zone, pending
from channels.launches.look import Look, Obstacle, beside, by_kind
from channels.launches.look import look as look_at
from channels.models import Channel, LaunchEntry
from channels.profile import ChannelSpec
from enrichment.readiness import field_id

SHOWN = 100  # products whose obstacles are listed
LABELS = {
    "ready": gettext_lazy("Ready"),
    "unapproved": gettext_lazy("Only not approved"),
    "blocked": gettext_lazy("Blocked"),
    "there": gettext_lazy("There already"),
}
KINDS = tuple(LABELS)


@dataclass(frozen=True, slots=True)
class Sentence:
    """`count`: how many products of the chosen one it is about; `href` leads to the first of them."""

    text: str
    href: str
    count: int = 1


@dataclass(slots=True)
class Blocked:
    """A product with what stands in its way, channel by channel."""

    product: int
    sku: str
    label: str
    channels: list[tuple[str, list[Sentence]]] = field(default_factory=list)


@dataclass(slots=True)
class Line:
    """A channel, with how many of the chosen products are how far there. `note`: when it goes out later than planned."""

    channel: ChannelSpec
    counts: dict[str, int]
    note: str = ""

    @property
    def numbers(self) -> list[int]:
        return [self.counts[kind] for kind in KINDS]


@dataclass(slots=True)
class Gate:
    """`kinds`: chosen products by the worst that stands in their way; `waiting`: of them, how many leave another launch;
    `at_once`: the channels not chosen to which approving lets them go."""

    at: datetime
    channels: Sequence[ChannelSpec]
    looks: Mapping[int, Mapping[int, Look]]
    kinds: Mapping[str, list[int]]
    lines: list[Line] = field(default_factory=list)
    blocked: list[Blocked] = field(default_factory=list)
    waiting: int = 0
    at_once: list[ChannelSpec] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(len(ids) for ids in self.kinds.values())

    @property
    def ready(self) -> int:
        return len(self.kinds.get("ready", ()))

    @property
    def unapproved(self) -> int:
        return len(self.kinds.get("unapproved", ()))

    @property
    def stopped(self) -> int:
        return len(self.kinds.get("blocked", ()))

    @property
    def there(self) -> int:
        return len(self.kinds.get("there", ()))

    @property
    def more(self) -> int:
        """Blocked products that are not listed."""
        return self.stopped - len(self.blocked)

    @property
    def all(self) -> int:
        """What may be scheduled at all."""
        return self.total - self.there

    @property
    def at_once_labels(self) -> str:
        return ", ".join(channel.label for channel in self.at_once)

    @property
    def mark(self) -> str:
        """What was looked at is what is scheduled: products may have changed between the two."""
        seen = {kind: sorted(self.kinds.get(kind, ())) for kind in KINDS}
        return value_hash(
            seen
            | {"at": self.at.isoformat(), "channels": [each.code for each in self.channels]}
            | {"at_once": [each.code for each in self.at_once]}
        )

    def chosen(self, mode: str) -> list[int]:
        """`mode`: "ready"; "approve": those as well that lack only the approval; "all": whatever stands in their way."""
        taken = {
            "ready": ("ready",),
            "approve": ("ready", "unapproved"),
            "all": ("ready", "unapproved", "blocked"),
        }
        return sorted(pk for kind in taken.get(mode, ()) for pk in self.kinds.get(kind, ()))

    def entries(self, chosen: Iterable[int]) -> dict[int, list[int]]:
        """Channel → products to put into the launch there: what the channel has already is left alone."""
        wanted = list(chosen)
        found = {}
        for channel, looks in self.looks.items():
            found[channel] = [pk for pk in wanted if pk in looks and looks[pk].kind != "there"]
        return found

    def sheets(self, chosen: Iterable[int]) -> int:
        """How many sheets these stand for, on all channels."""
        wanted = list(chosen)
        return sum(looks[pk].units for looks in self.looks.values() for pk in wanted if pk in looks)

    def to_approve(self) -> list[int]:
        """The products whose approval alone is missing: variants, where models were chosen."""
        wanted = self.kinds.get("unapproved", ())
        return sorted(
            {
                pk
                for looks in self.looks.values()
                for one in wanted
                if one in looks
                for pk in looks[one].unapproved
            }
        )


def build(
    chosen: Sequence[int],
    channels: Sequence[ChannelSpec],
    structure: Structure,
    *,
    active: Sequence[ChannelSpec],
    at: datetime,
    now: datetime,
) -> Gate:
    """`active`: all channels, those not chosen too. Raises channels.launches.look.TooMany."""
    looks = look_at(chosen, channels, structure, at=at)
    made = Gate(at, channels, looks, by_kind(looks, chosen))
    closed = dict(Channel.objects.exclude(paused_at=None).values_list("pk", "paused_reason"))
    for channel in channels:
        counts = dict.fromkeys(KINDS, 0)
        for look in looks[channel.id].values():
            counts[look.kind] += 1
        made.lines.append(Line(channel, counts, _note(channel, at, closed)))
    made.blocked = listed(made.kinds.get("blocked", ())[:SHOWN], channels, looks)
    rows = LaunchEntry.objects.filter(
        pending(now), product_id__in=list(chosen), channel_id__in=[c.id for c in channels]
    )
    taken = {channel.id for channel in channels}
    others = [channel for channel in active if channel.id not in taken]
    made.at_once = beside(made.to_approve(), others, structure, now=now)
    made.waiting = rows.values("product_id").distinct().count()
    return made


def listed(
    products: Iterable[int], channels: Sequence[ChannelSpec], looks: Mapping[int, Mapping[int, Look]]
) -> list[Blocked]:
    """In the order of their SKUs. One query."""
    rows = Product.objects.filter(pk__in=list(products)).order_by("sku").values_list("pk", "sku", "label")
    found = []
    for pk, sku, label in rows:
        one = Blocked(pk, sku, label)
        for channel in channels:
            look = looks.get(channel.id, {}).get(pk)
            sentences = _sentences(look.obstacles) if look else []
            if sentences:
                one.channels.append((channel.label, sentences))
        found.append(one)
    return found


def _sentences(obstacles: Iterable[Obstacle]) -> list[Sentence]:
    """What several variants lack is said once."""
    about: dict[tuple[str, str, str], dict[int, None]] = {}
    for one in obstacles:
        about.setdefault((one.message, one.attribute, one.locale), {})[one.product] = None
    return [
        Sentence(message, _address(next(iter(products)), attribute, locale), len(products))
        for (message, attribute, locale), products in about.items()
    ]


def _address(product: int, attribute: str, locale: str) -> str:
    address = reverse("admin:catalog_product_change", args=[product])
    if not attribute:
        return address
    query = f"?{urlencode({'locale': locale})}" if locale else ""
    return f"{address}{query}#{field_id(f'{attribute}|{locale}' if locale else attribute)}"


def _note(channel: ChannelSpec, at: datetime, closed: Mapping[int, str]) -> str:
    if channel.id in closed:
        return _("The channel is paused: nothing goes out before it goes on. %s") % closed[channel.id]
    opening = schedule.next_opening(channel.schedule, at)
    if opening is None:
        return _("Outside its sending hours: no window ever opens.")
    if opening > at:
        zone = str(channel.schedule.get("time_zone") or "UTC")
        return _("Outside its sending hours then: goes out on %s.") % in_zone(opening, zone)
    return ""
