"""The columns page: what opens under a column, new attributes, parts, texts of several columns, hundreds of columns."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.importing import runs
from catalog.importing.guessing import guess
from catalog.importing.mapping import from_json
from catalog.importing.settings import ImportSettings
from catalog.models import Attribute, Family, Role, User
from catalog.models.importing import ImportProfile, ImportRun
from tests.catalog.importing.files import Importer, row, tally

WHOLE = {"decimal": ".", "list_separator": ",", "empty": "keep", "create": "on", "update": "on"}


@pytest.fixture
def boss(importer: Importer, client: Client) -> Client:
    client.force_login(importer.world.admin)
    return client


def address(name: str, run: ImportRun) -> str:
    return reverse(f"admin:catalog_importrun_{name}", args=[run.pk])


def post(client: Client, run: ImportRun, **fields: str) -> Any:
    """What the page posts of columns whose options were not opened, and `fields` over it."""
    targets = {f"to-{place}": str(column.to or "") for place, column in enumerate(from_json(run.mapping))}
    answer = client.post(
        address("columns", run), {**WHOLE, **targets, **{_field(name): text for name, text in fields.items()}}
    )  # fmt: skip
    run.refresh_from_db()
    return answer


def _field(name: str) -> str:
    return name if name.startswith("profile_") else name.replace("_", "-")


def mapped(run: ImportRun) -> dict[str, str]:
    return {column.column: str(column.to or "") for column in from_json(run.mapping)}


def test_texts_that_are_no_option_are_counted_over_the_file_and_read_as_what_is_chosen(
    boss: Client, importer: Importer
) -> None:
    lines = ["navi blue"] * 3 + ["red"] * 30 + ["white wine"]
    run = importer.start(
        "sku,family,color\n" + "".join(f"A{n},mugs,{text}\n" for n, text in enumerate(lines))
    )
    panel = boss.get(address("options", run), {**WHOLE, "position": "2", "to-2": "color"}).context["panel"]
    assert [(said.text, said.rows, said.guess) for said in panel["unknown"]] == [
        ("navi blue", 3, "navy"), ("white wine", 1, ""),
    ]  # fmt: skip
    post(boss, run, text_2_0="navi blue", read_2_0="navy", text_2_1="white wine", read_2_1="")
    assert from_json(run.mapping)[2].values == {"navi blue": "navy"}
    post(boss, run)
    assert from_json(run.mapping)[2].values == {"navi blue": "navy"}  # not opened: it stays
    post(boss, run, values_2="")
    assert from_json(run.mapping)[2].values == {}


def test_a_column_becomes_a_new_attribute_in_place(boss: Client, importer: Importer) -> None:
    text = "sku,family,Glaze\nA,mugs,matt\nB,mugs,gloss\nC,mugs,matt\nD,mugs,gloss\n"
    run = importer.start(text)
    new = boss.get(address("options", run), {**WHOLE, "position": "2"}).context["panel"]["new"]
    assert (new["label"], new["code"]) == ("Glaze", "glaze")
    assert [code for code, _label, chosen in new["types"] if chosen] == ["select"]
    assert [code for code, _label, chosen in new["families"] if chosen] == ["mugs"]
    fields = {
        "do": "make-2",
        "new_label": "Glaze",
        "new_code": "glaze",
        "new_type": "select",
        "new_group": "technical",
    }
    assert b"Choose the families" in post(boss, run, **fields).content
    assert not Attribute.objects.filter(code="glaze").exists()
    post(boss, run, **fields, new_family="mugs")
    assert Family.objects.get(code="mugs").attributes.filter(code="glaze").exists()
    assert not Family.objects.get(code="shirts").attributes.filter(code="glaze").exists()
    assert mapped(run)["Glaze"] == "glaze"
    planned = importer.plan(text, profile=runs.remember(run, user=importer.world.admin, code="potter"))
    assert tally(planned) == (4, 4, 0, 0, 0, 0)
    assert planned.counts["new_options"] == {
        "glaze": {"matt": ["matt", "en_US"], "gloss": ["gloss", "en_US"]}
    }


def test_a_new_text_may_be_in_one_language(boss: Client, importer: Importer) -> None:
    run = importer.start("sku,family,Glasur\nA,mugs,matt wie Kreide\n")
    fields = {
        "do": "make-2",
        "new_label": "Glaze",
        "new_code": "glaze",
        "new_type": "text",
        "new_group": "marketing",
    }
    post(boss, run, **fields, new_family="mugs", new_locale="de_DE")
    assert (Attribute.objects.get(code="glaze").localizable, mapped(run)["Glasur"]) == (True, "glaze-de_DE")


@pytest.mark.parametrize(
    ("header", "cells", "kind", "params"),
    [
        ("Barcode", ["4006381333931", "5901234123457"], "identifier", {"kind": "gtin"}),
        ("Weight (g)", ["100", "250"], "measurement", {"family": "weight", "unit": "GRAM"}),
        ("Length", ["12 cm", "30 cm"], "measurement", {"family": "length", "unit": "CENTIMETER"}),
        ("Count", ["1", "0", "1"], "number", {}),
        ("Vegan", ["yes", "no"], "boolean", {}),
        ("Since", ["2026-01-31", "2025-12-01"], "date", {}),
        ("Deposit", ["1.50 EUR", "2 EUR"], "price", {}),
        ("Ink", ["#ff0000", "#00ff00"], "color", {}),
        ("Page", ["https://example.com/a", "https://example.com/b"], "link", {}),
        ("Text", ["<p>One</p>", "<p>Two</p>"], "richtext", {}),
        ("Tags", ["a, b", "b, c", "a, c"], "multiselect", {}),
        ("Story", ["Once upon a time", "There was a mug", "On a shelf", "Alone"], "text", {}),
        ("Empty", [], "text", {}),
    ],
)
def test_the_type_of_a_new_attribute_is_told_by_its_cells(
    importer: Importer, header: str, cells: list[str], kind: str, params: dict[str, str]
) -> None:
    found = guess(header, cells, ImportSettings(), importer.world.structure)
    assert (found.type, found.params) == (kind, params)


def test_who_may_not_change_the_structure_makes_no_attribute(importer: Importer, client: Client) -> None:
    user = User.objects.create_user("mara", is_staff=True)
    user.roles.add(Role.objects.create(code="m", verbs=["product.create", "product.edit", "import.run"]))
    client.force_login(user)
    run = importer.start("sku,family,Glaze\nA,mugs,matt\n", user=user)
    assert panel_of_third(client, run)["new"] is None
    fields = {
        "do": "make-2",
        "new_label": "Glaze",
        "new_code": "glaze",
        "new_type": "text",
        "new_group": "technical",
    }
    assert b"Your roles do not allow this" in post(client, run, **fields, new_family="mugs").content
    assert not Attribute.objects.filter(code="glaze").exists()


def panel_of_third(client: Client, run: ImportRun) -> dict[str, Any]:
    return client.get(address("options", run), {**WHOLE, "position": "2"}).context["panel"]


def test_a_column_is_cut_into_parts_and_made_whole_again(boss: Client, importer: Importer) -> None:
    run = importer.start("sku,family,Size\nA,mugs,300/navy\nB,mugs,250/red/x\n")
    answer = post(boss, run, split_2="/", do="plan")
    assert answer.status_code == 200  # the parts are to be seen first
    assert mapped(run) == {"sku": "sku", "family": "family", "Size": "size", "Size [2]": "", "Size [3]": ""}
    post(boss, run, to_2="capacity", to_3="color")
    shown = boss.get(address("columns", run)).context["entries"]
    assert [(e["column"].column, e["samples"], [one["text"] for one in e["previews"]]) for e in shown[2:4]] == [
        ("Size", ["300", "250"], ["300", "250"]), ("Size [2]", ["navy", "red"], ["Navy blue", "Red"]),
    ]  # fmt: skip
    post(boss, run, split_2="")
    assert mapped(run) == {"sku": "sku", "family": "family", "Size": "capacity"}


def test_a_text_of_several_columns_is_tried_while_it_is_written_and_stays(
    boss: Client, importer: Importer
) -> None:
    run = importer.start("sku,family,Brand,Model\nA,mugs,Kopp,Mug\n")
    written = {"fixed-to": "name-en_US", "fixed-value": "{Brand} {Model}"}
    tried = boss.post(address("try", run), {**WHOLE, "position": "new", **written}).json()["new"]
    assert (tried["label"], tried["previews"]) == ("Name · English (US)", [{"text": "Kopp Mug", "error": ""}])
    post(boss, run, fixed_to="name-en_US", fixed_value="{Brand} {Model}")
    assert from_json(run.mapping)[-1].template == "{Brand} {Model}"
    faulty = post(boss, run, value_4="{Brand} {Modell}", do="plan")
    assert b"The file has no column &#x27;Modell&#x27;" in faulty.content
    assert run.state == "uploaded"


def upload(client: Client, text: str) -> str:
    file = io.BytesIO(text.encode())
    file.name = "next.csv"
    return str(client.post(reverse("admin:catalog_importrun_upload"), {"file": file}).url)


def test_the_next_file_is_known_by_its_columns_and_goes_to_its_plan(boss: Client, importer: Importer) -> None:
    run = importer.start("sku,family,Inhalt,Egal\nA,mugs,300,x\n")
    post(boss, run, to_2="capacity", do="save", remember="1", profile_code="potter")
    profile = ImportProfile.objects.get()
    assert upload(boss, "Egal,sku,family,Inhalt\nx,B,mugs,250\n").endswith("/change/")
    known = ImportRun.objects.latest("pk")
    assert (known.profile, known.state) == (profile, "planning")
    assert upload(boss, "sku,family,Inhalt,Egal,Neu\nA,mugs,300,x,y\n").endswith("/columns/")
    assert ImportRun.objects.latest("pk").profile is None
    ImportProfile.objects.create(code="twin", mapping=profile.mapping, dialect=profile.dialect)
    assert upload(boss, "sku,family,Inhalt,Egal\nA,mugs,300,x\n").endswith("/columns/")  # whose is it?


def test_four_hundred_columns_cost_no_more_queries_and_no_options(boss: Client, importer: Importer) -> None:
    def queries(columns: int) -> int:
        names = ["sku", "family", *(f"Column {number}" for number in range(columns))]
        run = importer.start(",".join(names) + "\n" + ",".join(["A", "mugs", *["red"] * columns]) + "\n")
        with CaptureQueriesContext(connection) as captured:
            answer = boss.get(address("columns", run))
        assert answer.status_code == 200
        assert b"data-panel" not in answer.content
        return len(captured)

    queries(3)
    assert queries(20) == queries(400)


def test_an_option_that_is_made_is_named_in_the_plan(boss: Client, importer: Importer) -> None:
    run = importer.start("sku,family,color\nA,mugs,Weinrot\n")
    post(boss, run, unknown_2="create:de_DE", do="save")
    assert from_json(run.mapping)[2].unknown == "create:de_DE"
    profile = runs.remember(run, user=importer.world.admin, code="x")
    planned = importer.plan("sku,family,color\nA,mugs,Weinrot\n", profile=profile)
    assert row(planned, 2).values == {"color": "weinrot"}
    page = boss.get(address("change", planned)).content.decode()
    assert "1 new option of Color is made when this is imported: Weinrot" in page
    assert "[weinrot]" not in page


def test_a_column_gets_more_parts_than_its_first_rows_have(boss: Client, importer: Importer) -> None:
    run = importer.start("sku,family,Size\nA,mugs,80 x 60\n")
    post(boss, run, split_2="x")
    assert list(mapped(run)) == ["sku", "family", "Size", "Size [2]"]
    panel = boss.get(address("columns", run), {"open": "2"}).content.decode()
    assert 'name="parts-2" value="2"' in panel
    post(boss, run, parts_2="3", do="plan")
    assert list(mapped(run)) == ["sku", "family", "Size", "Size [2]", "Size [3]"]
    assert run.state == "uploaded"  # the new part has nowhere to go yet
    post(boss, run, parts_2="2")
    assert list(mapped(run)) == ["sku", "family", "Size", "Size [2]"]


def test_how_another_file_was_to_be_read_is_looked_at_before_this_ones_plan(
    boss: Client, importer: Importer
) -> None:
    run = importer.start("sku,family,name-de_DE,color\nA,mugs,Tasse,red\n")
    post(boss, run, do="save", remember="1", profile_code="supplier")
    profile = ImportProfile.objects.get()
    profile.settings = {**profile.settings, "encoding": "cp1252"}  # chosen for a file that was so
    profile.save()

    def uploaded(**form: str) -> ImportRun:
        file = io.BytesIO("sku,family,name-de_DE,color\nB,mugs,Größe,red\n".encode())
        file.name = "next.csv"
        boss.post(reverse("admin:catalog_importrun_upload"), {"file": file, **form})
        return ImportRun.objects.latest("pk")

    found = uploaded()  # by its columns: it is read as it is seen to be, and settled
    assert (found.profile, found.table["encoding"], found.state) == (profile, "utf-8", "planning")
    chosen = uploaded(profile=profile.code)  # by hand: somebody looks at it first
    assert (chosen.table["encoding"], chosen.state) == ("cp1252", "uploaded")
