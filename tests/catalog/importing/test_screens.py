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

from catalog.importing import runs
from catalog.importing.plan import plan_run
from catalog.importing.progress import Progress
from catalog.jobs import run_due
from catalog.models import AttributeGroup, Role, User
from catalog.models.access import Grant
from catalog.models.importing import ImportProfile, ImportRun
from catalog.models.product import Product
from tests.catalog.importing.files import Importer, values
from tests.catalog.importing.workbooks import old_workbook, open_document, workbook

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


def upload(client: Client, text: str | bytes, name: str = "supplier.csv", **data: Any) -> Any:
    file = io.BytesIO(text if isinstance(text, bytes) else text.encode())
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
    assert "Creates 1 product · changes 1 product · leaves out 1 bad row" in planned
    assert "&#x27;much&#x27; is not a number" in planned
    assert '<del><span class="sr-only">before: </span>300</del>' in planned
    assert "much" not in page(manager, "change", run, "?show=updated").split("<tbody>")[1]

    manager.post(reverse("admin:catalog_importrun_apply", args=[run.pk]), {"policy": "skip-bad"})
    assert run_due("imports") == 1
    assert (values("NEW"), values("OLD")) == ({"capacity": "1", "color": "red"}, {"capacity": "310"})
    assert f"?import={run.pk}" in page(manager, "change", run)

    undo = reverse("admin:catalog_importrun_undo", args=[run.pk])
    assert "1 product that it created goes to the trash" in page(manager, "undo", run)
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
    assert (script.status_code, script.json()) == (
        400,
        {"message": "Choose a spreadsheet, CSV or JSON file first."},
    )
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
    tried = manager.post(reverse("admin:catalog_importrun_try", args=[run.pk]), {
        "position": "1", "to-1": "price", "decimal-1": ",", "decimal": ".", "list_separator": ",", "empty": "keep",
    }).json()["1"]  # fmt: skip
    assert (tried["label"], tried["wrong"]) == ("Price", "")
    assert tried["previews"][0]["text"].startswith("1.50")
    assert "is no price" in tried["previews"][1]["error"]
    run.refresh_from_db()
    assert run.mapping == before


def test_all_columns_are_tried_at_once_where_the_whole_file_is_read_otherwise(manager: Client) -> None:
    upload(manager, "sku;Preis;Gewicht\nA;1,50 EUR;2,5 kg\n")
    run = ImportRun.objects.get()
    asked = {
        "list_separator": ",",
        "empty": "keep",
        "to-1": "price",
        "to-2": "weight",
        "position": ["1", "2"],
    }
    for decimal, expected in ((",", ["1.50", "2.5"]), (".", ["'1,50'", "'2,5'"])):
        tried = manager.post(
            reverse("admin:catalog_importrun_try", args=[run.pk]), {**asked, "decimal": decimal}
        ).json()
        shown = [tried[position]["previews"][0] for position in ("1", "2")]
        assert [(one["text"] or one["error"]).split()[0] for one in shown] == expected
    wrong = manager.post(
        reverse("admin:catalog_importrun_try", args=[run.pk]), {**asked, "position": ["1", "9"]}
    )
    assert wrong.status_code == 404


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
    "name",
    [
        "change",
        "columns",
        "try",
        "options",
        "plan_csv",
        "plan_xlsx",
        "progress",
        "undo",
        "rejected_csv",
        "rejected_xlsx",
    ],
)
def test_who_may_not_import_sees_none_of_it(importer: Importer, client: Client, name: str) -> None:
    run = importer.plan("sku,family\nA,mugs\n")
    user = User.objects.create_user("vera", is_staff=True)
    user.roles.add(Role.objects.create(code="viewer", verbs=["product.view"]))
    client.force_login(user)
    ask = client.post if name == "try" else client.get
    assert ask(reverse(f"admin:catalog_importrun_{name}", args=[run.pk])).status_code == 403
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


def again(client: Client, run: ImportRun, **posted: str) -> ImportRun:
    """What "Read again" posts for a file whose recognition a person corrects."""
    answer = client.post(reverse("admin:catalog_importrun_columns", args=[run.pk]), {"do": "read", **posted})
    assert answer.status_code == 302
    return ImportRun.objects.get(pk=run.pk)


def test_the_page_says_what_was_found_and_another_row_of_names_is_pressed(manager: Client) -> None:
    upload(manager, "Price list;of;2026\nsku;name;price\nA;x;1\nB;y;2\n")
    run = ImportRun.objects.get()
    assert run.table["header_row"] == 1
    shown = page(manager, "columns", run)
    for fact in ("Text with separators (CSV)", "utf-8", "semicolon", "in row 1", "about 3"):
        assert fact in shown
    assert 'value="2" aria-label="Row 2 holds the column names"' in shown
    run = again(manager, run, header_row="1", encoding="", delimiter="", row="2")
    assert (run.table["headers"], run.settings["header_row"]) == (["sku", "name", "price"], 2)
    assert "The rows above row 2 were taken for a title" in page(manager, "columns", run)
    run = again(manager, run, header_row="2", encoding="cp1252", delimiter=";")
    assert (run.table["header_row"], run.table["encoding"], run.table["delimiter"]) == (2, "cp1252", ";")


def test_another_sheet_is_pressed_and_has_names_of_its_own(manager: Client, tmp_path: Path) -> None:
    sheets = {
        "Prices": [["Title"], ["sku", "price", "name"], ["A", 1, "x"]],
        "Stock": [["sku", "stock"], ["A", 5]],
        "Lists": [["colour", "label"], ["red", "Red"]],
    }
    upload(manager, workbook(tmp_path / "f.xlsx", sheets, hidden=["Lists"]).read_bytes(), name="f.xlsx")
    run = ImportRun.objects.get()
    shown = page(manager, "columns", run)
    for sentence in (
        "Excel workbook (XLSX)",
        "The sheet “Prices” is read; the other sheets are not: Stock.",
        "These sheets are hidden and not read: Lists.",
    ):
        assert sentence in shown
    run = again(manager, run, sheet="Prices", header_row="2", pick="Stock")
    assert (run.table["sheet"], run.table["header_row"], run.table["headers"]) == (
        "Stock",
        1,
        ["sku", "stock"],
    )
    run = again(manager, run, sheet="Stock", header_row="1", pick="Lists")
    assert run.table["headers"] == ["colour", "label"]


def test_headings_left_out_are_said_and_can_be_read_as_rows(manager: Client) -> None:
    upload(manager, "sku,name,price\nChairs,,\nA1,x,1\nA2,y,2\nA3,z,3\n")
    run = ImportRun.objects.get()
    assert "Rows that are only a heading between the products are left out: 2 (Chairs)" in page(
        manager, "columns", run
    )
    run = again(manager, run, header_row="1", encoding="", delimiter="", every_row="on")
    assert (run.table["left_out"], run.table["sample"][0]) == ([], [2, ["Chairs", "", ""]])
    assert 'name="every_row" id="id_every_row" checked' in page(manager, "columns", run)


def test_json_is_read_without_questions_that_it_does_not_raise(manager: Client) -> None:
    upload(
        manager, '{"products": [{"sku": "A", "family": "mugs"}], "colours": [{"code": "red"}]}', name="f.json"
    )
    run = ImportRun.objects.get()
    shown = page(manager, "columns", run)
    assert "The list “products” is read; the other lists are not: colours." in shown
    assert 'name="header_row"' not in shown
    assert 'name="delimiter"' not in shown
    assert again(manager, run, encoding="", pick="colours").table["headers"] == ["code"]


def test_what_was_corrected_for_one_file_does_not_keep_the_next_one_out(
    manager: Client, importer: Importer, tmp_path: Path
) -> None:
    rows = [["sku", "family"], ["A", "mugs"]]
    upload(
        manager,
        workbook(
            tmp_path / "may.xlsx", {"Prices": [["sku", "family", "x"], ["A", "mugs", "1"]], "May": rows}
        ).read_bytes(),
        name="may.xlsx",
    )
    run = again(manager, ImportRun.objects.get(), pick="May")
    profile = runs.remember(run, user=importer.world.admin, code="acme", name="Acme")
    assert profile.settings["sheet"] == "May"
    upload(
        manager,
        workbook(tmp_path / "june.xlsx", {"June": rows}).read_bytes(),
        name="june.xlsx",
        profile="acme",
    )
    newest = ImportRun.objects.latest("pk")
    assert (newest.table["sheet"], "sheet" in newest.settings, newest.profile) == ("June", False, profile)


@pytest.mark.parametrize("kind", ["xls", "ods", "jsonl"])
def test_every_kind_of_file_goes_into_the_catalogue(importer: Importer, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"f.{kind}"
    if kind == "xls":
        old_workbook(path, {"S": [["sku", "family", "ean"], ["A", "mugs", (12345670, "00000000000000")]]})
    elif kind == "ods":
        cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
        number = '<table:table-cell office:value-type="float" office:value="12345670"><text:p>00000012345670</text:p></table:table-cell>'
        row = "<table:table-row>{}</table:table-row>"
        names = row.format("".join(map(cell.format, ("sku", "family", "ean"))))
        open_document(
            path,
            [
                '<table:table table:name="S">',
                names,
                row.format(cell.format("A") + cell.format("mugs") + number),
                "</table:table>",
            ],
        )
    else:
        path.write_text('{"sku": "A", "family": "mugs", "ean": "00000012345670"}\n')
    with path.open("rb") as file:
        run = runs.start(file, path.name, user=importer.world.admin)
    plan_run(run, by=importer.actor(run), progress=Progress())
    run.refresh_from_db()
    importer.apply(run)
    assert values("A") == {"ean": "00000012345670"}
