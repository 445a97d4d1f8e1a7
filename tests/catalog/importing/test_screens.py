"""The pages of an import: from the drop to the undo, and who may open them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.jobs import run_due
from catalog.models import AttributeGroup, Role, User
from catalog.models.access import Grant
from catalog.models.importing import ImportProfile, ImportRun
from catalog.models.product import Product
from tests.catalog.importing.files import Importer, values

LIST = "admin:catalog_importrun_changelist"


@pytest.fixture
def manager(importer: Importer, client: Client) -> Client:
    role = Role.objects.create(
        code="manager",
        verbs=[
            "product.view",
            "product.create",
            "product.edit",
            "product.trash",
            "import.run",
            "import.undo",
        ],
    )
    user = User.objects.create_user("mara", is_staff=True)
    user.roles.add(role)
    client.force_login(user)
    return client


def upload(client: Client, text: str, name: str = "supplier.csv", **data: Any) -> Any:
    file = io.BytesIO(text.encode())
    file.name = name
    return client.post(reverse("admin:catalog_importrun_upload"), {"file": file, **data})


def page(client: Client, name: str, run: ImportRun, query: str = "") -> str:
    answer = client.get(reverse(f"admin:catalog_importrun_{name}", args=[run.pk]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_file_goes_from_the_drop_to_the_catalogue_and_back(manager: Client, importer: Importer) -> None:
    importer.world.create("OLD", {"capacity": "300"}, family="mugs")
    answer = upload(manager, "Nr;family;capacity;Farbe\nNEW;mugs;1;rot\nOLD;mugs;310;\nBAD;mugs;much;\n")
    run = ImportRun.objects.get()
    columns = reverse("admin:catalog_importrun_columns", args=[run.pk])
    assert answer.url == columns
    assert manager.get(columns).status_code == 200

    posted = {
        "decimal": ".",
        "list_separator": ",",
        "empty": "keep",
        "create": "on",
        "update": "on",
        "do": "plan",
    }
    first = manager.post(
        columns, {**posted, "to-0": "", "to-1": "family", "to-2": "capacity", "to-3": "colour"}
    )
    assert first.status_code == 422
    assert "There is no target &#x27;colour&#x27;" in first.content.decode()
    assert ImportRun.objects.get().state == "uploaded"

    good = {
        **posted,
        "to-0": "sku",
        "to-1": "family",
        "to-2": "capacity",
        "to-3": "color",
        "values-3": "rot = red",
    }
    assert (
        manager.post(
            columns, {**good, "remember": "1", "profile_code": "acme", "profile_name": "Acme"}
        ).status_code
        == 302
    )
    assert "Waiting for a worker" in page(manager, "change", run)
    assert manager.get(reverse("admin:catalog_importrun_progress", args=[run.pk])).json()["working"] is True
    assert run_due("imports") == 1
    assert ImportProfile.objects.get(code="acme").mapping[3] == {
        "column": "Farbe", "index": 3, "to": {"attribute": "color"}, "values": {"rot": "red"},
    }  # fmt: skip

    planned = page(manager, "change", run)
    assert "Create 1 products and change 1; leave out 1 bad rows." in planned
    assert "&#x27;much&#x27; is not a number" in planned
    assert '<del><span class="sr-only">before: </span>300</del>' in planned
    assert "much" not in page(manager, "change", run, "?show=updated").split("<tbody>")[1]

    manager.post(reverse("admin:catalog_importrun_apply", args=[run.pk]), {"policy": "skip-bad"})
    assert run_due("imports") == 1
    assert (values("NEW"), values("OLD")) == ({"capacity": "1", "color": "red"}, {"capacity": "310"})
    assert f"?import={run.pk}" in page(manager, "change", run)

    undo = reverse("admin:catalog_importrun_undo", args=[run.pk])
    assert "1 products it created go to the trash" in page(manager, "undo", run)
    manager.post(undo)
    assert run_due("imports") == 1
    assert values("OLD") == {"capacity": "300"}
    assert Product.objects.alive().count() == 1
    assert "Undone: 2 rows taken back" in page(manager, "change", run)


def test_a_refused_file_says_why_and_makes_no_import(manager: Client) -> None:
    answer = upload(manager, "", name="empty.csv")
    assert answer.url == reverse(LIST)
    assert "The file is empty" in manager.get(reverse(LIST)).content.decode()
    script = manager.post(
        reverse("admin:catalog_importrun_upload"), {}, headers={"Accept": "application/json"}
    )
    assert (script.status_code, script.json()) == (400, {"message": "Choose a CSV or XLSX file first."})
    assert ImportRun.objects.count() == 0


def test_the_empty_list_teaches(manager: Client) -> None:
    assert "Every import can be undone." in manager.get(reverse(LIST)).content.decode()


def test_a_file_name_is_shown_as_text_and_stored_without_its_folders(manager: Client, settings: Any) -> None:
    upload(manager, "sku\nA\n", name="C:\\lists\\<b>x:fdp.csv")
    run = ImportRun.objects.get()
    assert run.filename == "_b_x_fdp.csv"
    assert run.file.name == f"imports/{run.sha256}"
    assert [path.name for path in (Path(settings.MEDIA_ROOT) / "imports").iterdir()] == [run.sha256]


def test_the_same_bytes_are_stored_once(manager: Client, settings: Any) -> None:
    upload(manager, "sku\nA\n")
    upload(manager, "sku\nA\n", name="again.csv")
    assert ImportRun.objects.count() == 2
    assert len(list((Path(settings.MEDIA_ROOT) / "imports").iterdir())) == 1


def test_a_column_is_tried_before_it_is_saved(manager: Client) -> None:
    upload(manager, "sku;Preis\nA;1,50 EUR\nB;teuer\n")
    run = ImportRun.objects.get()
    before = run.mapping
    tried = manager.get(reverse("admin:catalog_importrun_try", args=[run.pk]), {
        "position": "1", "to-1": "price", "decimal-1": ",", "decimal": ".", "list_separator": ",", "empty": "keep",
    }).json()  # fmt: skip
    assert (tried["label"], tried["wrong"]) == ("Price", "")
    assert tried["previews"][0]["text"].startswith("1.50")
    assert "is no price" in tried["previews"][1]["error"]
    run.refresh_from_db()
    assert run.mapping == before


def test_an_import_goes_on_after_its_page_is_left_and_can_be_cancelled(manager: Client) -> None:
    upload(manager, "sku,family\nA,mugs\n")
    run = ImportRun.objects.get()
    manager.post(
        reverse("admin:catalog_importrun_columns", args=[run.pk]),
        {
            "decimal": ".",
            "list_separator": ",",
            "empty": "keep",
            "create": "on",
            "update": "on",
            "do": "plan",
            "to-0": "sku",
            "to-1": "family",
        },
    )
    manager.post(reverse("admin:catalog_importrun_cancel", args=[run.pk]))
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert run_due("imports") == 0


def test_rejected_rows_are_downloaded(manager: Client, importer: Importer) -> None:
    run = importer.run("sku,family,capacity\nA,mugs,much\n")
    answer = manager.get(reverse("admin:catalog_importrun_rejected_csv", args=[run.pk]))
    assert b"".join(answer.streaming_content).decode().splitlines()[1].startswith('A,mugs,much,2,"capacity: ')
    assert answer.headers["Content-Disposition"] == 'attachment; filename="file-rejected.csv"'
    assert manager.get(reverse("admin:catalog_importrun_rejected_xlsx", args=[run.pk])).content[:2] == b"PK"


def test_values_a_person_may_not_see_are_not_shown_in_a_plan(importer: Importer, client: Client) -> None:
    importer.world.create("A", {"price": {"EUR": "77.31"}, "capacity": "300"}, family="mugs")
    run = importer.plan("sku,price-EUR,capacity\nA,88,310\n")
    role = Role.objects.create(code="tech", verbs=["product.view", "product.edit", "import.run"])
    Grant.objects.create(role=role).groups.add(AttributeGroup.objects.get(code="technical"))
    user = User.objects.create_user("tom", is_staff=True)
    user.roles.add(role)
    client.force_login(user)
    shown = page(client, "change", run)
    assert "310" in shown
    assert "77.31" not in shown.split("<tbody>")[1]


@pytest.mark.parametrize(
    "name", ["change", "columns", "try", "progress", "undo", "rejected_csv", "rejected_xlsx"]
)
def test_who_may_not_import_sees_none_of_it(importer: Importer, client: Client, name: str) -> None:
    run = importer.plan("sku,family\nA,mugs\n")
    user = User.objects.create_user("vera", is_staff=True)
    user.roles.add(Role.objects.create(code="viewer", verbs=["product.view"]))
    client.force_login(user)
    assert client.get(reverse(f"admin:catalog_importrun_{name}", args=[run.pk])).status_code == 403
    assert client.get(reverse(LIST)).status_code == 403


def test_undo_needs_its_own_right(importer: Importer, client: Client) -> None:
    run = importer.run("sku,family\nA,mugs\n")
    user = User.objects.create_user("ian", is_staff=True)
    user.roles.add(Role.objects.create(code="importer", verbs=["product.view", "import.run"]))
    client.force_login(user)
    assert client.post(reverse("admin:catalog_importrun_undo", args=[run.pk])).status_code == 403
    run.refresh_from_db()
    assert run.state == "applied"


def test_a_plan_costs_the_same_queries_whatever_its_rows(manager: Client, importer: Importer) -> None:
    def queries(rows: int) -> int:
        run = importer.plan(
            "sku,family,capacity\n" + "".join(f"N{number},mugs,{number}\n" for number in range(rows))
        )
        with CaptureQueriesContext(connection) as captured:
            page(manager, "change", run)
        return len(captured)

    queries(3)
    assert queries(10) == queries(40)


def test_rows_are_turned_page_by_page_in_the_order_of_the_file(manager: Client, importer: Importer) -> None:
    run = importer.plan("sku,family\n" + "".join(f"N{number},mugs\n" for number in range(120)))
    first = manager.get(reverse("admin:catalog_importrun_change", args=[run.pk]))
    assert [entry["row"].number for entry in first.context["rows"]] == list(range(2, 52))
    assert (first.context["earlier"], first.context["later"]) == ("", "after=51")
    last = manager.get(reverse("admin:catalog_importrun_change", args=[run.pk]) + "?after=101")
    assert [entry["row"].number for entry in last.context["rows"]] == list(range(102, 122))
    back = manager.get(
        reverse("admin:catalog_importrun_change", args=[run.pk]) + "?" + last.context["earlier"]
    )
    assert [entry["row"].number for entry in back.context["rows"]] == list(range(52, 102))
