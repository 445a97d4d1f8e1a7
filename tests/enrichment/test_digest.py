"""The daily mail: at the hour somebody chose, where they are, once, and only where something waits."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives

from catalog.models import Product, User
from enrichment import digest
from enrichment.comments import writing
from enrichment.models import Digest
from tests.enrichment.conftest import Desk
from tests.world import World


def at(day: int, hour: int) -> datetime:
    """In UTC; Tokyo is nine hours ahead."""
    return datetime(2026, 3, day, hour, 30, tzinfo=UTC)


@pytest.fixture
def tokyo(person: Any, settings: Any) -> Desk:
    settings.PIM_MAIL = {"EMAIL_HOST": "mail.example"}
    settings.PIM_BASE_URL = "https://pim.example"
    user = person("kei", ["product.edit"], categories=["kitchen"], locales=["de_DE"])
    User.objects.filter(pk=user.pk).update(email="kei@example.com", time_zone="Asia/Tokyo")
    return Desk(User.objects.get(pk=user.pk))


@pytest.fixture
def told(tokyo: Desk, world: World, mug: int) -> Desk:
    Digest.objects.create(user=tokyo.user, hour=7)
    product = Product.objects.get(pk=mug)
    assert world.admin is not None
    writing.say(product, "name|de_DE", "@kei is <b>this</b> right?", by=world.admin)
    writing.say(product, "", "@kei and in general", by=world.admin)
    return tokyo


def test_it_comes_once_a_day_at_the_hour_where_they_are(told: Desk) -> None:
    assert digest.send_due(at(1, 21)) == 0  # half past six in Tokyo
    assert digest.send_due(at(1, 22)) == 1
    assert digest.send_due(at(1, 23)) == 0
    assert digest.send_due(at(2, 14)) == 0  # half past eleven at night, the same day
    assert digest.send_due(at(3, 3)) == 1  # the next day, late: the clock stood still at seven
    assert [each.to for each in mail.outbox] == [["kei@example.com"]] * 2
    sent = mail.outbox[0]
    html = sent.alternatives[0][0]
    assert sent.subject == "Waiting for you: 2 comments"
    assert "https://pim.example/admin/catalog/product/" in sent.body
    assert "is <b>this</b> right?" in sent.body
    assert "is &lt;b&gt;this&lt;/b&gt; right?" in html
    assert "<b>this" not in html


def test_nobody_hears_of_what_they_may_no_longer_see_and_nothing_is_no_mail(
    told: Desk, world: World, mug: int
) -> None:
    world.edit(mug, categories=["other"])
    assert digest.send_due(at(1, 22)) == 0
    world.edit(mug, categories=["cups"])
    assert digest.send_due(at(1, 23)) == 0  # settled for the day
    assert digest.send_due(at(2, 22)) == 1
    assert len(mail.outbox) == 1


def test_one_that_fails_is_tried_again_and_holds_up_nobody(
    told: Desk, desk: Desk, world: World, mug: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    Digest.objects.create(user=desk.user, hour=0)
    writing.say(Product.objects.get(pk=mug), "", "@boss hello", by=told.user)
    send = EmailMultiAlternatives.send

    def fail(message: EmailMultiAlternatives, *args: Any, **named: Any) -> Any:
        if message.to == ["kei@example.com"]:
            raise ConnectionError
        return send(message, *args, **named)

    monkeypatch.setattr(EmailMultiAlternatives, "send", fail)
    assert digest.send_due(at(1, 22)) == 1
    monkeypatch.undo()
    assert digest.send_due(at(1, 22)) == 1
    assert sorted(each.to[0] for each in mail.outbox) == ["boss@example.com", "kei@example.com"]


def test_it_is_off_until_somebody_chooses_an_hour(tokyo: Desk) -> None:
    page = tokyo.client.get("/admin/catalog/product/digest/")
    assert "kei@example.com" in page.content.decode()
    assert not Digest.objects.exists()
    tokyo.client.post("/admin/catalog/product/digest/", {"hour": "7"})
    assert Digest.objects.get().hour == 7
    tokyo.client.post("/admin/catalog/product/digest/", {"hour": "24"})
    assert Digest.objects.get().hour == 7
    tokyo.client.post("/admin/catalog/product/digest/", {"hour": ""})
    assert not Digest.objects.exists()
