"""Sources on one screen: who outranks whom and who may write what, saved at once."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.jobs import run_due
from catalog.models import AttributeGroup, Source, SourcePolicy
from catalog.structure.snapshot import Structure
from catalog.values.changes import Actor
from tests.enrichment.conftest import Desk

PAGE = "/admin/catalog/product/sources/"


@pytest.fixture
def posted(world: Any) -> dict[str, str]:
    """What the page posts of what is stored."""
    return {f"rank-{each.pk}": str(each.rank) for each in Source.objects.all()}


def source(code: str) -> int:
    return int(Source.objects.get(code=code).pk)


def place(code: str, group: str) -> str:
    return f"{source(code)}-g{AttributeGroup.objects.get(code=group).pk}"


def test_order_and_rights_are_saved_at_once(desk: Desk, world: Any, posted: dict[str, str]) -> None:
    posted[f"rank-{source('supplier')}"] = "500"
    posted |= {f"mode-{place('erp', 'marketing')}": "no", f"mode-{place('supplier', 'commercial')}": "own", f"own-{place('supplier', 'commercial')}": "3"}  # fmt: skip
    before = Structure.current().version
    desk.post("enrichment_sources_save", **posted)
    sources = Structure.current().sources
    assert Structure.current().version != before
    assert sources["supplier"].stand(world.structure.attributes["color"]) == (True, 500)
    assert sources["supplier"].stand(world.structure.attributes["price"]) == (True, 3)
    assert sources["erp"].stand(world.structure.attributes["name"])[0] is False
    text = desk.client.get(PAGE).content.decode()
    assert text.index("Supplier</a>") < text.index("Erp</a>")
    desk.post("enrichment_sources_save", **{**posted, f"mode-{place('erp', 'marketing')}": ""})
    assert Structure.current().sources["erp"].stand(world.structure.attributes["name"])[0] is True


def test_the_same_again_changes_nothing(desk: Desk, posted: dict[str, str]) -> None:
    before = Structure.current().version
    desk.post("enrichment_sources_save", **posted)
    assert Structure.current().version == before


def test_an_attribute_may_differ_from_its_group(desk: Desk, world: Any, posted: dict[str, str]) -> None:
    assert "attribute=color" not in desk.client.get(PAGE).content.decode()
    text = desk.client.get(f"{PAGE}?attribute=color").content.decode()
    cell = f"{source('erp')}-a{world.attributes['color'].pk}"
    assert f'name="mode-{cell}"' in text
    desk.post("enrichment_sources_save", **posted, attribute=["color"], **{f"mode-{cell}": "no"})
    assert SourcePolicy.objects.get().attribute_id == world.attributes["color"].pk
    assert f'name="mode-{cell}"' in desk.client.get(PAGE).content.decode()


def test_what_is_no_rank_is_said_beside_it_and_nothing_is_saved(desk: Desk, posted: dict[str, str]) -> None:
    posted[f"rank-{source('erp')}"] = "high"
    posted[f"mode-{place('supplier', 'technical')}"] = "own"
    answer = desk.post("enrichment_sources_save", **posted)
    assert answer.status_code == 422
    assert answer.content.decode().count("A whole number: the higher wins.") == 2
    assert SourcePolicy.objects.count() == 0


def test_stored_values_stay_and_the_next_write_meets_the_new_order(
    desk: Desk, world: Any, posted: dict[str, str]
) -> None:
    pk = world.create("MUG", {"color": "red"}, family="mugs").product
    by = Actor(None, origin="import", source="supplier", trusted=True)
    assert world.edit(pk, {"color": "navy"}, by=by).proposals == ["color"]
    desk.post("enrichment_sources_save", **{**posted, f"rank-{source('supplier')}": "900"})
    assert world.edit(pk, {}, by=by).status == "unchanged"
    outcome = world.edit(pk, {"color": "navy"}, by=by)
    assert (outcome.status, outcome.proposals) == ("updated", [])


def test_values_are_counted_by_a_job(desk: Desk, world: Any) -> None:
    world.create("MUG", {"color": "red", "capacity": "2"}, family="mugs")
    world.create(
        "CUP", {"color": "red"}, by=Actor(None, origin="import", source="erp", trusted=True), family="mugs"
    )
    desk.post("enrichment_sources_count")
    desk.post("enrichment_sources_count")
    assert run_due("interactive") == 1
    found = {
        each.source.code: values for each, values, _proposals in desk.client.get(PAGE).context["sources"]
    }
    assert (found["marketing"], found["erp"], found["supplier"]) == (2, 1, 0)


def test_who_may_not_change_the_structure_only_looks(person: Any, posted: dict[str, str]) -> None:
    viewer = Desk(person("view", ["structure.view"]))
    text = viewer.client.get(PAGE).content.decode()
    assert "Drag a source" not in text
    assert viewer.post("enrichment_sources_save", **posted).status_code == 403
