"""The structure as one workbook: there and back it is the same, a plan changes nothing, a bad row refuses all of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tablib
from django.core.management import CommandError, call_command

from catalog.access.policy import _VIEW_VERBS
from catalog.models import (
    Attribute,
    AttributeGroup,
    Category,
    Context,
    Currency,
    Family,
    FamilyVariant,
    Grant,
    GtinPool,
    Locale,
    MeasurementFamily,
    Option,
    ReferenceEntity,
    ReferenceRecord,
    Role,
    Source,
    SourcePolicy,
    Term,
    User,
)
from catalog.structure import snapshot
from catalog.transfer import sheets, workbook
from channels.models import Channel, Requirement
from tests.catalog.records import add_brands
from tests.channels.stage import make_channel
from tests.world import World, build_world

# Rows of these say what happens to the structure; they are not a part of it. A rule writes with the rights of whoever
# saved it, which no file can carry.
NOT_STRUCTURE = {
    "catalog.conversion",
    "catalog.sequence",
    "enrichment.rule",
    "enrichment.rulemark",
    "enrichment.rulerun",
}


@pytest.fixture
def world(db: Any) -> World:
    world = build_world()
    add_brands(world)
    make_channel(world)
    role = Role.objects.create(code="texts", labels={"en_US": "Texts"}, verbs=["product.edit"])
    grant = Grant.objects.create(role=role, master=False)
    grant.locales.set(Locale.objects.filter(code="de_DE"))
    grant.categories.set(Category.objects.filter(code="kitchen"))
    SourcePolicy.objects.create(
        source=Source.objects.get(code="erp"),
        group=AttributeGroup.objects.get(code="marketing"),
        may_write=False,
    )
    size = Attribute.objects.get(code="size")
    size.depends_on, size.depends_values, size.default = Attribute.objects.get(code="color"), ["red"], "m"
    size.save()
    ean = Attribute.objects.get(code="ean")
    Term.objects.create(
        code="mug", preferred={"en_US": "mug"}, forbidden={"de_DE": "=Tasse, Pott"}, whole_words=False
    )
    GtinPool.objects.create(code="ours", attribute=ean, prefix="290123", first=10, last=99, next=12)
    snapshot.forget()
    return world


def cells(data: bytes) -> dict[str, list[Any]]:
    return {name: [table.headers, *table] for name, table in workbook.tables(data).items()}


def empty() -> None:
    Attribute.objects.update(depends_on=None)
    for model in (
        Term,
        GtinPool,
        Channel,
        Role,
        Source,
        Family,
        Option,
        Attribute,
        AttributeGroup,
        Context,
        Currency,
        MeasurementFamily,
        ReferenceRecord,
        ReferenceEntity,
    ):
        model.objects.all().delete()
    Attribute.objects.all().delete()
    for model in (Category, Locale):
        for row in model.objects.order_by("-pk"):
            row.delete()
    snapshot.forget()


def test_every_structural_model_is_carried_by_a_sheet() -> None:
    structural = {label for label, verb in _VIEW_VERBS.items() if verb == "structure.view"} - NOT_STRUCTURE
    assert sorted(structural - sheets.carried()) == []


def test_exported_and_read_into_an_empty_database_it_is_cell_by_cell_the_same(world: World) -> None:
    before = workbook.write()
    assert len(cells(before)["attributes"]) == 1 + Attribute.objects.count()
    Channel.objects.all().delete()
    Context.objects.filter(parent__isnull=False).delete()
    SourcePolicy.objects.all().delete()
    FamilyVariant.objects.all().delete()
    empty()
    report = workbook.read(before)
    assert [(sheet.name, sheet.problems) for sheet in report.sheets if sheet.problems] == []
    assert cells(workbook.write()) == cells(before)
    channel = Channel.objects.get(code="b2b")
    assert channel.paused_reason == "Imported without its credentials: enter them, then resume."
    assert channel.credentials == {}


def test_read_again_it_changes_nothing(world: World) -> None:
    data = workbook.write()
    report = workbook.read(data)
    assert not report.is_refused
    assert report.changes == 0
    assert workbook.write()
    assert cells(workbook.write()) == cells(data)


def changed(data: bytes, sheet: str, key: str, column: str, value: str) -> bytes:
    """The workbook with one cell changed."""
    book = tablib.Databook()
    for name, table in workbook.tables(data).items():
        place = table.headers.index(column) if name == sheet else -1
        rows = [
            [
                value if name == sheet and row[0] == key and index == place else cell
                for index, cell in enumerate(row)
            ]
            for row in table
        ]
        book.add_sheet(tablib.Dataset(*rows, headers=table.headers, title=name))
    return bytes(book.export("xlsx"))


def test_a_plan_tells_what_would_change_and_changes_nothing(world: World) -> None:
    data = changed(workbook.write(), "attributes", "color", "label-en_US", "Colour")
    report = workbook.read(data, dry_run=True)
    told = {
        sheet.name: (len(sheet.created), len(sheet.updated))
        for sheet in report.sheets
        if sheet.updated or sheet.created
    }
    assert told == {"attributes": (0, 1)}
    assert Attribute.objects.get(code="color").labels == {"en_US": "Color"}
    workbook.read(data)
    assert Attribute.objects.get(code="color").labels == {"en_US": "Colour"}


def test_a_label_renamed_makes_no_second_row(world: World) -> None:
    count = Category.objects.count()
    workbook.read(changed(workbook.write(), "categories", "cups", "label-en_US", "Mugs"))
    assert Category.objects.count() == count
    assert Category.objects.get(code="cups").labels == {"en_US": "Mugs"}


def test_a_bad_row_is_told_beside_its_column_and_nothing_of_the_workbook_is_read(world: World) -> None:
    data = changed(workbook.write(), "attributes", "color", "label-en_US", "Colour")
    data = changed(data, "families", "mugs", "label_attribute", "nome")
    report = workbook.read(data)
    problems = [(s.name, p.row, p.column, p.message) for s in report.sheets for p in s.problems]
    assert problems == [("families", 2, "label_attribute", "There is no attribute 'nome'.")]
    assert Attribute.objects.get(code="color").labels == {"en_US": "Color"}


def test_a_row_is_told_by_the_number_the_spreadsheet_gives_it_past_empty_ones(world: World) -> None:
    book = tablib.Databook()
    rows = [["tins", "", ""], ["", "", ""], ["boxes", "nome", ""], ["", "", ""]]
    book.add_sheet(
        tablib.Dataset(*rows, headers=["code", "label_attribute", "label-en_US"], title="families")
    )
    report = workbook.read(bytes(book.export("xlsx")))
    assert [(p.row, p.column) for sheet in report.sheets for p in sheet.problems] == [(4, "label_attribute")]


def test_a_row_is_told_by_its_own_number_though_it_is_read_after_the_one_it_names(world: World) -> None:
    book = tablib.Databook()
    rows = [["plates", "tableware", "x"], ["tableware", "", "0"]]
    book.add_sheet(tablib.Dataset(*rows, headers=["code", "parent", "position"], title="categories"))
    report = workbook.read(bytes(book.export("xlsx")))
    assert [(p.row, p.column) for sheet in report.sheets for p in sheet.problems] == [(2, "position")]


def test_a_cell_that_is_no_number_or_neither_yes_nor_no_is_told_and_not_guessed(world: World) -> None:
    for column, cell, message in (
        ("is_active", "ja", "Write 1 or 0."),
        ("position", "first", "Write a whole number."),
        ("position", "2.7", "Write a whole number."),
    ):
        report = workbook.read(changed(workbook.write(), "locales", "de_DE", column, cell))
        problems = [(p.column, p.message) for sheet in report.sheets for p in sheet.problems]
        assert problems == [(column, message)]
    assert Locale.objects.get(code="de_DE").is_active
    assert not workbook.read(changed(workbook.write(), "locales", "de_DE", "is_active", "No")).is_refused
    assert not Locale.objects.get(code="de_DE").is_active


def test_an_attribute_with_values_does_not_change_its_type_by_file(world: World) -> None:
    world.create("MUG", {"capacity": "300"}, family="mugs")
    report = workbook.read(changed(workbook.write(), "attributes", "capacity", "type", "text"))
    problems = [(p.column, p.message) for sheet in report.sheets for p in sheet.problems]
    assert problems == [
        ("type", "Products have values of Capacity, so this cannot change here: convert its values instead.")
    ]
    assert Attribute.objects.get(code="capacity").type == "number"


def test_a_sheet_nobody_knows_and_what_is_no_workbook_are_refused(world: World) -> None:
    book = tablib.Databook()
    book.add_sheet(tablib.Dataset(["x"], headers=["code"], title="things"))
    assert workbook.read(bytes(book.export("xlsx"))).problems == [
        "There is no sheet 'things' in a structure: rename it, or take it out."
    ]
    assert workbook.read(b"code;label").problems == [
        "This is no XLSX workbook: export one to see how it looks."
    ]


def test_a_person_gets_and_changes_the_sheets_their_roles_show(world: World) -> None:
    user = User.objects.create_user("sam")
    user.roles.add(Role.objects.create(code="structure", verbs=["structure.edit"]))
    names = set(cells(workbook.write(user)))
    assert {"attributes", "categories"} <= names
    assert not names & {"roles", "channels", "requirements"}
    report = workbook.read(workbook.write(), user=user)
    assert sorted(report.problems) == sorted(
        f"Your roles do not let you change this sheet: {label}."
        for label in ("Glossary", "Roles", "Channels", "Requirements", "Fields of channels")
    )


def test_requirements_announce_their_channel(world: World) -> None:
    rev = Channel.objects.get().profile_rev
    workbook.read(changed(workbook.write(), "requirements", "b2b", "level", "warning"))
    assert set(Requirement.objects.values_list("level", flat=True)) == {"warning"}
    assert Channel.objects.get().profile_rev == rev + 1


def test_commands_write_plan_and_read(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "structure.xlsx"
    call_command("export_structure", str(path))
    path.write_bytes(changed(path.read_bytes(), "locales", "fr_CA", "name", "Québec"))
    call_command("import_structure", str(path), "--plan")
    assert "locales: 0 new, 1 changed, 4 as they were" in capsys.readouterr().out
    assert Locale.objects.get(code="fr_CA").name == "French (Canada)"
    call_command("import_structure", str(path))
    assert Locale.objects.get(code="fr_CA").name == "Québec"
    path.write_bytes(changed(path.read_bytes(), "locales", "fr_CA", "fallback", "xx"))
    with pytest.raises(CommandError):
        call_command("import_structure", str(path))
    assert "locales 6 fallback: There is no locale 'xx'." in capsys.readouterr().err
