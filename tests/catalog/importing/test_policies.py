"""What a run may do, remembered in its profile; and what becomes of products that its file does not name."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.importing import runs
from catalog.importing.mending import fixes
from catalog.importing.runs import WrongState
from catalog.jobs import run_due
from catalog.models import User
from catalog.models.importing import ImportProfile, ImportRun
from catalog.values.fingerprint import catalogue_hash
from tests.catalog.importing.files import Importer, product, row, tally, values

HEAD = "sku,family,capacity\n"


@pytest.fixture
def profile(importer: Importer) -> ImportProfile:
    return ImportProfile.objects.create(code="acme")


def boss() -> User:
    return User.objects.get(username="boss")


def rows(count: int, *, value: int = 1) -> str:
    return HEAD + "".join(f"P{number},mugs,{value}\n" for number in range(count))


def apply(run: ImportRun, policy: str = "skip-bad", **options: Any) -> ImportRun:
    runs.apply(run, policy=policy, user=boss(), **options)
    assert run_due("imports") == 1
    run.refresh_from_db()
    return run


def test_an_import_that_only_creates_skips_what_is_there(importer: Importer) -> None:
    importer.world.create("A", {"capacity": "1"}, family="mugs")
    run = importer.run(HEAD + "A,mugs,2\nB,mugs,2\n", policy="create-only")
    assert tally(run) == (2, 1, 0, 0, 0, 1)
    assert (values("A")["capacity"], values("B")["capacity"]) == ("1", "2")
    assert row(run, 2).notes[-1]["message"] == "It exists already; this import only creates."


def test_an_import_that_only_updates_creates_nothing(importer: Importer) -> None:
    importer.world.create("A", {"capacity": "1"}, family="mugs")
    run = importer.run(HEAD + "A,mugs,2\nB,mugs,2\n", policy="update-only")
    assert tally(run) == (2, 0, 1, 0, 0, 1)
    assert values("A")["capacity"] == "2"


def test_the_profile_remembers_the_policy_for_the_next_file(
    importer: Importer, profile: ImportProfile
) -> None:
    apply(importer.plan(rows(1), profile=profile), "fill-empty")
    profile.refresh_from_db()
    assert importer.start(rows(1), profile=profile).policy == "fill-empty"


def test_products_the_file_lacks_are_listed_and_stay(importer: Importer, profile: ImportProfile) -> None:
    importer.world.create("OTHER", {}, family="mugs")  # of no file of this profile
    apply(importer.plan(rows(3), profile=profile))
    run = importer.plan(rows(2, value=2), profile=profile, missing="report")
    assert (tally(run), run.counts["missing"], run.counts["in_scope"]) == ((2, 0, 2, 0, 0, 0), 1, 3)
    before = product("P2").rev
    apply(run)
    assert (product("P2").enabled, product("P2").rev) == (True, before)
    assert (tally(run), run.counts["missing"]) == ((2, 0, 2, 0, 0, 0), 1)


def test_products_known_by_their_mark_are_in_the_scope_and_in_the_file(
    importer: Importer, profile: ImportProfile
) -> None:
    apply(importer.plan(rows(3), profile=profile))
    ImportRun.objects.all().delete()  # what retention leaves of it: the marks
    run = importer.plan(rows(2), profile=profile, missing="report")
    assert (run.counts["known"], run.counts["missing"], run.counts["in_scope"]) == (2, 1, 3)
    assert list(run.rows.values_list("sku", "action")) == [("P2", "retire")]


def test_what_is_missing_is_disabled_after_a_confirmation_and_enabled_by_the_undo(
    importer: Importer, profile: ImportProfile
) -> None:
    apply(importer.plan(rows(4), profile=profile))
    before = catalogue_hash()
    run = importer.plan(rows(3, value=2), profile=profile, missing="retire")
    with pytest.raises(WrongState, match="1 of 4 products are not in this file"):
        runs.apply(run, policy="skip-bad", user=boss())
    assert product("P3").enabled
    apply(run, confirmed=True)
    assert not product("P3").enabled
    assert (tally(run), run.counts["missing"]) == ((3, 0, 3, 0, 0, 0), 1)
    profile.refresh_from_db()
    assert profile.settings["missing"] == "retire"
    assert importer.undo(run)["reversed"] == 4
    assert product("P3").enabled
    assert catalogue_hash() == before


def test_a_small_share_needs_no_confirmation(importer: Importer, profile: ImportProfile) -> None:
    apply(importer.plan(rows(12), profile=profile))
    apply(importer.plan(rows(11), profile=profile, missing="retire"))
    assert not product("P11").enabled


def test_nothing_is_disabled_while_a_bad_row_may_be_the_one_that_is_missing(
    importer: Importer, profile: ImportProfile
) -> None:
    apply(importer.plan(rows(3), profile=profile))
    run = importer.plan(HEAD + "P0,mugs,2\nP1,mugs,2\n,mugs,2\n", profile=profile, missing="retire")
    with pytest.raises(WrongState, match="1 bad row has no SKU"):
        runs.apply(run, policy="skip-bad", user=boss(), confirmed=True)
    fixes.write_cells(run, {4: {0: "P2"}}, user=boss())
    runs.check_again(run, user=boss())
    run.refresh_from_db()
    assert (run.counts["missing"], tally(run)) == (0, (3, 0, 3, 0, 0, 0))
    apply(run)
    assert product("P2").enabled


def test_an_undone_import_is_no_scope(importer: Importer, profile: ImportProfile) -> None:
    importer.world.create("A", {"capacity": "1"}, family="mugs")
    first = apply(importer.plan(HEAD + "A,mugs,2\n", profile=profile))
    importer.undo(first)
    run = importer.plan(HEAD + "B,mugs,2\n", profile=profile, missing="retire")
    assert run.counts["missing"] == 0


def test_a_model_is_in_the_file_by_its_variants(importer: Importer, profile: ImportProfile) -> None:
    head = "sku,parent,family,family_variant,color,size\n"
    models = "S,,shirts,shirts_color_size,,\nS-r,S,,,red,\n"
    apply(importer.plan(head + models + "S-r-m,S-r,,,,m\nS-r-l,S-r,,,,l\n", profile=profile))
    run = importer.plan(head + "S-r-m,S-r,,,,m\n", profile=profile, missing="report")
    assert list(run.rows.filter(action="retire").values_list("sku", flat=True)) == ["S-r-l"]
