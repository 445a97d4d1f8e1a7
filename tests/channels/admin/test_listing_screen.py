"""Listings and attempts on screen: readable, found, and as cheap for twice as many."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Grant, Role, User
from channels.models import Listing
from tests.channels import shop as acts
from tests.channels.stage import Stage


def of_the_cups(stage: Stage, *verbs: str) -> User:
    """Somebody who sees the products of one category alone."""
    role = Role.objects.create(code="cups", verbs=["channel.view", "product.view", *verbs])
    Grant.objects.create(role=role).categories.add(stage.world.categories["cups"])
    user = User.objects.create_user("anna", password="x", is_staff=True)
    user.roles.add(role)
    return user


def test_a_refusal_is_read_with_its_field_and_its_attempts(stage: Stage, client: Client) -> None:
    client.force_login(stage.world.admin)
    product = stage.product()
    stage.shop.next.append(acts.rejects("MUG-1", field="locales.de_DE.title", message="This title is taken."))
    stage.send()
    rows = client.get(
        reverse("admin:channels_listing_changelist"), {"state__exact": "refused"}
    ).content.decode()
    assert "This title is taken." in rows
    page = client.get(
        reverse("admin:channels_listing_change", args=[stage.listing(product).pk])
    ).content.decode()
    assert page.count("This title is taken.") >= 2
    assert "Send to the channel" in page
    attempts = client.get(reverse("admin:channels_attempt_changelist")).content.decode()
    assert "This title is taken." in attempts
    attempt = stage.listing(product).attempts_made.get()
    assert "200" in client.get(reverse("admin:channels_attempt_change", args=[attempt.pk])).content.decode()


def test_attempts_are_told_in_words_of_the_readers_language(stage: Stage, client: Client) -> None:
    product = stage.product()
    stage.shop.next.append(acts.rejects("MUG-1", message="Not today."))
    stage.send()
    attempt = stage.listing(product).attempts_made.get()
    assert (attempt.operation, attempt.outcome) == ("upsert", "data")
    assert stage.world.admin is not None
    client.force_login(stage.world.admin)
    client.cookies["django_language"] = "de"
    edit = reverse("admin:catalog_product_change", args=[product])
    for address in (
        f"{edit}?tab=channels",
        reverse("admin:channels_listing_change", args=[attempt.listing_id]),
        reverse("admin:channels_attempt_change", args=[attempt.pk]),
        reverse("admin:channels_attempt_changelist"),
    ):
        text = client.get(address).text
        assert "Vom Kanal abgelehnt" in text, address
        assert "An den Kanal senden" in text, address
        assert not re.search(r">\s*(upsert|data)\s*<", text), address
    listed = reverse("admin:channels_attempt_changelist")
    assert "Not today." in client.get(f"{listed}?outcome=data&operation=upsert").text
    assert "Not today." not in client.get(f"{listed}?outcome=ok").text
    assert "Not today." not in client.get(f"{listed}?operation=withdraw").text


def test_trying_again_sends_a_refused_listing_anew(stage: Stage, client: Client, nudges: list[int]) -> None:
    client.force_login(stage.world.admin)
    product = stage.product()
    stage.shop.next.append(acts.rejects("MUG-1", message="Not today."))
    stage.send()
    nudges.clear()
    data = {"action": "try_again", "_selected_action": [stage.listing(product).pk]}
    client.post(reverse("admin:channels_listing_changelist"), data)
    assert nudges == [stage.channel.pk]
    stage.send()
    assert stage.listing(product).state == Listing.State.LIVE


def test_nothing_of_a_listing_or_an_attempt_can_be_edited(stage: Stage, client: Client) -> None:
    client.force_login(stage.world.admin)
    product = stage.product()
    stage.send()
    address = reverse("admin:channels_listing_change", args=[stage.listing(product).pk])
    assert client.post(address, {"state": "absent"}).status_code == 403
    assert client.get(reverse("admin:channels_listing_add")).status_code == 403
    assert stage.listing(product).state == Listing.State.LIVE


@pytest.mark.parametrize("limited", [False, True])
@pytest.mark.parametrize("screen", ["listing", "attempt", "channel"])
def test_a_list_costs_the_same_for_twice_as_many(
    stage: Stage, client: Client, screen: str, limited: bool
) -> None:
    user = stage.world.admin
    if limited:
        user = of_the_cups(stage, "channel.sync")
    client.force_login(user)
    address = reverse(f"admin:channels_{screen}_changelist")
    counts = []
    for names in (range(4), range(4, 8)):
        for number in names:
            stage.product(f"MUG-{number}", categories=["cups"])
        stage.send()
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            page = client.get(address).content.decode()
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 20
    if screen != "channel":
        assert "MUG-7" in page


def test_a_limited_person_sees_listings_of_their_own_products_only(stage: Stage, client: Client) -> None:
    stage.product("CUP-1", categories=["cups"])
    hidden = stage.product("OTHER-1", categories=["other"])
    stage.send()
    user = of_the_cups(stage)
    client.force_login(user)
    rows = client.get(reverse("admin:channels_listing_changelist")).content.decode()
    assert "CUP-1" in rows
    assert "OTHER-1" not in rows
    assert "OTHER-1" not in client.get(reverse("admin:channels_attempt_changelist")).content.decode()
    address = reverse("admin:channels_listing_change", args=[stage.listing(hidden).pk])
    assert client.get(address).status_code in (302, 404)


def test_what_was_sent_names_no_product_to_who_may_not_see_all(stage: Stage, client: Client) -> None:
    product = stage.product("CUP-1", categories=["cups"])
    stage.shop.next.append(acts.rejects("CUP-1", message="Not today."))
    stage.send()
    listing = stage.listing(product)
    Listing.objects.update(sent_sheet={"locales": {}, "fields": {"goes_with": ["OTHER-1"]}})
    listing.attempts_made.update(request={"goes_with": ["OTHER-1"]})
    pages = [
        reverse("admin:channels_listing_change", args=[listing.pk]),
        reverse("admin:channels_attempt_change", args=[listing.attempts_made.get().pk]),
    ]
    user = of_the_cups(stage)
    assert stage.world.admin is not None
    for reader, is_told in ((user, False), (stage.world.admin, True)):
        client.force_login(reader)
        for page in pages:
            answer = client.get(page)
            assert (answer.status_code, "OTHER-1" in answer.content.decode()) == (200, is_told)
