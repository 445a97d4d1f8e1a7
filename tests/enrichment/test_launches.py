"""A launch from the grid's selection: the gate with its sentences, what is scheduled, moved and cancelled, and the calendar."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.jobs import handle as handles
from catalog.models import Campaign, Context, Job, Product, User
from catalog.values.campaigns import write_campaign
from channels.delivery.prepare import prepare
from channels.launches import scheduling
from channels.models import Channel, Launch, LaunchEntry, Listing
from channels.profile import current
from enrichment.models import Assignment
from enrichment.workbench.calendar import entries, month
from enrichment.workbench.calendar.entries import Holding
from enrichment.workbench.launches import running, views
from tests.channels.stage import FULL, make_channel, work_off_jobs
from tests.enrichment.conftest import Desk, status_of
from tests.enrichment.forms import controls
from tests.world import SYSTEM, World

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
WHEN = {
    "launch-date": "2026-12-01",
    "launch-time": "09:00",
    "launch-time_zone": "Europe/Berlin",
    "launch-channels": "b2b",
}
AT = datetime(2026, 12, 1, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def mugs(world: World, channel: Channel) -> dict[str, int]:
    """Two ready, one that lacks only the approval, one that lacks a name in German as well."""

    def create(sku: str, status: str, **values: Any) -> int:
        made = world.create(sku, {**FULL, **values}, family="mugs", categories=["cups"], status=status)
        assert made.product is not None
        return made.product

    return {
        "READY-1": create("READY-1", "approved"),
        "READY-2": create("READY-2", "approved"),
        "DRAFT": create("DRAFT", "draft"),
        "BLOCKED": create("BLOCKED", "draft", **{"name|de_DE": None}),
    }


def looked(desk: Desk, ids: Any, **asked: Any) -> Any:
    response = desk.post("enrichment_launch_choose", id=list(ids), **{**WHEN, **asked})
    assert response.status_code == 200, response.context_data["form"].errors
    return response


def pressed(desk: Desk, ids: Any, **asked: Any) -> dict[str, Any]:
    """What the gate's buttons send."""
    shown = looked(desk, ids, **asked).context_data
    return {"mark": shown["gate"].mark, "ref": shown["ref"], **WHEN, **asked}


def scheduled(desk: Desk, ids: Any, mode: str, **asked: Any) -> Launch:
    response = desk.post("enrichment_launch_run", id=list(ids), mode=mode, **pressed(desk, ids, **asked))
    assert response.status_code == 302
    return Launch.objects.latest("pk")


def judge(world: World, channel: Channel) -> None:
    """What a drain would note of the listings, without sending anything."""
    rows = list(Listing.objects.filter(channel=channel))
    for one in prepare(rows, current(world.structure).by_id[channel.pk], world.structure, at=NOW):
        row, state = one.listing, one.decision.state or Listing.State.LIVE
        Listing.objects.filter(pk=row.pk).update(state=state, sent_rev=row.desired_rev)


def test_the_gate_tells_the_ready_from_the_others_and_leads_to_the_field(
    desk: Desk, mugs: dict[str, int]
) -> None:
    response = looked(desk, mugs.values())
    gate = response.context_data["gate"]
    assert (gate.all, gate.ready, gate.unapproved, gate.stopped) == (4, 2, 1, 1)
    assert [line.numbers for line in gate.lines] == [[2, 1, 1, 0]]
    page = response.content.decode()
    assert "2 of 4 products are ready for Dec. 1, 2026, 9 a.m. (Europe/Berlin)" in page
    field = f"/admin/catalog/product/{mugs['BLOCKED']}/change/?locale=de_DE#f-name-de_DE"
    assert re.search(rf'<a href="{re.escape(field)}">Name is missing for de_DE.</a>', page)
    assert 'id="f-name-de_DE"' in desk.page(mugs["BLOCKED"], locale="de_DE").content.decode()
    assert not Launch.objects.exists()


def test_the_ready_are_scheduled_and_the_left_ones_are_told(desk: Desk, mugs: dict[str, int]) -> None:
    made = scheduled(desk, mugs.values(), "ready")
    assert (made.name, made.at, made.time_zone) == ("2 products", AT, "Europe/Berlin")
    entries = set(made.entries.values_list("product__sku", "channel__code"))
    assert entries == {("READY-1", "b2b"), ("READY-2", "b2b")}
    response = desk.client.get(reverse("admin:enrichment_launch", args=[made.pk]))
    assert [str(message) for message in get_messages(response.wsgi_request)] == [
        "2 products launch on Dec. 1, 2026, 9 a.m. (Europe/Berlin).",
        "2 products were left out: they go out as soon as nothing is in their way.",
    ]
    assert status_of(mugs["DRAFT"]) == Product.Status.DRAFT
    assert made.steps.get().by == desk.user


def test_the_blocked_are_given_to_somebody_with_a_date_at_the_gate_and_on_the_launchs_page(
    desk: Desk, mugs: dict[str, int], person: Any, world: World, channel: Channel
) -> None:
    anna = person("anna", ["product.edit"])
    html = looked(desk, mugs.values()).content.decode()
    offered = controls(html, "assign-blocked")  # a form of its own, whose button is the one that Enter means
    assert (offered["assign-due"], offered["launch-date"]) == (["2026-11-30"], [WHEN["launch-date"]])
    given = {"assign-to": anna.pk, "assign-due": "2026-11-28", "assign-note": "Mend"}
    chosen = {"id": list(mugs.values())}
    shown = desk.post("enrichment_launch_assign_chosen", **offered | given)
    assert shown.context_data["gate"].stopped == 1
    row = Assignment.objects.get()
    assert (row.product_id, row.to, row.due, row.note) == (mugs["BLOCKED"], anna, date(2026, 11, 28), "Mend")
    wrong = desk.post("enrichment_launch_assign_chosen", **chosen, **WHEN, **given | {"assign-to": ""})
    assert (wrong.status_code, list(wrong.context_data["assigning"].errors)) == (422, ["to"])
    assert not Launch.objects.exists()
    launch = scheduled(desk, mugs.values(), "all")
    judge(world, channel)
    Assignment.objects.all().delete()
    desk.post("enrichment_launch_assign", launch.pk, **given)
    assert {each.product_id for each in Assignment.objects.all()} == {mugs["DRAFT"], mugs["BLOCKED"]}


def test_approving_comes_with_the_launch_and_behind_it(
    desk: Desk, mugs: dict[str, int], world: World, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply, waiting = running.bulk.apply, []

    def noted(ids: Any, *args: Any, **options: Any) -> Any:
        waiting.append(LaunchEntry.objects.filter(product_id__in=ids).count())
        return apply(ids, *args, **options)

    monkeypatch.setattr(running.bulk, "apply", noted)
    made = scheduled(desk, mugs.values(), "approve", **{"launch-name": "Winter"})
    assert waiting == [1]
    assert (made.name, made.entries.count()) == ("Winter", 3)
    assert [status_of(mugs[sku]) for sku in ("DRAFT", "BLOCKED")] == ["approved", "draft"]
    judge(world, channel)
    states = dict(Listing.objects.values_list("product__sku", "state"))
    assert {states[sku] for sku in ("READY-1", "READY-2", "DRAFT")} == {"scheduled"}


def test_all_are_scheduled_and_the_blocked_held(
    desk: Desk, mugs: dict[str, int], world: World, channel: Channel
) -> None:
    made = scheduled(desk, mugs.values(), "all")
    judge(world, channel)
    page = desk.client.get(reverse("admin:enrichment_launch", args=[made.pk]))
    assert (page.context_data["total"].ready, page.context_data["total"].blocked) == (2, 2)
    assert [one.sku for one in page.context_data["blocked"]] == ["BLOCKED", "DRAFT"]
    assert desk.skus(launch=f"{made.pk}~blocked", level="all", sort="sku") == ["BLOCKED", "DRAFT"]
    assert len(desk.skus(launch=str(made.pk), level="all")) == 4


def test_what_changed_since_it_was_looked_at_is_looked_at_again(
    desk: Desk, mugs: dict[str, int], world: World
) -> None:
    asked = {"id": list(mugs.values()), "mode": "ready", **pressed(desk, mugs.values())}
    world.edit(mugs["READY-1"], {"weight": None})
    response = desk.post("enrichment_launch_run", **asked)
    assert (response.status_code, response.context_data["gate"].stopped) == (200, 2)
    moved = desk.post("enrichment_launch_run", **{**asked, "launch-date": "2026-12-02"})
    assert moved.status_code == 200
    assert not Launch.objects.exists()


@pytest.mark.parametrize(
    ("asked", "field", "message"),
    [
        ({"launch-date": "2026-11-22"}, "date", "This is over: choose a moment that is still to come."),
        ({"launch-date": "2027-03-28", "launch-time": "02:30"}, "time", "There is no such time on that day: the clocks are put forward then."),
        ({"launch-date": "9999-12-31", "launch-time": "23:59", "launch-time_zone": "America/Los_Angeles"}, "date", "Choose a year between 2000 and 2200."),
        ({"launch-date": "0001-01-01", "launch-time": "00:00"}, "date", "Choose a year between 2000 and 2200."),
        ({"launch-channels": []}, "channels", "Choose at least one channel."),
    ],
)  # fmt: skip
def test_a_moment_that_cannot_be_is_refused_beside_its_field(
    desk: Desk, mugs: dict[str, int], asked: dict[str, Any], field: str, message: str
) -> None:
    world_of_two = {**WHEN, **asked}
    if field == "channels":
        Channel.objects.create(code="second", context=Channel.objects.get().context.__class__.objects.get(code="shop"), connector="webhook")  # fmt: skip
    response = desk.post("enrichment_launch_choose", id=list(mugs.values()), **world_of_two)
    assert (response.status_code, response.context_data["form"].errors) == (422, {field: [message]})
    assert response.context_data["gate"] is None


def test_a_launch_is_not_moved_to_the_end_of_the_calendar(desk: Desk, mugs: dict[str, int]) -> None:
    made = scheduled(desk, mugs.values(), "ready")
    asked = {"date": "9999-12-31", "time": "23:59", "time_zone": "America/Los_Angeles"}
    response = desk.post("enrichment_launch_move", made.pk, **asked)
    assert response.status_code == 422
    assert response.context_data["form"].errors == {"date": ["Choose a year between 2000 and 2200."]}
    made.refresh_from_db()
    assert made.at == AT


def test_the_gate_names_the_channels_to_which_approving_lets_them_go_at_once(
    desk: Desk, mugs: dict[str, int], world: World
) -> None:
    for code, assortment in (("other", {}), ("empty", {"categories": ["other"]})):
        context = Context.objects.create(code=code, labels={}, parent=world.contexts["shop"])
        Channel.objects.create(
            code=code, labels={"en_US": f"The {code} shop"}, context=context, connector="webhook",
            assortment=assortment,
        )  # fmt: skip
    page = looked(desk, mugs.values()).content.decode()
    assert (
        "Approving lets it go out at once, before this launch, on channels that are not ticked: The other shop."
        in page
    )
    assert page.index("The other shop. Tick") < page.index('value="approve"')
    both = looked(desk, mugs.values(), **{"launch-channels": ["b2b", "other"]})
    assert both.context_data["gate"].at_once == []
    assert looked(desk, [mugs["READY-1"]]).context_data["gate"].at_once == []
    scheduled(desk, [mugs["DRAFT"]], "all", **{"launch-channels": ["other"]})
    assert looked(desk, mugs.values()).context_data["gate"].at_once == []


def test_a_launch_without_products_is_that_of_who_made_it(
    desk: Desk, mugs: dict[str, int], monkeypatch: pytest.MonkeyPatch, person: Callable[..., User]
) -> None:
    anna = Desk(person("anna", ["product.publish"], categories=["kitchen"]))
    bert = Desk(person("bert", ["product.publish"], categories=["kitchen"]))
    whole = Desk(person("whole", ["product.publish"]))
    monkeypatch.setattr(running, "BATCH", 1)
    made = scheduled(anna, mugs.values(), "ready")
    assert not made.entries.exists()
    address = reverse("admin:enrichment_launch", args=[made.pk])
    assert bert.client.get(address).status_code == 404
    assert bert.post("enrichment_launch_cancel", made.pk, then="go").status_code == 404
    for desk_of in (anna, whole):
        page = desk_of.client.get(address)
        assert (page.status_code, page.context_data["may_change"]) == (200, True)
    work_off_jobs()
    assert bert.client.get(address).status_code == 200


def test_many_are_scheduled_by_a_job(
    desk: Desk, mugs: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 1)
    monkeypatch.setattr(running, "STEP", 1)
    made = scheduled(desk, mugs.values(), "approve")
    assert not made.entries.exists()
    work_off_jobs()
    assert made.entries.count() == 3
    assert status_of(mugs["DRAFT"]) == "approved"
    assert Job.objects.get(kind="launches.fill").state == Job.State.DONE


@pytest.mark.parametrize(("mode", "batch"), [("ready", 500), ("approve", 500), ("ready", 1)])
def test_a_button_that_is_pressed_twice_schedules_once(
    desk: Desk, mugs: dict[str, int], monkeypatch: pytest.MonkeyPatch, mode: str, batch: int
) -> None:
    monkeypatch.setattr(running, "BATCH", batch)
    asked = {"id": list(mugs.values()), "mode": mode, **pressed(desk, mugs.values())}
    first, second = (desk.post("enrichment_launch_run", **asked) for _press in range(2))
    made = Launch.objects.get()
    assert first["Location"] == second["Location"] == reverse("admin:enrichment_launch", args=[made.pk])
    work_off_jobs()
    assert made.entries.count() == (3 if mode == "approve" else 2)
    again = {"id": list(mugs.values()), "mode": "all", **pressed(desk, mugs.values())}
    desk.post("enrichment_launch_run", **again)  # looked at anew, it is another one
    assert Launch.objects.count() == 2


@pytest.mark.parametrize(("meanwhile", "status"), [("", "approved"), ("let_go", "draft")])
def test_what_a_press_failed_to_approve_the_next_one_approves_while_its_launch_is_waited_for(
    desk: Desk, mugs: dict[str, int], monkeypatch: pytest.MonkeyPatch, meanwhile: str, status: str
) -> None:
    asked = {"id": list(mugs.values()), "mode": "approve", **pressed(desk, mugs.values())}

    def failing(*_args: Any, **_options: Any) -> Any:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(running.bulk, "apply", failing)
        with pytest.raises(OperationalError):
            desk.post("enrichment_launch_run", **asked)
    made = Launch.objects.get()
    if meanwhile:
        scheduling.let_go(made.pk, by=None)
    response = desk.post("enrichment_launch_run", **asked)
    assert response["Location"] == reverse("admin:enrichment_launch", args=[made.pk])
    assert (status_of(mugs["DRAFT"]), made.entries.count(), Launch.objects.count()) == (status, 3, 1)


def test_of_two_presses_at_the_same_time_the_second_finds_the_first(
    desk: Desk, mugs: dict[str, int], channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have looked before either has written."""
    asked = {"id": list(mugs.values()), "mode": "ready", **pressed(desk, mugs.values())}
    start, entries = running.start, {channel.pk: [mugs["READY-1"]]}

    def slower(**options: Any) -> Any:
        start(**{**options, "entries": entries})
        return start(**options)

    monkeypatch.setattr(running, "start", slower)
    response = desk.post("enrichment_launch_run", **asked)
    made = Launch.objects.get()
    assert response["Location"] == reverse("admin:enrichment_launch", args=[made.pk])
    assert set(made.entries.values_list("product__sku", flat=True)) == {"READY-1"}


@pytest.mark.parametrize(("stops_at", "entries", "approved"), [("add", 1, 0), ("apply", 4, 1)])
def test_a_job_that_is_stopped_schedules_and_approves_no_more(
    desk: Desk, mugs: dict[str, int], world: World, monkeypatch: pytest.MonkeyPatch,
    stops_at: str, entries: int, approved: int,
) -> None:  # fmt: skip
    made = world.create("DRAFT-2", FULL, family="mugs", categories=["cups"], status="draft").product or 0
    monkeypatch.setattr(running, "BATCH", 1)
    monkeypatch.setattr(running, "STEP", 1)
    monkeypatch.setattr(handles, "WRITE_EVERY", 0)
    launch = scheduled(desk, [*mugs.values(), made], "approve")
    of = running.scheduling if stops_at == "add" else running.bulk
    act = getattr(of, stops_at)

    def stopped(*args: Any, **options: Any) -> Any:
        Job.objects.filter(kind="launches.fill").update(cancel_requested=True)
        return act(*args, **options)

    monkeypatch.setattr(of, stops_at, stopped)
    work_off_jobs()
    job = Job.objects.get(kind="launches.fill")
    assert (job.state, job.result["changed"]) == (Job.State.CANCELLED, approved)
    assert launch.entries.count() == entries
    assert [status_of(pk) for pk in (mugs["DRAFT"], made)].count("approved") == approved


def test_too_many_are_not_half_looked_at(
    desk: Desk, mugs: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "MOST", 3)
    response = desk.post("enrichment_launch_choose", id=list(mugs.values()), **WHEN)
    assert "At most 3 products are launched at once" in response.content.decode()
    assert response.context_data["gate"] is None
    run = desk.post("enrichment_launch_run", id=list(mugs.values()), mode="all", mark="x", **WHEN)
    assert (run.context_data["gate"], Launch.objects.count()) == (None, 0)


def test_only_what_one_may_publish_is_launched_and_only_whole_launches_are_moved(
    desk: Desk, mugs: dict[str, int], world: World, person: Callable[..., User]
) -> None:
    world.edit(mugs["READY-1"], categories=["other"])
    anna = Desk(person("anna", ["product.publish"], categories=["kitchen"]))
    response = anna.post("enrichment_launch_choose", id=list(mugs.values()), **WHEN)
    assert (response.context_data["total"], response.context_data["gate"].ready) == (3, 1)
    made = scheduled(desk, mugs.values(), "ready")
    page = anna.client.get(reverse("admin:enrichment_launch", args=[made.pk]))
    assert (page.context_data["may_change"], page.context_data["total"].products) == (False, 1)
    asked = {"date": "2026-12-05", "time": "08:00", "time_zone": "UTC"}
    assert anna.post("enrichment_launch_move", made.pk, **asked).status_code == 403
    assert anna.post("enrichment_launch_cancel", made.pk, then="go").status_code == 403
    world.edit(mugs["READY-2"], categories=["other"])
    assert anna.client.get(reverse("admin:enrichment_launch", args=[made.pk])).status_code == 404
    made.refresh_from_db()
    assert made.at == AT


def test_it_is_moved_and_cancelled_and_says_who_did_it(desk: Desk, mugs: dict[str, int], clock: Any) -> None:
    made = scheduled(desk, mugs.values(), "ready")
    desk.post("enrichment_launch_move", made.pk, date="2026-12-05", time="08:00", time_zone="UTC")
    desk.post("enrichment_launch_cancel", made.pk, then="keep")
    made.refresh_from_db()
    assert made.at is None
    steps = desk.client.get(reverse("admin:enrichment_launch", args=[made.pk])).context_data["steps"]
    assert [(step.who, step.text) for step in steps] == [
        ("boss", "scheduled it for Dec. 1, 2026, 8 a.m. (UTC)"),
        ("boss", "moved it from Dec. 1, 2026, 8 a.m. (UTC) to Dec. 5, 2026, 8 a.m. (UTC)"),
        ("boss", "cancelled it (Dec. 5, 2026, 8 a.m. (UTC)); its products stay off the channels"),
    ]
    desk.post("enrichment_launch_move", made.pk, date="2026-12-07", time="08:00", time_zone="UTC")
    clock.move_to(datetime(2026, 12, 8, tzinfo=UTC))
    desk = Desk(desk.user)  # the session has run out
    desk.post("enrichment_launch_cancel", made.pk, then="keep")
    made.refresh_from_db()
    assert made.at == datetime(2026, 12, 7, 8, tzinfo=UTC)


# --- the calendar


def calendar(desk: Desk, **query: str) -> Any:
    response = desk.client.get(reverse("admin:enrichment_calendar"), query)
    assert response.status_code == 200
    return response


@pytest.mark.parametrize("view", ["month", "list"])
def test_the_calendar_shows_launches_and_campaigns_with_what_is_blocked(
    desk: Desk, mugs: dict[str, int], world: World, channel: Channel, view: str
) -> None:
    made = scheduled(desk, mugs.values(), "all", **{"launch-name": "Winter range"})
    sale = Campaign.objects.create(
        code="sale", labels={"en_US": "Sale"}, starts_at=AT, ends_at=AT + timedelta(days=9)
    )
    write_campaign(sale, {mugs["READY-1"]: {"name|en_US": "Cheap mug"}}, by=SYSTEM)
    judge(world, channel)
    page = calendar(desk, month="2026-12", view=view)
    text = re.sub(r"<[^>]+>", " ", page.content.decode())
    assert "Winter range" in text
    assert "2 ready" in text
    assert "2 blocked" in text
    assert f'href="/admin/catalog/product/?launch={made.pk}~blocked&amp;level=all"' in page.content.decode().replace("%7E", "~")  # fmt: skip
    assert desk.skus(campaign="sale", level="all") == ["READY-1"]
    [holding] = page.context_data["holdings"]
    assert (holding.first, holding.last, holding.count) == (date(2026, 12, 1), date(2026, 12, 10), 1)
    assert calendar(desk, month="2027-02", view=view).context_data["launches"] == []


@pytest.mark.parametrize("view", ["month", "list"])
def test_what_is_too_much_to_count_at_once_is_shown_without_numbers(
    desk: Desk, mugs: dict[str, int], monkeypatch: pytest.MonkeyPatch, clock: Any, view: str
) -> None:
    first = scheduled(desk, [mugs["READY-1"]], "all")
    second = scheduled(desk, [mugs["READY-2"]], "all", **{"launch-date": "2026-12-20"})
    monkeypatch.setattr(entries, "COUNTED", 1)
    clock.move_to(datetime(2026, 12, 10, tzinfo=UTC))
    desk = Desk(desk.user)  # the session has run out
    page = calendar(desk, month="2026-12", view=view)
    told = {each.launch: each.numbers and each.numbers.products for each in page.context_data["launches"]}
    assert told == {first: None, second: 1}
    assert "Its products" in page.content.decode()


def test_a_month_is_filtered_by_channel_and_for_a_limited_person(
    desk: Desk, mugs: dict[str, int], world: World, person: Callable[..., User]
) -> None:
    made = scheduled(desk, mugs.values(), "ready")
    world.edit(mugs["READY-1"], categories=["other"])
    anna = Desk(person("anna", ["product.view"], categories=["kitchen"]))
    [seen] = calendar(anna, month="2026-12").context_data["launches"]
    assert (seen.launch, seen.numbers.products) == (made, 1)
    assert len(calendar(desk, month="2026-12", channel="b2b").context_data["launches"]) == 1
    other = Channel.objects.create(code="other", context=world.contexts["shop"], connector="webhook")
    LaunchEntry.objects.update(channel=other)
    assert calendar(desk, month="2026-12", channel="b2b").context_data["launches"] == []


@pytest.mark.parametrize("kind", ["products", "blocked"])
def test_a_channels_month_leads_to_the_products_it_counts(
    desk: Desk, mugs: dict[str, int], world: World, channel: Channel, kind: str
) -> None:
    """Not to all that launch at the same time on others."""
    made = scheduled(desk, mugs.values(), "all", **{"launch-name": "Winter"})
    judge(world, channel)
    other = make_channel(world, code="shop", required=())
    for sku in ("READY-1", "BLOCKED"):
        LaunchEntry.objects.create(launch=made, channel=other, product_id=mugs[sku])
    for code, found in (("", 4), ("b2b", 4), ("shop", 2)):
        (each,) = calendar(desk, month="2026-12", channel=code).context_data["launches"]
        grid = desk.client.get(getattr(each, kind)).context_data
        assert grid["count"] == getattr(each.numbers, kind)
        assert kind == "blocked" or grid["count"] == found
    assert grid["chips"][0]["text"].startswith("Winter · shop")


def test_a_campaign_runs_through_the_weeks_in_one_lane() -> None:
    def holding(code: str, first: int, last: int) -> Holding:
        return Holding(Campaign(code=code), date(2026, 12, first), date(2026, 12, last), 0, "coming")

    weeks = month.weeks(
        2026, 12, today=date(2026, 12, 3), first_weekday=0, launches=[],
        holdings=[holding("a", 4, 8), holding("b", 5, 5), holding("c", 6, 30)],
    )  # fmt: skip
    bars = [
        [(day.date.day, lane, bar.holding.campaign.code, bar.days, bar.went_on, bar.goes_on) for day in week for lane, bar in enumerate(day.lanes) if bar]
        for week in weeks
    ]  # fmt: skip
    assert bars[0] == [
        (4, 0, "a", 3, False, True),
        (5, 1, "b", 1, False, False),
        (6, 1, "c", 1, False, True),
    ]
    assert bars[1] == [(7, 0, "a", 2, True, False), (7, 1, "c", 7, True, True)]
    assert bars[4] == [(28, 0, "c", 3, True, False)]
    assert {len(day.lanes) for day in weeks[0]} == {2}


@pytest.mark.parametrize("view", ["month", "list"])
def test_the_calendar_and_a_launch_ask_as_often_for_twice_as_many(
    desk: Desk, world: World, channel: Channel, view: str
) -> None:
    def more(start: int) -> list[int]:
        ids = []
        for number in range(start, start + 3):
            made = world.create(f"M-{number}", dict(FULL), family="mugs").product
            assert made is not None
            ids.append(made)
            scheduled(desk, [made], "all")
            campaign = Campaign.objects.create(
                code=f"c{number}", starts_at=AT, ends_at=AT + timedelta(days=2)
            )
            write_campaign(campaign, {made: {"name|en_US": "x"}}, by=SYSTEM)
        return ids

    def asked(address: str, query: dict[str, str]) -> int:
        desk.client.get(address, query)
        with CaptureQueriesContext(connection) as captured:
            assert desk.client.get(address, query).status_code == 200
        return len(captured)

    first = more(0)
    calendar_page = (reverse("admin:enrichment_calendar"), {"month": "2026-12", "view": view})
    few = asked(*calendar_page)
    second = more(3)
    assert asked(*calendar_page) == few <= 20
    small = scheduled(desk, first[:1], "all")
    of_one = asked(reverse("admin:enrichment_launch", args=[small.pk]), {})
    large = scheduled(desk, [*first, *second], "all")
    assert asked(reverse("admin:enrichment_launch", args=[large.pk]), {}) == of_one <= 26
