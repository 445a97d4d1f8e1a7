"""The daily mail: at the hour somebody chose, where they are, once, and only where something waits."""

from __future__ import annotations

import smtplib
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

import pytest
import time_machine
from django.core import mail
from django.utils import translation

from catalog.models import Product, User
from enrichment import digest
from enrichment.comments import writing
from enrichment.models import Assignment, Digest, ReviewNote
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


def test_all_that_was_returned_is_counted_though_only_the_last_are_listed(
    tokyo: Desk, world: World, mug: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    Digest.objects.create(user=tokyo.user, hour=7)
    monkeypatch.setattr(digest, "SHOWN", 2)
    for number in range(5):
        ReviewNote.objects.create(
            product_id=mug, to=tokyo.user, text=f"Mend {number}", rev=1, at=at(1, number)
        )
    assert digest.send_due(at(1, 22)) == 1
    sent = mail.outbox[0]
    html = sent.alternatives[0][0]
    assert sent.subject == "Waiting for you: 5 products returned"
    for text in (sent.body, html):
        assert ("Mend 4" in text, "Mend 2" in text, "and 3 more" in text) == (True, False, True)


def test_the_mail_says_in_which_language_it_is(told: Desk) -> None:
    with translation.override("de"):
        digest.send_due(at(1, 22))
    assert '<html lang="de">' in mail.outbox[0].alternatives[0][0]


def test_nobody_hears_of_what_they_may_no_longer_see_and_nothing_is_no_mail(
    told: Desk, world: World, mug: int
) -> None:
    world.edit(mug, categories=["other"])
    assert digest.send_due(at(1, 22)) == 0
    world.edit(mug, categories=["cups"])
    assert digest.send_due(at(1, 23)) == 0  # settled for the day
    assert digest.send_due(at(2, 22)) == 1
    assert len(mail.outbox) == 1


class MailServer:
    """In smtplib's place, and like it without a socket once something went wrong. `refuses`: address → what is raised."""

    refuses: ClassVar[dict[str, Exception]] = {}
    tried: ClassVar[list[str]] = []
    taken: ClassVar[list[str]] = []

    def __init__(self, *_args: Any, **_named: Any) -> None:
        self.is_open = True

    def sendmail(self, _sender: str, to: list[str], _message: bytes, *_args: Any, **_named: Any) -> None:
        if not self.is_open:
            raise smtplib.SMTPServerDisconnected
        MailServer.tried += to
        if to[0] in self.refuses:
            self.is_open = False
            raise self.refuses[to[0]]
        MailServer.taken += to

    def quit(self) -> None:
        if not self.is_open:
            raise smtplib.SMTPServerDisconnected

    def close(self) -> None:
        self.is_open = False


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, settings: Any) -> type[MailServer]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = ""
    monkeypatch.setattr(smtplib, "SMTP", MailServer)
    for name, empty in (("refuses", {}), ("tried", []), ("taken", [])):
        monkeypatch.setattr(MailServer, name, empty)
    return MailServer


LATER = smtplib.SMTPRecipientsRefused({"kei@example.com": (451, b"greylisted, come again")})


def test_one_that_is_put_off_is_tried_again_and_holds_up_nobody(
    told: Desk, desk: Desk, mug: int, server: type[MailServer]
) -> None:
    Digest.objects.create(user=desk.user, hour=0)
    writing.say(Product.objects.get(pk=mug), "", "@boss hello", by=told.user)
    server.refuses["kei@example.com"] = LATER
    assert digest.send_due(at(1, 22)) == 1
    assert server.taken == ["boss@example.com"]
    server.refuses.clear()
    assert digest.send_due(at(1, 22) + timedelta(minutes=5)) == 0
    assert digest.send_due(at(1, 22) + timedelta(minutes=15)) == 1
    assert server.taken == ["boss@example.com", "kei@example.com"]


def test_one_that_is_put_off_all_day_is_tried_a_few_times(told: Desk, server: type[MailServer]) -> None:
    server.refuses["kei@example.com"] = LATER
    for tick in range(16 * 12):  # to the end of Tokyo's day
        digest.send_due(at(1, 22) + timedelta(minutes=5 * tick))
    assert len(server.tried) == digest.MOST_TRIES
    server.refuses.clear()
    assert digest.send_due(at(2, 22)) == 1


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError(),
        smtplib.SMTPServerDisconnected(),
        smtplib.SMTPRecipientsRefused({"kei@example.com": (550, b"nobody here")}),
        smtplib.SMTPDataError(554, b"no"),
    ],
)
def test_what_may_have_been_taken_or_never_will_be_is_not_sent_again_that_day(
    told: Desk, server: type[MailServer], error: Exception
) -> None:
    server.refuses["kei@example.com"] = error
    for hours in range(15):
        digest.send_due(at(1, 22) + timedelta(hours=hours))
    assert server.tried == ["kei@example.com"]
    digest.send_due(at(2, 22))
    assert server.tried == ["kei@example.com"] * 2


def test_a_server_that_is_away_costs_nobody_their_mail(
    told: Desk, server: type[MailServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: Any, **_named: Any) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as patched:
        patched.setattr(smtplib, "SMTP", away)
        assert digest.send_due(at(1, 22)) == 0
    assert digest.send_due(at(1, 23)) == 1


def test_the_last_hour_s_mail_may_come_after_midnight(told: Desk) -> None:
    Digest.objects.update(hour=23, looked_on=date(2026, 2, 27))  # Tokyo's 28th was the last
    assert (
        digest.send_due(at(1, 14) - timedelta(days=1) + timedelta(hours=4)) == 1
    )  # half past three on the 1st
    assert Digest.objects.get().looked_on == date(2026, 2, 28)
    assert digest.send_due(at(1, 13)) == 0
    assert digest.send_due(at(1, 14)) == 1
    Digest.objects.update(looked_on=date(2026, 2, 28))
    assert digest.send_due(at(1, 20)) == 0  # half past five on the 2nd: too late for the 1st


def test_another_hour_brings_no_second_mail_that_day(told: Desk) -> None:
    def choose(hour: int, now: datetime) -> None:
        with time_machine.travel(now, tick=False):
            told.client.post("/admin/catalog/product/digest/", {"hour": str(hour)})

    assert digest.send_due(at(1, 22)) == 1  # half past seven on the 2nd
    choose(12, at(1, 23))
    assert digest.send_due(at(2, 4)) == 0
    assert digest.send_due(at(3, 4)) == 1
    Digest.objects.all().delete()
    choose(23, at(3, 17))  # half past two on the 4th: not the mail of the night before
    assert digest.send_due(at(3, 17)) == 0
    assert digest.send_due(at(4, 14)) == 1


def test_what_is_overdue_is_so_by_the_day_where_they_are(told: Desk, mug: int) -> None:
    Assignment.objects.create(product_id=mug, to=told.user, due=date(2026, 3, 1), at=at(1, 0))
    with time_machine.travel(at(1, 22), tick=False):
        assert digest.send_due(at(1, 22)) == 1
    assert "1 overdue" in mail.outbox[0].subject


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
