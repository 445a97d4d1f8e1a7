"""What is imported alone, what waits for a person, and who is told, how often."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, time
from typing import Any

import orjson
import pytest
from django.core import mail
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from catalog.importing import runs
from catalog.importing.pickup import follow, work
from catalog.importing.pickup.schedule import next_look
from catalog.jobs import run_due
from catalog.models import ImportPickup, ImportRun, PickedFile, Product
from pim.lib.webhooks import sign
from tests.catalog.importing.pickup.conftest import Desk

BAD = "sku,color\nA,red\nB,purple\n"


def test_a_plan_that_is_not_clean_waits_and_holds_what_comes_after_it(desk: Desk) -> None:
    desk.put("a.csv", BAD, age=900)
    desk.put("b.csv", "sku,color\nA,navy\n", age=100)
    desk.turn(5)
    assert desk.files()[0] == ("a.csv", "waiting")
    assert desk.files()[1] == ("b.csv", "seen")
    assert desk.troubles() == ["a.csv waits for a person: 1 of 2 rows is rejected, and at most 0 % may be."]
    assert Product.objects.get(sku="A").own.values.get("color") is None
    run = ImportRun.objects.get()
    assert run.state == "planned"
    runs.apply(run, policy="skip-bad", user=desk.world.admin)
    run_due("imports")
    desk.turn(5)
    assert [state for _name, state in desk.files()] == ["done", "done"]
    assert Product.objects.get(sku="A").own.values["color"] == "navy"
    assert desk.troubles() == []


def test_within_the_limits_it_is_imported_alone(desk: Desk) -> None:
    desk.change(alone="limits", most_rejected=50)
    desk.put("a.csv", BAD)
    desk.turn(4)
    assert desk.files() == [("a.csv", "done")]
    assert "purple" in (desk.root / desk.pickup.files.get().report).read_text()


def test_a_file_that_would_empty_values_waits(desk: Desk) -> None:
    for sku in ("A", "B"):
        desk.world.edit(Product.objects.get(sku=sku).pk, {"color": "red"})
    desk.profile.settings = {"empty": "clear"}
    desk.profile.save()
    desk.put("a.csv", "sku,color\nA,\nB,navy\n")
    desk.turn(4)
    assert desk.files() == [("a.csv", "waiting")]
    assert "would lose values" in desk.troubles()[0]
    follow.leave_out(PickedFile.objects.get())
    desk.change(alone="limits", most_emptied=1)
    desk.put("a2.csv", "sku,color\nA,\nB,white\n")
    desk.turn(4)
    assert [state for _name, state in desk.files()] == ["left-out", "done"]


def test_a_file_that_names_too_few_products_waits(desk: Desk) -> None:
    desk.profile.settings = {"missing": "retire"}
    desk.profile.save()
    desk.put("a.csv", "sku,color\nA,red\nB,red\n", age=900)
    desk.turn(5)
    desk.put("b.csv", "sku,color\nA,red\n", age=100)
    desk.turn(4)
    assert [state for _name, state in desk.files()] == ["done", "waiting"]
    assert "1 products would be disabled" in desk.troubles()[0]
    assert Product.objects.get(sku="B").enabled is True


def test_who_set_it_up_has_to_be_allowed_still(desk: Desk) -> None:
    desk.world.admin.is_active = False
    desk.world.admin.save()
    desk.put("a.csv", "sku,color\nA,red\n")
    desk.turn(3)
    assert ImportRun.objects.count() == 0
    assert "Nobody who may import" in desk.troubles()[0]


def test_a_file_nobody_can_read_is_told_and_does_not_hold_the_next(desk: Desk) -> None:
    desk.put("a.xlsx", "PK no workbook at all", age=900)
    desk.put("b.csv", "sku,color\nA,red\n", age=100)
    desk.turn(5)
    assert sorted(desk.files()) == [("a.xlsx", "refused"), ("b.csv", "done")]
    assert desk.troubles() == []  # a newer file came through


def test_trouble_is_told_once_and_its_end_once(desk: Desk, settings: Any, httpserver: HTTPServer) -> None:
    settings.PIM_MAIL = {"EMAIL_HOST": "mail.example"}
    settings.PIM_ALLOWED_PRIVATE_HOSTS = ["localhost"]
    secret = "whsec_" + base64.b64encode(b"k" * 32).decode()
    got: list[Request] = []

    def receive(request: Request) -> Response:
        request.get_data()
        got.append(request)
        return Response(status=500 if len(got) == 1 else 204)

    httpserver.expect_request("/hook").respond_with_handler(receive)
    desk.change(settings={"folder": "gone"}, webhook=httpserver.url_for("/hook"))
    desk.pickup.webhook_secret = {"secret": secret}
    desk.pickup.save()
    desk.pickup.told.add(desk.world.admin)
    desk.turn(3)
    assert [each.to for each in mail.outbox] == [["boss@example.com"]]
    assert "There is no folder 'gone'" in mail.outbox[0].body
    assert len(got) == 1  # it was refused, and waits before it is said again
    desk.pickup.troubles.update(next_try_at=None)
    desk.turn(3)
    assert len(mail.outbox) == 1
    first, again = got
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    stamp = int(again.headers["webhook-timestamp"])
    assert again.headers["webhook-signature"] == sign(secret, again.headers["webhook-id"], stamp, again.data)
    assert orjson.loads(again.data)["type"] == "import.trouble"
    (desk.root / "gone").mkdir()
    desk.turn(3)
    assert [each.subject for each in mail.outbox] == [
        "Import profile Supplier A needs a look",
        "Import profile Supplier A is well again",
    ]
    assert [orjson.loads(each.data)["type"] for each in got] == [
        "import.trouble",
        "import.trouble",
        "import.recovered",
    ]


def test_a_job_that_fails_is_trouble_and_is_begun_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any) -> None:
        raise RuntimeError("a fault of ours, password=canary-word")

    monkeypatch.setattr(work, "look", broken)
    desk.turn()
    assert "ended before its time" in desk.troubles()[0]
    assert "canary-word" not in desk.troubles()[0]
    monkeypatch.undo()
    desk.put("a.csv", "sku,color\nA,red\n")
    desk.turn(4)
    assert desk.files() == [("a.csv", "done")]
    assert desk.troubles() == []


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (
            datetime(2026, 3, 28, 6, 0, tzinfo=UTC),
            datetime(2026, 3, 29, 4, 30, tzinfo=UTC),
        ),  # summer time begins
        (datetime(2026, 3, 28, 5, 0, tzinfo=UTC), datetime(2026, 3, 28, 5, 30, tzinfo=UTC)),
        (datetime(2026, 3, 28, 5, 30, tzinfo=UTC), datetime(2026, 3, 29, 4, 30, tzinfo=UTC)),
    ],
)
def test_a_time_of_day_is_that_of_its_zone(after: datetime, expected: datetime) -> None:
    pickup = ImportPickup(daily_at=time(6, 30), time_zone="Europe/Berlin")
    assert next_look(pickup, after) == expected
