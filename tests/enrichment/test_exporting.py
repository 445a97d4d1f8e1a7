"""Exporting from the grid: the choice, the job, the file, and who gets what of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.exporting.columns import Choice
from catalog.exporting.files import XlsxFile
from catalog.exporting.products import export
from catalog.jobs import run_due
from catalog.models import Job, Product, User
from tests.enrichment.conftest import Desk
from tests.enrichment.forms import controls
from tests.world import World

CSV = {"export-format": "csv"}


@pytest.fixture
def range_(world: World, channel: Any, settings: Any, tmp_path: Path) -> dict[str, int]:
    settings.MEDIA_ROOT = tmp_path / "media"
    made = {}
    for sku, category in (("MUG-1", "cups"), ("MUG-2", "other")):
        values = {
            "name|en_US": sku,
            "name|de_DE": f"{sku} deutsch",
            "name|en_US|amazon": "For Amazon",
            "capacity": "300",
        }
        made[sku] = world.create(sku, values, family="mugs", categories=[category]).product
    made["SHIRT"] = world.create("SHIRT", {"name|en_US": "Shirt"}, family_variant="shirts_size").product
    made["SHIRT-M"] = world.create("SHIRT-M", {"size": "m"}, parent="SHIRT").product
    return made


def form_of(desk: Desk, **query: Any) -> dict[str, list[str]]:
    """What the choice posts as it is offered."""
    page = desk.client.get(reverse("admin:catalog_product_export"), query)
    assert page.status_code == 200
    return {**controls(page.content.decode(), "export-form"), **CSV}


def rows_of(desk: Desk) -> list[dict[str, str]]:
    """Runs what is due; the latest job's file, read back."""
    run_due("imports")
    job = Job.objects.filter(kind="grid.export").latest("pk")
    assert (job.state, job.error) == ("done", "")
    response = desk.client.get(reverse("admin:catalog_job_file", args=[job.pk]))
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert response["Content-Disposition"].startswith('attachment; filename="products-')
    return list(csv.DictReader(io.StringIO(text)))


def test_the_choice_as_offered_exports_all_that_the_grid_shows_with_the_variants(
    desk: Desk, range_: Any
) -> None:
    page = desk.grid()
    assert "Export 3 products" in page.content.decode()
    desk.post("catalog_product_export_run", **form_of(desk))
    job = Job.objects.get(kind="grid.export")
    assert (str(job), job.params["choice"]) == ("Export of 4 products", {})
    rows = rows_of(desk)
    assert [row["sku"] for row in rows] == ["MUG-1", "MUG-2", "SHIRT", "SHIRT-M"]
    assert list(rows[0]) == [
        "sku", "family", "family_variant", "parent", "categories", "status", "enabled", "_rev", "name-en_US", "name-de_DE",
        "name-en_US-amazon", "size", "capacity",
    ]  # fmt: skip


def test_a_filter_and_a_narrower_choice(desk: Desk, range_: Any) -> None:
    form = form_of(desk, family="mugs", category="cups")
    form |= {"export-locales": ["de_DE"], "export-contexts": ["-"], "export-fields": ["family"]}
    desk.post("catalog_product_export_run", **form)
    rows = rows_of(desk)
    assert rows == [
        {"sku": "MUG-1", "family": "mugs", "_rev": "1", "name-de_DE": "MUG-1 deutsch", "capacity": "300"}
    ]


def test_chosen_rows_without_their_variants(desk: Desk, range_: Any) -> None:
    page = desk.post("catalog_product_export", id=[range_["SHIRT"], range_["MUG-2"]])
    form = {**controls(page.content.decode(), "export-form"), **CSV}
    del form["export-below"]
    desk.post("catalog_product_export_run", **form)
    assert [row["sku"] for row in rows_of(desk)] == ["MUG-2", "SHIRT"]


def test_columns_without_a_value_come_where_they_are_to_be_filled_in(desk: Desk, range_: Any) -> None:
    form = form_of(desk, family="mugs")
    for name in [name for name in form if name.startswith(("export-group", "export-fields"))]:
        del form[name]
    desk.post("catalog_product_export_run", **form, **{"export-group1": "name", "export-empty_columns": "on"})
    assert list(rows_of(desk)[0])[:5] == ["sku", "_rev", "name-en_US", "name-de_DE", "name-fr_FR"]


def test_a_limited_person_exports_what_they_see_and_no_more(
    world: World, range_: Any, person: Callable[..., User]
) -> None:
    anna = Desk(
        person(
            "anna",
            ["product.edit", "export.run"],
            groups=["marketing"],
            locales=["de_DE"],
            categories=["kitchen"],
        )
    )
    form = form_of(anna)
    assert form["export-locales"] == ["de_DE"]
    anna.post("catalog_product_export_run", **form)
    assert rows_of(anna) == [
        {
            "sku": "MUG-1", "family": "mugs", "family_variant": "", "parent": "", "categories": "cups", "status": "draft",
            "enabled": "1", "_rev": "1", "name-de_DE": "MUG-1 deutsch",
        }
    ]  # fmt: skip


def test_rights_in_one_category_are_not_rights_in_another(
    world: World, range_: Any, person: Callable[..., User]
) -> None:
    """A role for marketing texts in the kitchen and one for technical data of the rest: neither shows the other's."""
    user = person("eva", ["product.view", "export.run"], groups=["marketing"], categories=["kitchen"])
    user.roles.add(*person("other", ["product.view"], groups=["technical"], categories=["other"]).roles.all())
    grants = [grant for role in user.roles.all() for grant in role.grants.all()]
    for grant in grants:
        grant.unlocalized = True
        grant.save()
    desk = Desk(user)
    desk.post("catalog_product_export_run", **form_of(desk))
    rows = {row["sku"]: row for row in rows_of(desk)}
    assert {sku: (row["name-en_US"], row["capacity"]) for sku, row in rows.items()} == {
        "MUG-1": ("MUG-1", ""),
        "MUG-2": ("", "300"),
    }


def test_the_file_is_for_who_asked_and_for_who_sees_everything(
    desk: Desk, range_: Any, person: Callable[..., User]
) -> None:
    anna, eva = (Desk(person(name, ["product.view", "export.run", "job.view"])) for name in ("anna", "eva"))
    nobody = Desk(person("nobody", ["product.view", "job.view"]))
    anna.post("catalog_product_export_run", **form_of(anna))
    run_due("imports")
    address = reverse("admin:catalog_job_file", args=[Job.objects.get(kind="grid.export").pk])
    answers = [each.client.get(address) for each in (anna, desk, eva, nobody)]
    for answer in answers:
        b"".join(getattr(answer, "streaming_content", ()))  # closes the file
    assert [answer.status_code for answer in answers] == [200, 200, 404, 403]
    tray = anna.client.get(reverse("admin:enrichment_jobs")).json()["jobs"]
    assert [entry["file"] for entry in tray] == [address]
    assert nobody.client.get(reverse("admin:catalog_product_export")).status_code == 403
    assert reverse("admin:catalog_product_export") not in nobody.grid().content.decode()


def test_a_right_that_was_taken_away_meanwhile_makes_no_file(
    world: World, range_: Any, person: Callable[..., User]
) -> None:
    user = person("anna", ["product.view", "export.run"])
    anna = Desk(user)
    anna.post("catalog_product_export_run", **form_of(anna))
    user.roles.clear()
    run_due("imports")
    job = Job.objects.get(kind="grid.export")
    assert (job.state, job.result) == ("failed", {})


def test_nothing_chosen_leads_back_with_a_word(desk: Desk, range_: Any) -> None:
    response = desk.client.post(reverse("admin:catalog_product_export"), {"next": "/admin/"}, follow=True)
    assert "No product was selected." in response.content.decode()
    assert not Job.objects.filter(kind="grid.export").exists()


def test_the_queries_of_a_batch_do_not_grow_with_it(
    desk: Desk, world: World, range_: Any, tmp_path: Path
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            export(Product.objects.all(), Choice(), tmp_path / "x.csv", rights=None)
        return len(captured)

    queries()
    before = queries()
    for number in range(20):
        world.create(f"N{number}", {"name|en_US": "x"}, family="mugs", categories=["cups"])
    assert queries() == before


def test_the_command_exports_by_the_grids_filters(range_: Any, tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "mugs.csv"
    call_command("export_products", str(file), "--filter", "family=mugs", "--columns", "name-de_DE,capacity")
    assert file.read_text("utf-8-sig").splitlines() == [
        "sku,_rev,name-de_DE,capacity", "MUG-1,1,MUG-1 deutsch,300", "MUG-2,1,MUG-2 deutsch,300",
    ]  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["mugs.csv"]


@pytest.mark.parametrize(
    "options",
    [
        ("--filter", "famly=mugs"), ("--filter", "family=cups"), ("--filter", "family=mugs&family=cups"), ("--filter", "a.color=gone"),
        ("--filter", "missing=gone|de_DE|name"), ("--filter", "level=some"), ("--columns", "nme"),
        ("--locales", "xx_XX"), ("--contexts", "amazn"), ("--user", "nobody"),
    ],
)  # fmt: skip
def test_a_misspelt_choice_is_refused_and_the_file_that_was_there_stays(
    range_: Any, tmp_path: Path, options: tuple[str, str]
) -> None:
    file = tmp_path / "mugs.csv"
    file.write_text("before")
    with pytest.raises(CommandError):
        call_command("export_products", str(file), *options)
    assert file.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["mugs.csv"]


def test_a_text_too_long_for_a_workbooks_cell_is_left_empty_and_told(tmp_path: Path) -> None:
    with XlsxFile(tmp_path / "x.xlsx") as file:
        file.write(["sku", "text"])
        file.write(["M1", "x" * 32_768])
        assert file.too_long == [("M1", 1)]


def test_labels_are_for_people_and_leave_numbers_and_formulas_alone(
    desk: Desk, world: World, range_: Any
) -> None:
    world.edit(
        range_["MUG-1"],
        {"color": "navy", "features": ["stackable", "handmade"], "dishwasher_safe": True, "capacity": "-5.50", "name|de_DE": "=1+1"},
    )  # fmt: skip
    form = form_of(desk, q="MUG-1") | {"export-names": "en_US", "export-contexts": ["-"]}
    desk.post("catalog_product_export_run", **form)
    assert rows_of(desk) == [
        {
            "SKU": "MUG-1", "Family": "Mugs", "Family variant": "", "Parent (SKU)": "", "Categories": "Cups", "Status": "Draft",
            "Enabled": "1", "Name (en_US)": "MUG-1", "Name (de_DE)": "'=1+1", "Color": "Navy blue",
            "Features": "Stackable, Handmade", "Capacity": "-5.5", "Dishwasher safe": "Yes",
        }
    ]  # fmt: skip


def test_the_grids_columns_are_the_files_in_their_order_and_come_back_unchanged(
    desk: Desk, range_: Any, tmp_path: Path
) -> None:
    grid = {"q": "mug", "cols": "name|de_DE~@b2b~_status~weight~name|en_US|amazon~_changed"}
    desk.post("catalog_product_export_run", **form_of(desk, **grid))
    rows = rows_of(desk)
    headers = ["sku", "name-de_DE", "status", "weight", "weight-unit", "name-en_US-amazon", "_rev"]
    assert list(rows[0]) == headers
    assert (rows[0]["name-de_DE"], rows[0]["name-en_US-amazon"]) == ("MUG-1 deutsch", "For Amazon")


def test_what_was_chosen_for_a_file_is_remembered_with_its_view(
    desk: Desk, world: World, range_: Any, person: Callable[..., User]
) -> None:
    from catalog.models import Role
    from enrichment.models import SavedView

    anna = Desk(person("anna", ["product.view", "export.run"]))
    roles = {"view-roles": Role.objects.get(code="anna").pk}
    desk.post("enrichment_view_add", query="family=mugs", **{"view-name": "Mugs", **roles})
    view = SavedView.objects.get()
    form = form_of(desk, view=view.pk, family="mugs")
    group = next(name for name, codes in form.items() if "capacity" in codes)
    changed = {
        **form,
        "export-locales": ["de_DE"],
        group: [code for code in form[group] if code != "capacity"],
    }
    desk.post("catalog_product_export_run", **changed)
    again = form_of(desk, view=view.pk, family="mugs")
    assert (again["export-locales"], "capacity" in again[group]) == (["de_DE"], False)
    assert form_of(desk, family="mugs")["export-locales"] == form["export-locales"]
    # A reader begins with the same, and what they choose then stays theirs.
    of_anna = form_of(anna, view=view.pk, family="mugs")
    assert of_anna["export-locales"] == ["de_DE"]
    anna.post("catalog_product_export_run", **{**of_anna, "export-locales": ["en_US"]})
    assert form_of(desk, view=view.pk, family="mugs")["export-locales"] == ["de_DE"]
