"""What a channel shows otherwise: of which kind it is, what happens by itself, and what a person decides."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Proposal, Role, User
from channels import drift
from channels.delivery.reconcile import reconcile
from channels.models import Channel, Listing
from tests.channels.stage import Stage

TITLE = "locales.en_US.title"
LONG = {"name|en_US": "Blue mug of stoneware with a handle"}


@pytest.fixture
def asking(stage: Stage) -> Stage:
    """A channel on which what was changed there waits for a decision."""
    Channel.objects.update(on_drift="ask")
    stage.changed()
    return stage


def there(stage: Stage, key: str = "MUG-1", *, locale: str = "en_US") -> dict[str, Any]:
    return stage.shop.items[key]["sheet"]["locales"][locale]


def edited(stage: Stage, title: str = "By hand", *, key: str = "MUG-1") -> None:
    there(stage, key)["title"] = title
    stage.shop.items[key]["hash"] = "another"


def kinds(stage: Stage) -> dict[str, str]:
    return {
        entry["field"]: entry["kind"]
        for one in reconcile(channel_id=stage.channel.pk)
        for entry in one.fields
    }


def test_each_difference_is_of_a_kind(asking: Stage) -> None:
    asking.product("MUG-1", LONG)
    asking.send()
    there(asking)["title"] = "Blue mug of stoneware…"
    there(asking, locale="de_DE")["title"] = "Andere Tasse"
    del asking.shop.items["MUG-1"]["sheet"]["fields"]["weight"]
    asking.shop.items["MUG-1"]["hash"] = "another"
    assert kinds(asking) == {TITLE: "truncated", "locales.de_DE.title": "edited", "fields.weight": "missing"}


def test_an_earlier_state_of_ours_is_stale_and_sent_again_though_the_profile_asks(asking: Stage) -> None:
    product = asking.product()
    asking.send()
    earlier = {**asking.shop.items["MUG-1"], "sheet": dict(asking.shop.items["MUG-1"]["sheet"])}
    asking.edit(product, name__en_US="Green mug")
    asking.send()
    asking.shop.items["MUG-1"] = earlier
    assert kinds(asking) == {TITLE: "stale"}
    asking.send()
    assert there(asking)["title"] == "Green mug"


def test_what_was_cut_off_is_not_sent_again_and_again(stage: Stage) -> None:
    product = stage.product("MUG-1", LONG)
    stage.send()
    edited(stage, "Blue mug of")
    assert kinds(stage) == {TITLE: "truncated"}
    assert not stage.listing(product).is_stale


def test_what_waits_for_a_decision_stays_while_other_fields_are_sent(asking: Stage) -> None:
    product = asking.product()
    asking.send()
    edited(asking)
    kinds(asking)
    listing = asking.listing(product)
    assert (listing.is_stale, listing.drifted_at is not None) == (False, True)
    asking.edit(product, name__de_DE="Grüne Tasse")
    asking.send()
    assert (there(asking)["title"], there(asking, locale="de_DE")["title"]) == ("By hand", "Grüne Tasse")
    assert asking.listing(product).drift[0]["field"] == TITLE
    assert kinds(asking) == {TITLE: "edited"}  # measured against ours, not against what was sent for it


def test_what_was_cut_off_or_emptied_waits_for_a_decision_as_well(asking: Stage) -> None:
    product = asking.product("MUG-1", LONG)
    asking.send()
    edited(asking, "Blue mug of stoneware…")
    del asking.shop.items["MUG-1"]["sheet"]["fields"]["weight"]
    found = {TITLE: "truncated", "fields.weight": "missing"}
    assert kinds(asking) == found
    asking.edit(product, name__de_DE="Grüne Tasse")
    asking.send()
    assert (there(asking)["title"], there(asking, locale="de_DE")["title"]) == (
        "Blue mug of stoneware…",
        "Grüne Tasse",
    )
    assert "weight" not in asking.shop.items["MUG-1"]["sheet"]["fields"]
    assert kinds(asking) == found
    assert drift.push(asking.listing(product).pk)
    asking.send()
    assert kinds(asking) == {}
    assert there(asking)["title"] == LONG["name|en_US"]


def test_pushing_one_field_again_leaves_the_others(asking: Stage) -> None:
    product = asking.product()
    asking.send()
    edited(asking)
    there(asking, locale="de_DE")["title"] = "Von Hand"
    kinds(asking)
    assert drift.push(asking.listing(product).pk, TITLE)
    asking.send()
    assert (there(asking)["title"], there(asking, locale="de_DE")["title"]) == ("Blue mug", "Von Hand")
    assert [entry["field"] for entry in asking.listing(product).drift] == ["locales.de_DE.title"]
    assert drift.push(asking.listing(product).pk)
    asking.send()
    assert there(asking, locale="de_DE")["title"] == "Blaue Tasse"
    assert asking.listing(product).drifted_at is None


def test_an_accepted_field_is_the_channels_own_until_it_is_taken_back(asking: Stage) -> None:
    product = asking.product()
    asking.send()
    edited(asking)
    kinds(asking)
    assert drift.accept(asking.listing(product).pk, TITLE)
    assert kinds(asking) == {}
    edited(asking, "By hand, later")  # nobody read it back since
    asking.edit(product, name__en_US="Ours anew", name__de_DE="Grüne Tasse")
    asking.send()
    assert (there(asking)["title"], there(asking, locale="de_DE")["title"]) == (
        "By hand, later",
        "Grüne Tasse",
    )
    assert asking.listing(product).state == Listing.State.LIVE
    assert drift.take_back(asking.listing(product).pk, TITLE)
    asking.send()
    assert there(asking)["title"] == "Ours anew"
    assert asking.listing(product).kept_at is None


def test_an_accepted_product_is_not_sent_but_still_taken_down(asking: Stage) -> None:
    product = asking.product()
    asking.send()
    del asking.shop.items["MUG-1"]
    assert kinds(asking) == {"": "missing"}
    asking.edit(product, name__en_US="Other")
    asking.send()
    assert asking.shop.items == {}  # it waits for the decision
    assert drift.accept(asking.listing(product).pk, "")
    asking.edit(product, name__en_US="Another")
    asking.send()
    assert asking.shop.items == {}
    assert "Accepted" in asking.listing(product).reason
    asking.put(product, status="draft")
    asking.send()
    assert (asking.listing(product).state, asking.listing(product).kept) == ("withdrawn", [])


def test_fields_of_the_profile_are_not_compared_or_not_overwritten(stage: Stage) -> None:
    Channel.objects.update(protected={"compare": ["weight"], "overwrite": ["title"]})
    stage.changed()
    product = stage.product()
    stage.send()
    edited(stage)
    stage.shop.items["MUG-1"]["sheet"]["fields"]["weight"] = {"amount": "9", "unit": "KILOGRAM"}
    assert kinds(stage) == {}
    edited(stage, "By hand, later")
    stage.edit(product, name__en_US="Ours", price={"EUR": "8", "USD": "9"})
    stage.send()
    sheet = stage.shop.items["MUG-1"]["sheet"]
    assert sheet["locales"]["en_US"]["title"] == "By hand, later"
    assert sheet["fields"]["price"] == {"EUR": "8.00", "USD": "9.00"}
    assert sheet["fields"]["weight"] == {"amount": "0.35", "unit": "KILOGRAM"}
    stage.put(product, status="draft")
    stage.send()
    stage.put(product, status="approved")
    stage.send()
    assert there(stage)["title"] == "Ours"  # new there, it is filled


def test_the_channels_value_becomes_a_proposal_beside_the_value_that_was_sent(
    asking: Stage, client: Client
) -> None:
    product = asking.product()
    asking.send()
    edited(asking)
    kinds(asking)
    client.force_login(asking.world.admin)
    page = client.get(reverse("admin:channels_channel_drift", args=[asking.channel.pk])).text
    assert "Propose as " in page
    data = {"listing": asking.listing(product).pk, "field": TITLE}
    client.post(reverse("admin:channels_channel_adopt", args=[asking.channel.pk]), data)
    proposal = Proposal.objects.get()
    assert (proposal.product_id, proposal.key, proposal.value, proposal.source, proposal.state) == (
        product, "name|en_US", "By hand", "channel:b2b", "open",
    )  # fmt: skip
    assert asking.listing(product).drift[0]["adopted"] is True
    assert asking.listing(product).is_stale is False
    assert there(asking)["title"] == "By hand"


@pytest.mark.parametrize(
    ("path", "seen", "why"),
    [
        ("fields.weight", {"amount": "9", "unit": "KILOGRAM"}, "changed on its way (convert_unit)"),
        ("images", [], "not made from one attribute"),
        ("", None, "does not tell its fields"),
        ("fields.price", {"EUR": "x"}, "does not take this value"),
    ],
)
def test_why_a_value_has_no_way_back_is_said(stage: Stage, path: str, seen: Any, why: str) -> None:
    from django.utils import timezone

    from catalog.structure.snapshot import Structure
    from channels import profile
    from channels.sheets import load

    product = stage.product()
    structure = Structure.current()
    spec = profile.current(structure).by_id[stage.channel.pk]
    unit = load.units([product], spec, structure)[product]
    way = drift.way_back(
        {"field": path, "sent": None, "seen": seen}, unit, spec, structure, at=timezone.now()
    )
    assert why in way.why


def test_who_may_not_edit_products_proposes_nothing_and_who_may_not_sync_decides_nothing(
    asking: Stage, client: Client
) -> None:
    product = asking.product()
    asking.send()
    edited(asking)
    kinds(asking)
    user = User.objects.create_user("vera", is_staff=True)
    user.roles.set([Role.objects.create(code="viewer", verbs=["channel.view", "product.view"])])
    client.force_login(user)
    data = {"listing": asking.listing(product).pk, "field": TITLE, "what": "accept"}
    for name in ("decide", "adopt"):
        answer = client.post(reverse(f"admin:channels_channel_{name}", args=[asking.channel.pk]), data)
        assert answer.status_code == 403
    assert (Proposal.objects.count(), asking.listing(product).kept) == (0, [])
    page = client.get(reverse("admin:channels_channel_drift", args=[asking.channel.pk])).text
    assert "By hand" in page
    assert "Leave it to the channel" not in page


def test_the_product_page_shows_it_beside_the_field(asking: Stage, client: Client) -> None:
    product = asking.product()
    asking.send()
    edited(asking)
    kinds(asking)
    client.force_login(asking.world.admin)
    address = reverse("admin:catalog_product_change", args=[product])
    assert "B2B shop shows:" in client.get(address, {"locale": "en_US"}).text
    assert "By hand" in client.get(address, {"tab": "channels"}).text


def test_an_edit_that_waited_for_a_decision_goes_once_there_is_nothing_to_decide(asking: Stage) -> None:
    product = asking.product()
    asking.send()
    held = dict(asking.shop.items["MUG-1"])
    del asking.shop.items["MUG-1"]
    reconcile(channel_id=asking.channel.pk)
    asking.edit(product, name__en_US="Green mug")
    asking.send()
    assert "MUG-1" not in asking.shop.items
    asking.shop.items["MUG-1"] = held  # somebody puts back there what had been removed
    reconcile(channel_id=asking.channel.pk)
    asking.send()
    assert there(asking)["title"] == "Green mug"
