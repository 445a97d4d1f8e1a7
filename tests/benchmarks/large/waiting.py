"""What waits on the desk of a large catalogue: a wrong claim, products in review, one that was sent and changed since.

Runs in a process of the catalogue's own, on a copy; prints NAME=VALUE lines.
"""

from __future__ import annotations

from django.utils import timezone

from catalog.models import Product, User
from catalog.structure.snapshot import Structure
from catalog.values.changes import Actor, ProductChange
from catalog.values.write import write
from channels import profile, profiles
from channels.delivery.prepare import prepare as prepare_sheets
from channels.models import Channel, FieldMapping, Listing
from pim.demo.loading.people import PASSWORD
from tests.benchmarks.large.structure import BOSS

CLAIM = "guaranteed for life"
CLAIMED, IN_REVIEW, BATCH = 300, 20, 500
SYSTEM = Actor(None, origin="api", trusted=True)


def prepare() -> None:
    boss = User.objects.get(username=BOSS)
    boss.set_password(PASSWORD)
    boss.save()
    for channel in Channel.objects.all():  # nobody listens at their address
        profiles.pause(channel_id=channel.pk, reason="Nothing is sent while a day is measured.")
    simple = Product.objects.filter(kind="simple", trashed_at=None).order_by("pk")
    ids = list(simple.values_list("pk", flat=True)[: CLAIMED + IN_REVIEW])
    _write({pk: {"short_description|en_US": f"Number {pk} is {CLAIM}."} for pk in ids[:CLAIMED]})
    _write({pk: {"name|en_US": f"Anew {pk}"} for pk in ids[CLAIMED:]})
    outcomes = write([ProductChange(pk, fields={"status": "draft"}) for pk in ids[CLAIMED:]], by=SYSTEM)
    outcomes = write([ProductChange(pk, fields={"status": "in_review"}) for pk in ids[CLAIMED:]], by=SYSTEM)
    assert all(outcome.ok for outcome in outcomes), outcomes
    print(f"sent={_sent(boss)}")


def _write(values: dict[int, dict[str, str]], by: Actor = SYSTEM) -> None:
    changes = [ProductChange(pk, values=said) for pk, said in values.items()]
    outcomes = write(changes, by=by)
    assert all(outcome.ok for outcome in outcomes), outcomes


def _sent(boss: User) -> int:
    """A product whose sheet the shop has, as if it had been sent, and whose name was changed since."""
    channel = Channel.objects.get(code="shop")
    FieldMapping.objects.create(
        channel=channel, family=None, target="title", source={"attribute": "name"}, localized=True, position=0
    )
    profile.forget()
    structure = Structure.current()
    spec = profile.current(structure).by_code("shop")
    assert spec is not None
    rows = list(
        Listing.objects.filter(
            channel=channel, state="live", product__status="approved", product__kind="simple"
        ).order_by("pk")[1000:1001]
    )
    (made,) = prepare_sheets(rows, spec, structure, at=timezone.now())
    assert made.decision.sheet is not None, made.decision
    sheet = made.decision.sheet
    Listing.objects.filter(pk=rows[0].pk).update(
        sent_sheet=sheet.payload, sent_hash=sheet.hash, sent_at=timezone.now()
    )
    _write(
        {rows[0].product_id: {"name|en_US": "Something else altogether"}}, by=Actor(user=boss, origin="page")
    )
    return rows[0].product_id
