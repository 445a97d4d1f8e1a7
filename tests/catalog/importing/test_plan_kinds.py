"""The rows of a plan by what they would do: empty something, undo an edit, stand twice; and the same as a file."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import AttributeGroup, Role, User
from catalog.models.access import Grant
from catalog.models.importing import ImportRun
from tests.catalog.importing.files import Importer, product, row

FILE = (
    "sku,family,capacity,color,_rev\n"
    "EMPTY,mugs,,red,\n"
    "EDITED,mugs,999,red,1\n"
    "NEW,mugs,200,rad,\n"
    "TWICE,mugs,1,,\n"
    "TWICE,mugs,2,,\n"
)


@pytest.fixture
def run(importer: Importer, client: Client) -> ImportRun:
    world = importer.world
    for sku in ("EMPTY", "EDITED"):
        world.create(sku, {"capacity": "300", "color": "red"}, family="mugs")
    world.edit(product("EDITED").pk, {"capacity": "301"})
    client.force_login(world.admin)
    return importer.plan(FILE, empty="clear")


def listed(client: Client, run: ImportRun, show: str) -> list[str]:
    answer = client.get(reverse("admin:catalog_importrun_change", args=[run.pk]), {"show": show})
    shown = answer.context["grid"]["rows"] if answer.context["grid"] else answer.context["rows"]
    return [entry["row"].sku for entry in shown]


def lines(client: Client, run: ImportRun, **query: str) -> list[dict[str, str]]:
    answer = client.get(reverse("admin:catalog_importrun_plan_csv", args=[run.pk]), query)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="file-plan.csv"'
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(
    ("show", "skus"),
    [("empties", ["EMPTY"]), ("conflicts", ["EDITED"]), ("duplicates", ["TWICE"]), ("created", ["TWICE"])],
)
def test_rows_are_found_by_what_they_would_do(
    run: ImportRun, client: Client, show: str, skus: list[str]
) -> None:
    assert listed(client, run, show) == skus
    answer = client.get(reverse("admin:catalog_importrun_change", args=[run.pk]))
    assert {tile["name"]: tile["number"] for tile in answer.context["tiles"]}[show] == len(skus)


def test_the_plan_is_a_file_with_each_change_each_rule_and_what_to_write_instead(
    run: ImportRun, client: Client
) -> None:
    found = lines(client, run)
    emptied = next(line for line in found if line["SKU"] == "EMPTY" and line["Before"])
    assert (emptied["Row"], emptied["Field"], emptied["Before"], emptied["After"]) == (
        "2",
        "Capacity",
        "300",
        "",
    )
    wrong = next(line for line in found if line["SKU"] == "NEW")
    assert (wrong["Field"], wrong["Before"], wrong["Rule"]) == ("color", "rad", "unknown option")
    assert wrong["Could be written instead"] == "red"
    assert {line["SKU"] for line in lines(client, run, show="conflicts")} == {"EDITED"}
    sheet = client.get(reverse("admin:catalog_importrun_plan_xlsx", args=[run.pk]))
    assert (
        "xl/worksheets/sheet1.xml"
        in zipfile.ZipFile(io.BytesIO(b"".join(sheet.streaming_content))).namelist()
    )


def test_of_many_rows_there_is_only_the_file_that_is_made_while_it_is_sent(
    importer: Importer, client: Client, monkeypatch: Any
) -> None:
    monkeypatch.setattr("catalog.importing.screens.run.MOST_IN_A_SHEET", 1)
    run = importer.plan("sku,family,name-en_US\nA,mugs,One\nB,mugs,Two\nC,nothing,Three\n")
    client.force_login(importer.world.admin)
    sheet = reverse("admin:catalog_importrun_plan_xlsx", args=[run.pk])
    answer = client.get(sheet, {"show": "created"}, follow=True)
    assert "more than 1 rows" in answer.content.decode()
    assert answer.request["QUERY_STRING"] == "show=created"
    few = client.get(sheet, {"show": "rejected"})
    assert zipfile.is_zipfile(io.BytesIO(b"".join(few.streaming_content)))
    assert few.headers["Content-Disposition"].endswith('plan.xlsx"')
    assert {line["SKU"] for line in lines(client, run)} == {"A", "B", "C"}


def test_a_limited_person_finds_no_hidden_value_in_the_file(importer: Importer, client: Client) -> None:
    importer.world.create("A", {"price": {"EUR": "77.31"}, "capacity": "300"}, family="mugs")
    run = importer.plan("sku,price-EUR,capacity\nA,88,310\n")
    role = Role.objects.create(code="tech", verbs=["product.view", "product.edit", "import.run"])
    Grant.objects.create(role=role).groups.add(AttributeGroup.objects.get(code="technical"))
    user = User.objects.create_user("tom", is_staff=True)
    user.roles.add(role)
    client.force_login(user)
    assert [(line["Field"], line["Before"]) for line in lines(client, run)] == [("Capacity", "300")]


def test_a_row_that_empties_something_is_known_again_next_time(importer: Importer) -> None:
    importer.world.create("A", {"capacity": "300"}, family="mugs")
    run = importer.run("sku,family,capacity\nA,mugs,\n", empty="clear")
    assert [note["kind"] for note in row(run, 2).notes] == ["empties"]
    assert importer.plan("sku,family,capacity\nA,mugs,\n", empty="clear").counts["known"] == 1
