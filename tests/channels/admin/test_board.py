"""The board: what it counts is what its links show, at the same price whatever the channel's size."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalog.models import Grant, Role, User
from channels import board
from channels.models import Attempt, Channel, Listing
from channels.standing import STANDINGS
from tests.channels import shop as acts
from tests.channels.stage import Stage


@pytest.fixture
def boss(stage: Stage, client: Client) -> Client:
    client.force_login(stage.world.admin)
    return client


def address(stage: Stage) -> str:
    return reverse("admin:channels_channel_board", args=[stage.channel.pk])


def counts(stage: Stage, user: User | None = None) -> dict[str, int]:
    channel = Channel.objects.get(pk=stage.channel.pk)
    made = board.build(channel, user or stage.world.admin, timezone.now())
    return {standing.code: count for standing, count in made.counts if count}


def test_a_listing_stands_in_one_state_and_its_number_leads_to_it(stage: Stage, boss: Client) -> None:
    _live, gone, _refused, incomplete, drifted, waiting = stage.products(6)
    stage.put(gone, status="draft")
    stage.edit(incomplete, name__de_DE="")
    stage.shop.next.append(acts.rejects("MUG-3", field="title", message="Too loud."))
    stage.send()
    Listing.objects.filter(product_id=drifted).update(drifted_at=timezone.now(), drift=[{"field": ""}])
    stage.edit(waiting, name__en_US="Other")
    expected = {"live": 1, "blocked": 1, "refused": 1, "incomplete": 1, "drifted": 1, "waiting": 1}
    assert counts(stage) == expected
    for code, count in expected.items():
        query = {"channel__id__exact": stage.channel.pk, "standing": code}
        rows = boss.get(reverse("admin:channels_listing_changelist"), query)
        assert rows.context["cl"].result_count == count, code
    page = boss.get(address(stage)).text
    assert all(str(STANDINGS[code].label) in page for code in expected)
    assert "Too loud." in page
    Channel.objects.update(paused_at=timezone.now(), paused_reason="by Ada")
    assert counts(stage) == {**{k: v for k, v in expected.items() if k != "waiting"}, "paused": 1}
    assert "by Ada" in boss.get(address(stage)).text


def test_problems_are_grouped_by_kind_and_lead_to_their_listings(stage: Stage, boss: Client) -> None:
    first, second, third = stage.products(3)
    for pk in (first, second):
        stage.edit(pk, name__de_DE="")
    stage.edit(third, name__de_DE="x" * 90)
    stage.send()
    channel = Channel.objects.get(pk=stage.channel.pk)
    found = board.build(channel, stage.world.admin, timezone.now()).problems
    assert [(one.state, one.code, one.field, one.count) for one in found] == [
        ("incomplete", "missing", "name", 2),
        ("blocked", "too_long", "title", 1),
    ]
    rows = boss.get(reverse("admin:channels_listing_changelist"), {"problem": found[0].key})
    assert {row.product_id for row in rows.context["cl"].result_list} == {first, second}


def test_what_was_sent_is_counted_by_the_hour_and_told_in_words(stage: Stage, boss: Client) -> None:
    stage.products(3)
    stage.send()
    now = timezone.now()
    Attempt.objects.filter(pk=Attempt.objects.first().pk).update(at=now - timedelta(hours=2))
    old = Attempt.objects.last()
    Attempt.objects.filter(pk=old.pk).update(at=now - timedelta(hours=30))
    made = board.build(Channel.objects.get(), stage.world.admin, now)
    assert [hour.sent for hour in made.hours][-3:] == [1, 0, 1]
    assert (made.sent, len(made.hours)) == (2, 24)
    page = boss.get(address(stage)).text
    assert '<svg class="board-chart"' in page
    assert "Sent per hour over the last day: 2 altogether" in page


def test_the_longest_waiting_is_named_with_its_reason(stage: Stage, boss: Client) -> None:
    stage.product("MUG-1")
    stage.product("MUG-2")
    Listing.objects.filter(product__sku="MUG-2").update(stale_since=timezone.now() - timedelta(days=1))
    made = board.build(Channel.objects.get(), stage.world.admin, timezone.now())
    assert made.oldest is not None
    assert (made.oldest.product.sku, made.oldest_why) == ("MUG-2", "Will be sent in a moment.")


@pytest.mark.parametrize("limited", [False, True])
def test_twice_the_listings_cost_no_more_queries(stage: Stage, client: Client, limited: bool) -> None:
    user = stage.world.admin
    if limited:
        user = User.objects.create_user("anna", is_staff=True)
        role = Role.objects.create(code="some", verbs=["channel.view", "product.view"])
        Grant.objects.create(role=role).categories.set([stage.world.categories["cups"]])
        user.roles.set([role])
    client.force_login(user)
    found = []
    for names in (range(5), range(5, 15)):
        for number in names:
            stage.product(f"MUG-{number}", categories=["cups"])
        stage.send()
        client.get(address(stage))
        with CaptureQueriesContext(connection) as captured:
            page = client.get(address(stage))
        assert page.status_code == 200
        found.append(len(captured))
    assert found[0] == found[1] <= 30
    assert counts(stage, user) == {"live": 15}


def test_pushing_again_looks_first_and_sends_only_what_differs(stage: Stage, boss: Client) -> None:
    stage.products(2)
    stage.send()
    stage.shop.items["MUG-2"]["hash"] = "another"
    for which in ("all", "nonsense"):
        answer = boss.post(
            reverse("admin:channels_channel_push_again", args=[stage.channel.pk]),
            {"which": which, "from": "board"},
        )
        assert answer.status_code == (302 if which == "all" else 404)
    before = len(stage.shop.posts)
    stage.work_off_jobs()
    stage.send()
    sent = [item["key"] for post in stage.shop.posts[before:] for item in post["items"]]
    assert sent == ["MUG-2"]


def test_who_may_only_look_has_no_buttons(stage: Stage, client: Client) -> None:
    user = User.objects.create_user("vera", is_staff=True)
    user.roles.set([Role.objects.create(code="viewer", verbs=["channel.view", "product.view"])])
    client.force_login(user)
    assert "<form" not in client.get(address(stage)).text.partition('class="pim channel-page"')[2]
    assert (
        client.post(reverse("admin:channels_channel_push_again", args=[stage.channel.pk])).status_code == 403
    )
