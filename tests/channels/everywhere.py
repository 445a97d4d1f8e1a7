"""A catalogue with a channel of every kind, each beside its stand-in: what was told to which since somebody looked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from pytest_httpserver import HTTPServer

from catalog.models import Category, Context, Currency, Locale
from catalog.structure.announce import announce
from catalog.structure.snapshot import Structure
from channels import profiles
from channels.delivery.drain import drain
from channels.mapping import starting
from channels.models import Channel, FieldMapping, Listing
from channels.standing import with_standing
from pim.lib.canonical import canonical_hash
from tests.channels.connectors.contract import SUBJECTS, Subject
from tests.channels.connectors.disk import Disk
from tests.channels.connectors.google_shop import MerchantCenter
from tests.channels.connectors.shelf import Shelf
from tests.channels.connectors.shopify_shop import ShopifyShop
from tests.channels.shop import Shop
from tests.channels.stage import work_off_jobs

KINDS = ("webhook", "shopify", "google", "feed", "portal")
MOST_DRAINS = 400
State = Listing.State
# What a listing may be at rest: shown, or told why not.
AT_REST = {State.LIVE, State.REFUSED, State.BLOCKED, State.INCOMPLETE, State.ABSENT}


@dataclass
class Everywhere:
    """`channels`, `servers`: by connector; `seen`: what each stand-in had when `told` looked last."""

    servers: dict[str, Any]
    channels: dict[str, Channel] = field(default_factory=dict)
    seen: dict[str, Any] = field(default_factory=dict)

    # --- channels, as a manager makes them

    def adopt(self, kind: str, channel: Channel) -> None:
        """A channel that is there gets the stand-in's address."""
        settings, credentials = Subject(SUBJECTS[kind][0], self.servers[kind]).sample()
        channel.settings = channel.settings | settings
        channel.credentials = credentials
        channel.removal_share = 100
        channel.save()
        profiles.reconnected(channel_id=channel.pk)
        self.channels[kind] = channel

    def connect(self, kind: str, *, tree: str, **more: Any) -> Channel:
        """A new channel with the fields its template finds, and no others."""
        settings, credentials = Subject(SUBJECTS[kind][0], self.servers[kind]).sample()
        settings |= more.pop("settings", {})
        locales = more.pop("locales")
        with transaction.atomic():
            code = f"{kind}_here"
            context = Context.objects.create(code=code, labels={}, kind=Context.Kind.CHANNEL)
            announce("context", [context.pk])
            channel = Channel.objects.create(
                code=code, labels={"en_US": kind}, context=context, connector=kind, settings=settings, credentials=credentials,
                category_tree=Category.objects.get(code=tree), removal_share=100, **more,
            )  # fmt: skip
            channel.locales.set(Locale.objects.filter(code__in=locales))
            channel.currencies.set(Currency.objects.filter(is_active=True))
            starting.start(channel, Structure.current())
            profiles.changed(channel)
        self.channels[kind] = channel
        return channel

    def field(self, kind: str, target: str, **row: Any) -> None:
        with transaction.atomic():
            channel = self.channels[kind]
            if row:
                FieldMapping.objects.update_or_create(
                    channel=channel, target=target, family=row.pop("family", None), defaults={"position": 900, **row}
                )  # fmt: skip
            else:
                FieldMapping.objects.filter(channel=channel, target=target).delete()
            profiles.changed(channel)

    # --- sending

    def send(self) -> None:
        """All there is to send, everywhere; what was accepted is asked for until it is told."""
        work_off_jobs()
        for channel in self.channels.values():
            for _ in range(MOST_DRAINS):
                if not self._has_work(channel):
                    break
                Listing.objects.filter(channel=channel).update(next_try_at=timezone.now())
                drain(channel_id=channel.pk)
            else:
                raise AssertionError(f"{channel} comes to no end: {self._has_work(channel)}")

    @staticmethod
    def _has_work(channel: Channel) -> dict[str, Any] | None:
        rows = Listing.objects.filter(
            Q(desired_rev__gt=F("sent_rev")) | Q(state=State.ACCEPTED), channel=channel
        )
        return rows.values("product__sku", "state", "reason", "errors").first()

    def counts(self) -> dict[str, Counter[str]]:
        return {
            kind: Counter(with_standing(Listing.objects.filter(channel=channel)).values_list("standing", flat=True))
            for kind, channel in self.channels.items()
        }  # fmt: skip

    def without_a_reason(self) -> list[Any]:
        """Listings that are neither shown nor told why not; a refusal names the field or the attribute it is about."""
        wrong = []
        for row in Listing.objects.filter(channel__in=self.channels.values()).select_related(
            "product", "channel"
        ):
            told = row.reason and (
                row.state == State.ABSENT
                or not row.errors
                or any(error.get("field") or error.get("attribute") for error in row.errors)
            )
            if row.state == State.LIVE or (row.state in AT_REST and told):
                continue
            wrong.append((row.channel.code, row.product.sku, row.state, row.reason, row.errors))
        return wrong

    # --- what came there

    def told(self) -> dict[str, list[str]]:
        """SKUs that each stand-in was sent since this was asked last, in order, each time; without those told nothing."""
        found = {}
        for kind, server in self.servers.items():
            came, self.seen[kind] = _CAME[kind](server, self.seen.get(kind))
            if came:
                found[kind] = sorted(came)
        return found


def _from_log(listed: list[str], before: Any) -> tuple[list[str], int]:
    return listed[before or 0 :], len(listed)


def _webhook(shop: Shop, before: Any) -> tuple[list[str], Any]:
    return _from_log([item["key"] for post in shop.posts for item in post["items"]], before)


def _google(shop: MerchantCenter, before: Any) -> tuple[list[str], Any]:
    return _from_log([body["offerId"] for body in shop.bodies], before)


def _shopify(shop: ShopifyShop, before: Any) -> tuple[list[str], Any]:
    return _from_log(shop.sets, before)


def _standing(server: Disk | Shelf, before: Mapping[str, str] | None) -> tuple[list[str], Any]:
    """What stands there otherwise than before, or newly; a file that was written anew unchanged is told as itself."""
    now = {key: canonical_hash(item["sheet"]) for key, item in server.items.items()}
    old, sends = before or ({}, 0)  # type: ignore[misc]
    differs = [key for key in {*now, *old} if now.get(key) != old.get(key)]
    again = [] if differs or server.submissions == sends else ["(again)"]
    return differs + again, (now, server.submissions)


_CAME: dict[str, Any] = {
    "webhook": _webhook, "shopify": _shopify, "google": _google, "feed": _standing, "portal": _standing,
}  # fmt: skip


@contextmanager
def stand_ins() -> Iterator[Everywhere]:
    with ExitStack() as stack:
        servers = {}
        for kind in KINDS:
            made = SUBJECTS[kind][1](stack.enter_context(HTTPServer(host="127.0.0.1")))
            if isinstance(made, (Disk, Shelf)):
                stack.enter_context(made.mounted())
            servers[kind] = made
        yield Everywhere(servers)
