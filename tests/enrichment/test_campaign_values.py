"""What a campaign says of a product, shown over the permanent values and written on the same page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from catalog.models import Campaign, CampaignValues, Proposal
from catalog.values.campaigns import write_campaign
from tests.channels.stage import make_channel
from tests.enrichment.conftest import Desk, values_of
from tests.enrichment.forms import controls
from tests.world import SYSTEM


@pytest.fixture
def summer(world: Any) -> Campaign:
    return _campaign("summer", -1, 9)


def _campaign(code: str, begins: int, ends: int) -> Campaign:
    now = timezone.now()
    return Campaign.objects.create(
        code=code,
        labels={"en_US": code.title()},
        starts_at=now + timedelta(days=begins),
        ends_at=now + timedelta(days=ends),
    )


def said(campaign: Campaign, product: int) -> dict[str, Any]:
    row = CampaignValues.objects.filter(campaign=campaign, product=product).first()
    return row.values if row else {}


def test_running_and_coming_campaigns_are_offered_and_past_ones_are_not(
    desk: Desk, mug: int, summer: Campaign
) -> None:
    _campaign("spring", -20, -10)
    _campaign("autumn", 30, 40)
    Campaign.objects.filter(pk=_campaign("never", 30, 40).pk).update(is_active=False)
    offered = desk.page(mug).context_data["campaigns"]
    assert [(choice.code, choice.is_running) for choice in offered] == [("summer", True), ("autumn", False)]


def test_the_campaigns_values_stand_over_the_permanent_ones(desk: Desk, mug: int, summer: Campaign) -> None:
    write_campaign(summer, {mug: {"name|en_US": "Summer mug"}}, by=SYSTEM)
    form = desk.form(mug, campaign="summer")
    assert form["v:name|en_US:"] == ["Summer mug"]
    sheet = desk.page(mug, campaign="summer").context_data["sheet"]
    assert sheet.cell("name|en_US").origin.kind == "own"
    assert sheet.cell("capacity").origin.kind in ("permanent", "none")
    assert sheet.cell("price").origin.kind == "permanent"
    assert desk.form(mug)["v:name|en_US:"] == ["Blue mug"]


def test_the_page_says_which_campaign_is_edited_and_until_when(desk: Desk, mug: int, world: Any) -> None:
    utc = ZoneInfo("UTC")
    Campaign.objects.create(
        code="sale",
        labels={"en_US": "Summer sale"},
        starts_at=datetime(2027, 6, 21, tzinfo=utc),
        ends_at=datetime(2027, 8, 1, tzinfo=utc),
    )
    with time_machine.travel(datetime(2027, 1, 5, tzinfo=utc), tick=False):
        desk = Desk(desk.user)
        page = desk.page(mug, campaign="sale").content.decode()
    assert "You are editing Summer sale, June 21 – July 31" in page


def test_saving_writes_the_campaign_and_leaves_the_permanent_value(
    desk: Desk, mug: int, summer: Campaign
) -> None:
    before = values_of(mug)
    form = desk.form(mug, campaign="summer")
    form["v:name|en_US:"], form["v:price:_EUR"] = ["Summer mug"], ["7.90"]
    response = desk.save(mug, form, campaign="summer")
    assert (response.status_code, "campaign=summer" in response["Location"]) == (302, True)
    assert said(summer, mug) == {"name|en_US": "Summer mug", "price": {"EUR": "7.9", "USD": "12"}}
    assert values_of(mug) == before


def test_an_untouched_campaign_form_writes_nothing(desk: Desk, mug: int, summer: Campaign) -> None:
    desk.save(mug, desk.form(mug, campaign="summer"), campaign="summer")
    assert said(summer, mug) == {}


def test_taking_a_value_out_of_the_campaign_shows_the_permanent_one_again(
    desk: Desk, mug: int, summer: Campaign
) -> None:
    write_campaign(summer, {mug: {"name|en_US": "Summer mug"}}, by=SYSTEM)
    form = desk.form(mug, campaign="summer")
    desk.save(mug, {**form, "do": "reset!name|en_US"}, campaign="summer")
    assert said(summer, mug) == {}
    assert desk.form(mug, campaign="summer")["v:name|en_US:"] == ["Blue mug"]


def test_clearing_a_field_leaves_it_empty_while_the_campaign_lasts(
    desk: Desk, world: Any, mug: int, summer: Campaign
) -> None:
    world.edit(mug, {"capacity": "300"})
    form = desk.form(mug, campaign="summer")
    form["v:capacity:"] = [""]
    desk.save(mug, form, campaign="summer")
    assert said(summer, mug) == {"capacity": None}
    assert values_of(mug)["capacity"] == "300"


def test_two_editors_of_one_campaign_value_choose_and_lose_nothing(
    desk: Desk, mug: int, summer: Campaign
) -> None:
    mine = desk.form(mug, campaign="summer")
    write_campaign(summer, {mug: {"name|en_US": "Their mug"}}, by=SYSTEM)
    mine["v:name|en_US:"] = ["My mug"]
    response = desk.save(mug, mine, campaign="summer")
    assert response.status_code == 422
    assert said(summer, mug) == {"name|en_US": "Their mug"}
    assert response.context_data["sheet"].cell("name|en_US").theirs == "Their mug"
    again = controls(response.content.decode())
    assert again["v:name|en_US:"] == ["My mug"]
    desk.save(mug, again, campaign="summer")
    assert said(summer, mug) == {"name|en_US": "My mug"}


def test_a_refused_campaign_value_stands_beside_its_field_and_nothing_is_saved(
    desk: Desk, mug: int, summer: Campaign
) -> None:
    form = desk.form(mug, campaign="summer")
    form["v:name|en_US:"], form["v:capacity:"] = ["Summer mug"], ["a lot"]
    response = desk.save(mug, form, campaign="summer")
    assert response.status_code == 422
    assert len(response.context_data["sheet"].cell("capacity").errors) == 1
    assert said(summer, mug) == {}


def test_a_campaign_that_was_deleted_meanwhile_never_turns_into_permanent_values(
    desk: Desk, mug: int, summer: Campaign
) -> None:
    before = values_of(mug)
    form = desk.form(mug, campaign="summer")
    summer.delete()
    form["v:name|en_US:"] = ["Summer mug"]
    assert desk.save(mug, form, campaign="summer").status_code == 404
    assert values_of(mug) == before


def test_who_may_only_look_writes_no_campaign_value(mug: int, person: Any, summer: Campaign) -> None:
    reader = Desk(person("rita", ["product.view"]))
    assert reader.page(mug, campaign="summer").context_data["editable"] is False
    posted = {"b:capacity": "", "s:capacity": "", "v:capacity:": "5"}
    assert reader.save(mug, posted, campaign="summer").status_code == 422
    assert said(summer, mug) == {}


def test_who_may_not_publish_proposes_for_the_campaign(
    world: Any, mug: int, person: Any, summer: Campaign
) -> None:
    world.edit(mug, status="approved")
    author = Desk(person("anna", ["product.edit"]))
    form = author.form(mug, campaign="summer")
    form["v:name|en_US:"] = ["Summer mug"]
    author.save(mug, form, campaign="summer")
    assert said(summer, mug) == {}
    assert Proposal.objects.get(product=mug).key == "name|en_US@summer"
    shown = author.page(mug, campaign="summer").context_data["sheet"].cell("name|en_US")
    assert [(each.who, each.value) for each in shown.proposals] == [("Anna", "Summer mug")]
    assert author.page(mug).context_data["sheet"].cell("name|en_US").proposals == []


def test_what_tells_variants_apart_is_locked_in_a_campaign(desk: Desk, world: Any, summer: Campaign) -> None:
    world.create("SHIRT", {"name|en_US": "Shirt"}, family_variant="shirts_size")
    variant = world.create("SHIRT-M", {"size": "m"}, parent="SHIRT").product
    sheet = desk.page(variant, campaign="summer").context_data["sheet"]
    assert [bool(sheet.cell(code).locked) for code in ("size", "ean", "name|en_US")] == [True, True, False]


def test_history_names_the_campaign_and_restores_its_value(desk: Desk, mug: int, summer: Campaign) -> None:
    before = values_of(mug)
    write_campaign(summer, {mug: {"name|en_US": "First"}}, by=SYSTEM)
    write_campaign(summer, {mug: {"name|en_US": "Second"}}, by=SYSTEM)
    entry = desk.page(mug, tab="history").context_data["entries"][0]
    change = entry.changes[0]
    assert (change.label, change.place, change.before, change.after) == (
        "Name",
        "en_US · campaign summer",
        "First",
        "Second",
    )
    desk.post("catalog_product_restore", mug, rev=str(entry.rev), key="name|en_US@summer")
    assert said(summer, mug) == {"name|en_US": "First"}
    assert values_of(mug) == before


def test_a_limited_person_reads_the_history_of_campaign_values_they_may_see(
    mug: int, person: Any, summer: Campaign
) -> None:
    write_campaign(
        summer, {mug: {"name|en_US": "Hot", "name|de_DE": "Heiß", "price": {"EUR": "5"}}}, by=SYSTEM
    )
    tina = Desk(person("tina", ["product.edit"], groups=["marketing"], locales=["de_DE"]))
    entry = tina.page(mug, tab="history").context_data["entries"][0]
    assert [change.key for change in entry.changes] == ["name|de_DE@summer"]


def test_who_sees_products_finds_the_campaigns_in_their_list(mug: int, person: Any, summer: Campaign) -> None:
    reader = Desk(person("rita", ["product.view"]))
    page = reader.client.get(reverse("admin:catalog_campaign_changelist"))
    assert [row.code for row in page.context_data["cl"].result_list] == ["summer"]


def test_the_sheet_and_the_portal_page_are_previewed_at_a_moment(
    desk: Desk, mug: int, world: Any, summer: Campaign
) -> None:
    portal = make_channel(
        world, code="shop", connector="portal", settings={"access": "public"}, credentials={}, required=()
    )
    write_campaign(summer, {mug: {"name|en_US": "Summer mug"}}, by=SYSTEM)
    over = timezone.localtime(summer.ends_at + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    for name in ("catalog_product_sheet", "catalog_product_portal"):
        address = reverse(f"admin:{name}", args=[mug, portal.code])
        now, later = desk.client.get(address), desk.client.get(address, {"at": over})
        assert "Summer mug" in now.content.decode()
        assert "Blue mug" in later.content.decode()
        assert "Summer mug" not in later.content.decode()
    german = desk.client.get(address, {"at": over, "locale": "de_DE"})
    assert "Blaue Tasse" in german.content.decode()
    assert desk.client.get(reverse("admin:catalog_product_portal", args=[mug, "b2b"])).status_code == 404
