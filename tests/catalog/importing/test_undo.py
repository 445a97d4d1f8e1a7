"""Undo takes back what the run wrote and leaves alone, and lists, what people edited since."""

from __future__ import annotations

import pytest

from catalog.importing import undo
from catalog.importing.jobs import actor_of
from catalog.importing.progress import Progress
from catalog.importing.undo import undo_run
from catalog.models import User
from catalog.models.importing import ImportRun
from catalog.models.product import Product
from catalog.models.revision import Revision
from catalog.values.changes import Actor
from catalog.values.fingerprint import catalogue_hash
from tests.catalog.importing.files import Importer, product, row, tally, values

TEXT = (
    "sku,parent,family,family_variant,color,size,name-en_US,weight,categories,price-EUR,status\n"
    "S,,shirts,shirts_color_size,,,Shirt,,fashion,,\n"
    "S-r,S,,,red,,,,,,\n"
    "S-r-m,S-r,,,,m,,0.2 kg,,9,\n"
    "S-r-l,S-r,,,,l,,0.3 kg,,9,\n"
    "M,,mugs,,navy,,New name,,cups,12,in_review\n"
    "N,,mugs,,red,,Nine,,cups,12,\n"
)


class Killed(BaseException):
    pass


@pytest.fixture
def stocked(importer: Importer) -> Importer:
    importer.world.create(
        "M",
        {"name|en_US": "Old name", "color": "red", "price": {"USD": "8"}},
        family="mugs",
        categories=["home", "other"],
    )
    return importer


def test_undone_right_away_the_catalogue_is_the_one_of_before(stocked: Importer) -> None:
    before, sources = catalogue_hash(), product("M").own.sources
    run = stocked.run(TEXT)
    assert tally(run) == (6, 5, 1, 0, 0, 0)
    assert catalogue_hash() != before
    assert stocked.undo(run) == {"reversed": 6, "kept": 0, "failed": 0, "reasons": []}
    assert catalogue_hash() == before
    assert product("M").own.sources == sources
    assert ImportRun.objects.get().state == "undone"
    assert Product.objects.alive().count() == 1


def test_the_same_file_brings_back_what_its_undo_put_into_the_trash(stocked: Importer) -> None:
    run = stocked.run(TEXT)
    after = catalogue_hash()
    stocked.undo(run)
    again = stocked.run(TEXT)
    assert tally(again) == (6, 0, 6, 0, 0, 0)
    assert catalogue_hash() == after
    assert stocked.undo(again)["reversed"] == 6


def test_what_was_edited_since_is_kept_and_listed(stocked: Importer) -> None:
    run = stocked.run(TEXT)
    ann = Actor(User.objects.create_superuser("ann"), origin="form")
    stocked.world.edit(product("M").pk, {"color": "white"}, by=ann)
    stocked.world.edit(product("N").pk, {"capacity": "3"}, by=ann)
    listed = undo.preview(run)
    assert [(entry.row.sku, [kept.key for kept in entry.kept]) for entry in listed] == [
        ("M", ["color"]),
        ("N", ["capacity"]),
    ]
    result = stocked.undo(run)
    assert (result["reversed"], result["kept"], result["failed"]) == (4, 2, 0)
    assert [(reason["row"], reason["sku"], reason["key"]) for reason in result["reasons"]] == [
        (6, "M", "color"),
        (7, "N", "capacity"),
    ]
    assert result["reasons"][0]["why"].startswith("Changed by ann on ")
    assert values("M") == {"name|en_US": "Old name", "color": "white", "price": {"USD": "8"}}
    assert product("N").trashed_at is None
    assert row(run, 6).state == "kept"


def test_a_model_brought_back_stays_where_somebody_gave_it_a_variant(importer: Importer) -> None:
    text = "sku,family,family_variant,parent,size\nS,shirts,shirts_size,,\nS-s,shirts,,S,s\n"
    importer.undo(importer.run(text))
    again = importer.run(text)
    assert undo.preview(again) == []
    importer.world.create("S-m", {"size": "m"}, parent="S")
    result = importer.undo(again)
    assert [(reason["sku"], reason["why"]) for reason in result["reasons"]] == [
        ("S", "It has variants that are not of this import, or are kept.")
    ]
    assert product("S").trashed_at is None
    assert product("S-s").trashed_at is not None


def test_an_approval_is_no_edit_of_a_created_product(stocked: Importer) -> None:
    run = stocked.run(TEXT)
    ann = Actor(User.objects.create_superuser("ann"), origin="bulk")
    stocked.world.approve_by_itself("de_DE")
    for sku in ("N", "S-r-m", "S-r-l"):
        stocked.world.edit(product(sku).pk, {}, by=ann, status="approved", **{"status|de_DE": "approved"})
    stocked.world.edit(product("S-r-l").pk, {"weight": {"amount": "0.4", "unit": "KILOGRAM"}}, by=ann)
    result = stocked.undo(run)
    assert [(reason["sku"], reason["key"]) for reason in result["reasons"]] == [
        ("S", "_parent"),
        ("S-r", "_parent"),
        ("S-r-l", "weight"),
    ]
    assert sorted(Product.objects.alive().values_list("sku", flat=True)) == ["M", "S", "S-r", "S-r-l"]


def test_an_edit_that_ended_where_the_run_had_put_it_is_reversed(stocked: Importer) -> None:
    run = stocked.run(TEXT)
    stocked.world.edit(product("M").pk, {"color": "white"})
    stocked.world.edit(product("M").pk, {"color": "navy"})
    assert stocked.undo(run)["kept"] == 0
    assert values("M")["color"] == "red"


def test_a_model_with_variants_of_others_stays_with_its_reason(stocked: Importer) -> None:
    run = stocked.run(TEXT)
    stocked.world.create("S-r-s", {"size": "s"}, parent="S-r")
    assert [entry.row.sku for entry in undo.preview(run)] == ["S-r"]
    result = stocked.undo(run)
    assert [(reason["sku"], reason["key"]) for reason in result["reasons"]] == [
        ("S", "_parent"),
        ("S-r", "_parent"),
    ]
    assert sorted(Product.objects.alive().values_list("sku", flat=True)) == ["M", "S", "S-r", "S-r-s"]


@pytest.mark.parametrize("hit", [1, 2, 3])
def test_killed_while_undoing_it_goes_on(
    stocked: Importer, monkeypatch: pytest.MonkeyPatch, hit: int
) -> None:
    before = catalogue_hash()
    run = stocked.run(TEXT)
    monkeypatch.setattr(undo, "CHUNK", 2)
    hits: list[str] = []

    def strike(name: str) -> None:
        hits.append(name)
        if len(hits) == hit:
            raise Killed

    monkeypatch.setattr(undo, "failpoint", strike)
    by = actor_of(run, user=None, trusted=True, origin="undo")
    with pytest.raises(Killed):
        undo_run(run, by=by, progress=Progress())
    monkeypatch.setattr(undo, "failpoint", lambda name: None)
    assert undo_run(run, by=by, progress=Progress()) == {"reversed": 6, "kept": 0, "failed": 0, "reasons": []}
    assert catalogue_hash() == before


def test_only_what_was_applied_is_undone(stocked: Importer) -> None:
    run = stocked.run(TEXT + "BAD,,mugs,,rod,,x,,,1,\n")
    assert stocked.undo(run)["reversed"] == 6
    assert row(run, 8).state == "rejected"


def test_a_value_put_together_with_somebody_elses_gives_back_its_own_part(importer: Importer) -> None:
    created = importer.world.create("A", {"price": {"EUR": "9", "USD": "10"}}, family="mugs")
    run = importer.plan("sku,price-EUR\nA,9.50\n")
    importer.world.edit(created.product, {"price": {"EUR": "9", "USD": "12"}})
    importer.apply(run)
    assert values("A")["price"] == {"EUR": "9.5", "USD": "12"}
    assert importer.undo(run) == {"reversed": 1, "kept": 0, "failed": 0, "reasons": []}
    assert values("A")["price"] == {"EUR": "9", "USD": "12"}


def test_without_the_history_since_only_what_is_still_as_imported_goes_back(importer: Importer) -> None:
    """Where retention removed revisions, nobody can say who changed what: it stays, and is listed."""
    importer.world.create("A", {"capacity": "1", "color": "red"}, family="mugs")
    run = importer.run("sku,family,enabled,capacity,color\nA,mugs,0,2,navy\nN,mugs,0,3,navy\n")
    for sku in "AN":
        importer.world.edit(product(sku).pk, {"capacity": "7"}, enabled=True)
        importer.world.edit(product(sku).pk, enabled=False)
        Revision.objects.filter(product__sku=sku, rev=product(sku).rev - 1).delete()
    result = importer.undo(run)
    assert (result["reversed"], result["kept"], result["failed"]) == (0, 2, 0)
    assert [(reason["sku"], reason["key"]) for reason in result["reasons"]] == [
        ("A", "_enabled"),
        ("A", "capacity"),
        ("N", "_sku"),
    ]
    assert (values("A"), product("A").enabled) == ({"capacity": "7", "color": "red"}, False)
    assert product("N").trashed_at is None
