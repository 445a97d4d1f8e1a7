"""Texts of several columns, parts of a column, and options that are made: planned, imported, remembered."""

from __future__ import annotations

import pytest

from catalog.importing import mapping, runs
from catalog.importing.made_cells import MadeCells, parts_of, with_unit
from catalog.importing.mapping import Column, part_of
from catalog.importing.plan import plan_run
from catalog.importing.progress import Progress
from catalog.importing.settings import ImportSettings
from catalog.importing.targets import Target
from catalog.models import Option, Role, User
from catalog.models.importing import ImportRun
from tests.catalog.importing.files import Importer, row, states, values

SKU, FAMILY = Column("sku", 0, Target(field="sku")), Column("family", 1, Target(field="family"))
NAME = Target(attribute="name", locale="en_US")
COLOR, FEATURES = Target(attribute="color"), Target(attribute="features")


def planned(importer: Importer, text: str, *columns: Column, user: User | None = None) -> ImportRun:
    run = importer.start(text, user=user)
    assert runs.set_mapping(run, columns, ImportSettings(), user=run.created_by) == []
    plan_run(run, by=importer.actor(run), progress=Progress())
    run.refresh_from_db()
    return run


@pytest.mark.parametrize(
    ("text", "by", "parts"),
    [
        ("80 x 60 x 40", "x", ["80", "60", "40"]),
        ("80x60", "x", ["80", "60"]),
        ("12,5 × 3 cm", "x", ["12,5", "3 cm"]),
        ("Box extra", "x", ["Box extra"]),
        ("red / / blue", "/", ["red", "", "blue"]),
        ("DE  49", " ", ["DE", "49"]),
    ],
)
def test_a_cell_falls_into_parts(text: str, by: str, parts: list[str]) -> None:
    assert parts_of(text, by) == parts


@pytest.mark.parametrize(
    ("template", "cells", "text"),
    [
        ("{a} {b}, {c}", ["Kopp", "Mug", "blue"], "Kopp Mug, blue"),
        ("{a} {b}, {c}", ["Kopp", "", "blue"], "Kopp, blue"),
        ("{a} {b}, {c}", ["Kopp", "Mug", ""], "Kopp Mug"),
        ("{a} {b}, {c}", ["", "", "blue"], "blue"),
        ("{a} {b}, {c}", ["", "", ""], ""),
        ("{a}, {b}{c}", ["Kopp", "", "blue"], "Kopp, blue"),
        ("{a} °C", ["-20", "", ""], "-20 °C"),
        ("{a} bis {b} °C", ["", "-5", ""], "bis -5 °C"),
        ("https://x/{a}/", ["A", "", ""], "https://x/A/"),
        ("https://x/{a}/{b}", ["A", "", ""], "https://x/A"),
        ("{a}{b}", ["1-2/", "", ""], "1-2/"),
        ("{a} - {b}", ["two  blanks", "-x-", ""], "two  blanks - -x-"),
    ],
)
def test_a_text_is_put_together_and_only_what_separated_an_empty_cell_goes(
    template: str, cells: list[str], text: str, importer: Importer
) -> None:
    columns = [Column("A", 0), Column("B", 1), Column("c", 2)]
    made = MadeCells([*columns, Column("t", None, NAME, template=template)], importer.world.structure)
    assert made.row([*cells, "surplus"]) == ([*cells, text], [])


def test_a_text_names_the_column_of_its_case_where_headers_differ_by_case_only(importer: Importer) -> None:
    columns = [Column("Size", 0), Column("SIZE", 1), Column("Brand", 2)]
    made = MadeCells([*columns, Column("t", None, NAME, template="{SIZE} {brand}")], importer.world.structure)
    assert made.row(["1", "2", "Kopp"])[0][3] == "2 Kopp"
    assert mapping.faults(
        [*columns, SKU, Column("t", None, NAME, template="{size}")], importer.world.structure
    )


def test_a_cell_with_more_parts_than_columns_is_refused(importer: Importer) -> None:
    size = Column("Size", 2, Target(attribute="capacity"), split={"by": "/", "part": 1})
    rest = mapping.Column(**{**_plain(part_of(size, 2)), "to": COLOR})
    text = "sku,family,Size\nA,mugs,300 / navy /\nB,mugs,300 / navy / 40 cm\n"
    run = planned(importer, text, SKU, FAMILY, size, rest)
    assert states(run) == [(2, "planned", "create", ""), (3, "rejected", "create", "too_many_parts")]
    assert [(error["column"], error["value"]) for error in row(run, 3).errors] == [
        ("Size", "300 / navy / 40 cm")
    ]


def test_the_unit_behind_the_last_part_is_that_of_the_numbers_before_it(importer: Importer) -> None:
    first = Column("Size", 2, Target(attribute="weight"), split={"by": "x", "part": 1})
    second = mapping.Column(**{**_plain(part_of(first, 2)), "to": NAME})
    made = MadeCells([SKU, FAMILY, first, second], importer.world.structure)
    assert made.row(["A", "mugs", "80 x 60"])[0][3:] == ["80", "60"]
    assert made.row(["A", "mugs", "80 x 60 g"])[0][3:] == ["80 g", "60 g"]
    pieces = Column("Size", 2, Target(attribute="capacity"), split={"by": "x", "part": 1})
    made = MadeCells([SKU, FAMILY, pieces, second], importer.world.structure)
    assert made.row(["A", "mugs", "6 x 80 g"])[0][3:] == ["6", "80 g"]
    assert with_unit(["80", "1,5", "60 cm"]) == ["80 cm", "1,5 cm", "60 cm"]
    assert with_unit(["80 mm", "60 cm"]) == ["80 mm", "60 cm"]
    assert with_unit(["80", "60"]) == ["80", "60"]


@pytest.mark.parametrize("text", ["#REF!", "#N/A"])
def test_a_failed_formula_becomes_no_part_of_a_text(importer: Importer, text: str) -> None:
    size = Column("Size", 3, Target(attribute="capacity"), split={"by": "/", "part": 1})
    title = Column("{Brand} {Size}", None, NAME, template="{Brand} {Size}")
    table = f"sku,family,Brand,Size\nA,mugs,{text},300\nB,mugs,Kopp,{text}\n"
    run = planned(importer, table, SKU, FAMILY, Column("Brand", 2), size, title)
    assert [(error["value"], error["code"]) for number in (2, 3) for error in row(run, number).errors] == [
        (text, "no_result"),
        (text, "no_result"),
    ]
    assert row(run, 2).values == {}


def test_one_text_of_several_columns_and_several_attributes_of_one_are_imported(importer: Importer) -> None:
    size = Column("Size", 4, Target(attribute="capacity"), split={"by": "/", "part": 1})
    run = planned(
        importer,
        "sku,family,Brand,Model,Size\nA,mugs,Kopp,Mug,300 / navy\nB,mugs,,,250\n",
        SKU, FAMILY, Column("Brand", 2), Column("Model", 3), size,
        mapping.Column(**{**_plain(part_of(size, 2)), "to": COLOR}),
        Column("{Brand} {Model}", None, NAME, template="{Brand} {Model}"),
    )  # fmt: skip
    importer.apply(run)
    assert values("A") == {"capacity": "300", "color": "navy", "name|en_US": "Kopp Mug"}
    assert values("B") == {"capacity": "250"}


def _plain(column: Column) -> dict[str, object]:
    return {name: getattr(column, name) for name in Column.__slots__}


def test_an_error_in_a_part_is_about_the_column_it_was_cut_from(importer: Importer) -> None:
    size = Column("Size", 2, Target(attribute="capacity"), split={"by": "/", "part": 1})
    rest = mapping.Column(**{**_plain(part_of(size, 2)), "to": COLOR})
    run = planned(importer, "sku,family,Size\nA,mugs,300 / purple\n", SKU, FAMILY, size, rest)
    assert [(error["column"], error["value"]) for error in row(run, 2).errors] == [("Size [2]", "purple")]


def test_a_mapping_says_what_its_made_columns_lack(importer: Importer) -> None:
    columns = [
        SKU,
        Column("{Brand} {Modell}", None, NAME, template="{Brand} {Modell}"),
        Column("Brand", 1),
        Column("x", 2, Target(field="parent"), split={"by": "/", "part": 1}),
    ]
    assert mapping.faults(columns, importer.world.structure) == [
        "The file has no column 'Modell', of which Name · English (US) is made: change that text.",
        "Parent (SKU) is a column as it stands in the file: it cannot be made of parts.",
    ]


def test_made_columns_come_back_with_the_profile_wherever_the_columns_stand(importer: Importer) -> None:
    text = "sku,family,Brand,Model,Size\nA,mugs,Kopp,Mug,300/navy\n"
    size = Column("Size", 4, Target(attribute="capacity"), split={"by": "/", "part": 1})
    run = planned(
        importer, text, SKU, FAMILY, Column("Brand", 2), Column("Model", 3), size,
        mapping.Column(**{**_plain(part_of(size, 2)), "to": COLOR}),
        Column("{Brand} {Model}", None, NAME, template="{Brand} {Model}"),
    )  # fmt: skip
    profile = runs.remember(run, user=importer.world.admin, code="kopp")
    run = importer.run("Size,Model,sku,family,Brand\n310/red,Cup,B,mugs,Kopp\n", profile=profile)
    assert values("B") == {"capacity": "310", "color": "red", "name|en_US": "Kopp Cup"}
    again = runs.remember(run, user=importer.world.admin, profile=profile).mapping
    assert [column["column"] for column in again] == [column["column"] for column in run.mapping]


def test_unknown_options_are_planned_and_made_only_with_the_rows_that_have_them(importer: Importer) -> None:
    color = Column("Farbe", 2, COLOR, unknown="create:de_DE")
    features = Column("Extras", 3, FEATURES, unknown="create:de_DE", options={"list_separator": ";"})
    run = planned(
        importer,
        "sku,family,Farbe,Extras,capacity\n"
        "A,mugs,Weinrot,Handmade;Spülfest,300\n"
        "B,mugs,weinrot,,250\n"
        "C,mugs,Nie da,,much\n",
        SKU, FAMILY, color, features, Column("capacity", 4, Target(attribute="capacity")),
    )  # fmt: skip
    assert row(run, 2).values["color"] == "weinrot"
    assert run.counts["new_options"]["features"] == {"spulfest": ["Spülfest", "de_DE"]}
    assert not Option.objects.filter(code="weinrot").exists()
    importer.apply(run)
    assert values("A")["features"] == ["handmade", "spulfest"]
    assert values("B")["color"] == "weinrot"
    made = Option.objects.filter(labels__has_key="de_DE").values_list("attribute__code", "code", "labels")
    assert sorted(made) == [
        ("color", "weinrot", {"de_DE": "Weinrot"}), ("features", "spulfest", {"de_DE": "Spülfest"}),
    ]  # fmt: skip


def test_who_may_not_change_the_structure_makes_no_options(importer: Importer) -> None:
    user = User.objects.create_user("mara", is_staff=True)
    user.roles.add(Role.objects.create(code="m", verbs=["product.create", "product.edit", "import.run"]))
    color = Column("Farbe", 2, COLOR, unknown="create:de_DE")
    run = planned(importer, "sku,family,Farbe\nA,mugs,Weinrot\n", SKU, FAMILY, color, user=user)
    assert states(run) == [(2, "rejected", "create", "unknown_option")]
    run = planned(importer, "sku,family,Farbe\nA,mugs,Weinrot\n", SKU, FAMILY, color)
    with pytest.raises(runs.WrongState, match="makes new options"):
        runs.apply(run, policy="skip-bad", user=user)


def test_a_column_of_texts_is_no_list_of_options(importer: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.importing.new_options.MOST", 2)
    color = Column("Farbe", 2, COLOR, unknown="create:de_DE")
    text = "sku,family,Farbe\n" + "".join(f"A{n},mugs,Farbe {n}\n" for n in range(3))
    run = planned(importer, text, SKU, FAMILY, color)
    assert [state[3] for state in states(run)] == ["", "", "too_many_new_options"]
