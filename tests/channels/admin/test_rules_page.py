"""The page of a channel's rules: taken over, adjusted, and refused where it says nothing of which products."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Role, User
from channels.models import Channel, PackedRule, RulePack
from channels.rules.packs import PACKS
from tests.channels.stage import make_channel, work_off_jobs
from tests.world import World, build_world


@pytest.fixture
def world(db: Any) -> World:
    world = build_world()
    make_channel(world)
    work_off_jobs()
    return world


@pytest.fixture
def boss(world: World) -> Client:
    client = Client()
    client.force_login(world.admin)
    return client


def address(name: str = "rules") -> str:
    return reverse(f"admin:channels_channel_{name}", args=[Channel.objects.get().pk])


def posted(what: str, **more: Any) -> dict[str, Any]:
    return {"what": what, "rev": Channel.objects.get().profile_rev, **more}


def pack(code: str, **more: Any) -> dict[str, Any]:
    """As the form stands at first, with `more` of its fields: "level_class" is "energy-level-class"."""
    form = {f"{code}-level-{rule.code}": rule.level for rule in PACKS[code].rules}
    form |= {f"{code}-attribute-{rule.code}": "" for rule in PACKS[code].rules}
    form |= {f"{code}-{name.replace('__', '-')}": value for name, value in more.items()}
    return posted(code, **form)


def test_the_page_shows_every_pack_with_its_sources_and_says_it_is_no_advice(boss: Client) -> None:
    html = boss.get(address()).content.decode()
    assert "This is no legal advice." in html
    for known in PACKS.values():
        assert known.law in html
    assert "No member state of the EU is chosen" in html
    guide = boss.get(reverse("admin:channels_channel_guide", args=["eu-rules"]))
    assert "no legal advice" in guide.content.decode()


def test_destinations_are_saved_and_a_country_nobody_speaks_to_is_told(boss: Client) -> None:
    boss.post(address("save_rules"), posted("destinations", destinations=["DE", "PL"]))
    assert Channel.objects.get().destinations == ["DE", "PL"]
    assert "in an official language of: Poland." in boss.get(address()).content.decode()


def test_a_pack_is_saved_as_it_was_adjusted(boss: Client, world: World) -> None:
    name = world.attributes["name"].pk
    form = pack(
        "gpsr", is_on="on", level__manufacturer_name="warning", attribute__manufacturer_name=str(name)
    )
    assert boss.post(address("save_rules"), form).status_code == 302
    row = PackedRule.objects.get(code="manufacturer_name")
    assert (row.use.is_on, row.level, row.attribute_id, row.in_force) == (True, "warning", name, True)
    assert "adjusted by you" in boss.get(address()).content.decode()


def test_a_pack_that_is_about_no_product_is_refused_at_its_field(boss: Client) -> None:
    answer = boss.post(address("save_rules"), pack("energy", is_on="on"))
    assert answer.status_code == 422
    assert "Say which products it is about" in answer.content.decode()
    assert not RulePack.objects.exists()


def test_what_was_changed_meanwhile_is_not_saved_over(boss: Client) -> None:
    form = pack("gpsr", is_on="on")
    boss.post(address("save_rules"), posted("destinations", destinations=["DE"]))
    boss.post(address("save_rules"), form)
    assert not RulePack.objects.exists()


def test_who_may_only_look_saves_nothing(world: World) -> None:
    reader = User.objects.create_user("reader", password="x", is_staff=True)
    reader.roles.add(Role.objects.create(code="reader", labels={}, verbs=["channel.view"]))
    client = Client()
    client.force_login(reader)
    html = client.get(address()).content.decode()
    assert 'name="what" value="gpsr"' in html
    assert 'class="btn btn-primary">Save' not in html
    assert client.post(address("save_rules"), pack("gpsr", is_on="on")).status_code == 403
    assert not RulePack.objects.exists()


def test_the_page_costs_as_many_queries_with_every_pack_on(boss: Client, world: World) -> None:
    def count() -> int:
        boss.get(address())
        with CaptureQueriesContext(connection) as captured:
            boss.get(address())
        return len(captured)

    mugs = [str(world.families["mugs"].pk)]
    boss.post(address("save_rules"), pack("gpsr", is_on="on", families=mugs))
    few = count()
    for code in ("textile", "energy", "battery", "green"):
        assert boss.post(address("save_rules"), pack(code, is_on="on", families=mugs)).status_code == 302
    assert count() == few
