"""What a weaker source wanted to say: listed, taken over or rejected, one by one and in bulk, and taken back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.jobs import run_due
from catalog.models import Job, Product, Proposal, Revision
from catalog.values.changes import Actor
from catalog.values.proposing import accept, reject
from enrichment.workbench.proposals import settling, views
from tests.enrichment.conftest import Desk, values_of

LIST = "/admin/catalog/product/proposals/"


def says(world: Any, product: int, values: dict[str, Any], source: str = "supplier") -> None:
    world.edit(product, values, by=Actor(None, origin="import", source=source, trusted=True))


@pytest.fixture
def mug(world: Any, channel: Any) -> int:
    pk = world.create(
        "MUG", {"name|en_US": "Mug", "color": "red"}, family="mugs", categories=["cups"]
    ).product
    says(world, pk, {"color": "navy"})
    return int(pk)


def states() -> list[tuple[str, str]]:
    return list(Proposal.objects.order_by("pk").values_list("source", "state"))


def test_an_outranked_value_is_listed_and_taken_over(desk: Desk, mug: int, world: Any) -> None:
    text = desk.client.get(LIST).content.decode()
    assert "Navy blue" in text
    assert "Supplier" in text
    desk.post("enrichment_proposals_settle", accept=[Proposal.objects.get().pk])
    assert values_of(mug)["color"] == "navy"
    assert states() == [("supplier", "accepted")]
    revision = Revision.objects.filter(product=mug).order_by("-rev").first()
    assert (revision.origin, revision.source, revision.user) == ("accept", "marketing", desk.user)
    says(world, mug, {"color": "white"})  # the person decided about one value, not for ever
    assert values_of(mug)["color"] == "navy"
    assert states() == [("supplier", "accepted"), ("supplier", "open")]


def test_a_rejected_value_is_not_proposed_again_until_it_is_another(desk: Desk, mug: int, world: Any) -> None:
    desk.post("enrichment_proposals_settle", reject=[Proposal.objects.get().pk])
    assert values_of(mug)["color"] == "red"
    says(world, mug, {"color": "navy"})
    assert states() == [("supplier", "rejected")]
    says(world, mug, {"color": "white"})
    assert states() == [("supplier", "rejected"), ("supplier", "open")]


def test_of_two_for_one_value_the_stronger_source_is_taken_over(desk: Desk, mug: int, world: Any) -> None:
    world.edit(mug, {"color": "red"}, by=Actor(None, origin="import", source="erp", trusted=True))
    Proposal.objects.all().delete()
    world.edit(mug, {"price": {"EUR": "1.00"}}, by=Actor(None, origin="import", source="erp", trusted=True))
    says(world, mug, {"price": {"EUR": "2.00"}}, source="supplier")
    says(world, mug, {"price": {"EUR": "3.00"}}, source="marketing")
    assert sorted(source for source, _state in states()) == ["marketing", "supplier"]
    desk.post("enrichment_proposals_settle", do="accept", all="1", query="attribute=price")
    assert values_of(mug)["price"] == {"EUR": "3"}
    assert sorted(states()) == [("marketing", "accepted"), ("supplier", "open")]


def test_all_of_a_filter_are_taken_over_and_given_back(desk: Desk, mug: int, world: Any) -> None:
    others = [
        world.create(f"M-{n}", {"color": "red"}, family="mugs", categories=["cups"]).product for n in range(3)
    ]
    for pk in others:
        says(world, pk, {"color": "white"})
    says(world, mug, {"capacity": "3"}, source="marketing")
    desk.post("enrichment_proposals_settle", do="accept", all="1", query="source=supplier&attribute=color")
    assert {values_of(pk)["color"] for pk in others} == {"white"}
    ref = Revision.objects.filter(origin="accept").values_list("ref", flat=True).distinct().get()
    desk.post("catalog_product_bulk_undo", ref=ref)
    assert {values_of(pk)["color"] for pk in [*others, mug]} == {"red"}
    assert {state for _source, state in states()} == {"open"}


def test_more_than_a_batch_is_a_job(desk: Desk, mug: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "BATCH", 0)
    desk.post("enrichment_proposals_settle", do="accept", all="1", query="")
    assert values_of(mug)["color"] == "red"
    run_due("interactive")
    assert Job.objects.get(kind="proposals.settle").result["changed"] == 1
    assert values_of(mug)["color"] == "navy"


def test_what_an_earlier_worker_rejected_is_counted_as_well(
    desk: Desk, mug: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "BATCH", 0)
    desk.post("enrichment_proposals_settle", do="reject", all="1", query="")
    job = Job.objects.get(kind="proposals.settle")
    settling.settle(job.params["ids"], "reject", user=desk.user, ref=job.params["ref"])
    Job.objects.update(done=len(job.params["ids"]))
    run_due("interactive")
    job.refresh_from_db()
    assert (job.state, job.result["changed"]) == ("done", 1)


def test_a_value_the_door_refuses_stays_open_and_says_why(desk: Desk, mug: int) -> None:
    Proposal.objects.update(value="no-such-option")
    result = settling.settle([Proposal.objects.get().pk], "accept", user=desk.user, ref="bulk:x")
    assert (result.changed, result.refused) == (0, 1)
    assert values_of(mug)["color"] == "red"
    assert states() == [("supplier", "open")]


def test_who_may_not_approve_decides_about_nothing(mug: int, person: Any) -> None:
    pk = Proposal.objects.get().pk
    editor = Desk(person("ed", ["product.edit"]))
    assert "Navy blue" in editor.client.get(LIST).content.decode()
    assert editor.post("enrichment_proposals_settle", accept=[pk]).status_code == 403
    elsewhere = person("else", ["product.publish", "product.edit"], categories=["other"])
    assert "Navy blue" not in Desk(elsewhere).client.get(LIST).content.decode()
    assert accept([pk], user=elsewhere, ref="x").done == 0
    blind = person(
        "blind",
        ["product.publish", "product.edit"],
        groups=["marketing"],
        locales=["en_US"],
        categories=["kitchen"],
    )
    assert "Navy blue" not in Desk(blind).client.get(LIST).content.decode()
    accept([pk], user=blind, ref="x")
    assert values_of(mug)["color"] == "red"
    Desk(blind).post("enrichment_proposals_settle", do="reject", all="1", query="")  # of what they see
    assert reject([pk], user=blind, ref="x").refused == {"Your roles do not let you change this.": 1}
    assert states() == [("supplier", "open")]


def test_beside_its_field_it_is_decided_about(desk: Desk, mug: int, person: Any) -> None:
    page = f"/admin/catalog/product/{mug}/change/"
    text = desk.client.get(page).content.decode()
    pk = Proposal.objects.get().pk
    assert f'form="settle-proposals" name="accept" value="{pk}"' in text
    assert f"/admin/catalog/product/{mug}/why/?key=color" in text
    assert 'name="accept"' not in Desk(person("ed", ["product.edit"])).client.get(page).content.decode()
    desk.post("enrichment_proposals_settle", accept=[pk], next=page)
    assert "Navy blue" in desk.client.get(page).content.decode()


def test_why_a_value_stands_is_said_with_everyone_who_spoke(
    desk: Desk, mug: int, world: Any, person: Any
) -> None:
    made = desk.client.get(f"/admin/catalog/product/{mug}/why/?key=color").context["chain"]
    assert made.text == "Red"
    assert made.sentence == "It is held by Marketing, which outranks Supplier."
    other = desk.client.get(f"/admin/catalog/product/{mug}/why/?key=color", headers={"accept-language": "de"})
    assert other.context["chain"].sentence == "Der Wert stammt von Marketing mit höherem Rang als Supplier."
    verdicts = {each.code: each.verdict for each in made.sources}
    assert verdicts["marketing"] == "Its value stands."
    assert verdicts["supplier"] == "Outranked: it waits as a proposal."
    assert verdicts["erp"] == "It said nothing about this value."
    assert [(each.kind, each.text) for each in made.said] == [("open", "Navy blue"), ("wrote", "Red")]
    desk.post("enrichment_proposals_settle", reject=[Proposal.objects.get().pk])
    made = desk.client.get(f"/admin/catalog/product/{mug}/why/?key=color").context["chain"]
    assert next(each.verdict for each in made.sources if each.code == "supplier").startswith("Rejected by")
    blind = person("blind", ["product.edit"], groups=["marketing"], locales=["en_US"], categories=["kitchen"])
    assert Desk(blind).client.get(f"/admin/catalog/product/{mug}/why/?key=color").status_code == 404
    assert desk.client.get(f"/admin/catalog/product/{mug}/why/?key=nothing").status_code == 404


def test_the_list_costs_the_same_however_long_it_is(desk: Desk, mug: int, world: Any) -> None:
    def queries() -> int:
        desk.client.get(LIST)
        with CaptureQueriesContext(connection) as captured:
            desk.client.get(LIST)
        return len(captured)

    few = queries()
    for number in range(60):
        pk = world.create(f"M-{number}", {"color": "red"}, family="mugs", categories=["cups"]).product
        says(world, pk, {"color": "white"})
    assert queries() == few
    page = desk.client.get(LIST).context
    assert (len(page["page"].lines), page["page"].count) == (50, 61)
    older = desk.client.get(f"{LIST}?{page['older']}").context["page"]
    assert (len(older.lines), older.next) == (11, None)
    assert Product.objects.count() == 61
