"""Making channels and products for tests, in few words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from catalog.jobs import run_due
from catalog.models import Attribute, Currency, Family, Locale, Product
from channels import profiles
from channels.delivery.drain import Report, drain
from channels.models import Channel, FieldMapping, Listing, Requirement
from tests.channels.shop import Shop, sample_secret
from tests.world import World

FULL = {
    "name|en_US": "Blue mug",
    "name|de_DE": "Blaue Tasse",
    "price": {"EUR": "9.9", "USD": "12"},
    "weight": {"amount": "350", "unit": "GRAM"},
}
FIELDS: list[dict[str, Any]] = [
    {
        "target": "title",
        "source": {"attribute": "name"},
        "localized": True,
        "limits": {"max_length": 75},
        "required": True,
    },
    {"target": "price", "source": {"attribute": "price"}},
    {
        "target": "weight",
        "source": {"attribute": "weight"},
        "transforms": [{"name": "convert_unit", "unit": "KILOGRAM"}],
    },
    {"target": "colour", "source": {"attribute": "color"}},
]


def make_channel(
    world: World,
    *,
    code: str = "b2b",
    connector: str = "webhook",
    settings: dict[str, Any] | None = None,
    credentials: dict[str, Any] | None = None,
    locales: Iterable[str] = ("en_US", "de_DE"),
    required: Iterable[str] = ("name", "price", "weight"),
    fields: Iterable[dict[str, Any]] = FIELDS,
    **more: Any,
) -> Channel:
    with transaction.atomic():
        channel = Channel.objects.create(
            code=code, labels={"en_US": "B2B shop"}, context=world.contexts[code], connector=connector,
            settings=settings if settings is not None else {"endpoint": "http://127.0.0.1:9/hook", "timeout": 1},
            credentials=credentials if credentials is not None else {"secret": sample_secret()}, **more,
        )  # fmt: skip
        channel.locales.set(Locale.objects.filter(code__in=list(locales)))
        channel.currencies.set(Currency.objects.all())
        for attribute in required:
            Requirement.objects.create(
                channel=channel,
                attribute=Attribute.objects.get(code=attribute),
                family=Family.objects.get(code="mugs"),
            )
        for position, field in enumerate(fields):
            FieldMapping.objects.create(channel=channel, position=position, **field)
        profiles.changed(channel)
    return channel


class Stage:
    """A world, a shop and its channel."""

    def __init__(self, world: World, shop: Shop) -> None:
        self.world, self.shop = world, shop
        self.channel = make_channel(world, settings={"endpoint": shop.address, "timeout": 1})
        self.work_off_jobs()

    def product(self, sku: str = "MUG-1", values: dict[str, Any] | None = None, **fields: Any) -> int:
        """An approved mug with everything the channel requires."""
        given = {"family": "mugs", "status": "approved", **fields}
        outcome = self.world.create(sku, {**FULL, **(values or {})}, **given)
        assert outcome.product is not None
        return outcome.product

    def products(self, count: int) -> list[int]:
        return [self.product(f"MUG-{number}") for number in range(1, count + 1)]

    def edit(self, product: int, **values: Any) -> None:
        outcome = self.world.edit(product, {key.replace("__", "|"): value for key, value in values.items()})
        assert outcome.ok, outcome

    def put(self, product: int, **fields: Any) -> None:
        outcome = self.world.edit(product, **fields)
        assert outcome.ok, outcome

    def send(self, channel: Channel | None = None) -> Report:
        return drain(channel_id=(channel or self.channel).pk)

    def listing(self, product: int, channel: Channel | None = None) -> Listing:
        return Listing.objects.get(product_id=product, channel=channel or self.channel)

    def let_time_pass(self, product: int | None = None) -> None:
        """What waits for its next try may be tried now, and the channel's pause is over."""
        from django.utils import timezone

        rows = Listing.objects.all() if product is None else Listing.objects.filter(product_id=product)
        rows.update(next_try_at=timezone.now())
        Channel.objects.update(blocked_until=None)

    def work_off_jobs(self) -> None:
        work_off_jobs()

    def changed(self) -> None:
        """The channel's profile was changed by the test: what the admin calls, and the job that follows."""
        with transaction.atomic():
            profiles.changed(self.channel)
        self.work_off_jobs()
        self.channel.refresh_from_db()


def work_off_jobs() -> None:
    for queue in ("interactive", "imports", "delivery"):
        while run_due(queue):
            pass


def product_of(sku: str) -> Product:
    return Product.objects.get(sku=sku)
