"""import_products and undo_import: the words of the JSON and the exit statuses, for operators and cron."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from catalog.models import ImportProfile, ImportRun, Job, User
from catalog.models.product import Product
from catalog.values.fingerprint import catalogue_hash
from tests.catalog.importing.files import Importer, values

KEYS = [
    "rows",
    "created",
    "updated",
    "unchanged",
    "rejected",
    "skipped",
    "cells_changed",
    "seconds",
    "run",
    "errors",
]


@pytest.fixture
def run(importer: Importer, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    def call(
        *arguments: str, text: str | bytes = "", name: str = "file.csv", command: str = "import_products"
    ) -> tuple[int, dict[str, Any]]:
        """(exit status, the object on the last line)"""
        given = list(arguments)
        if command == "import_products":
            file = tmp_path / name
            file.write_bytes(text.encode() if isinstance(text, str) else text)
            given.insert(0, str(file))
        status = 0
        try:
            call_command(command, *given, "--json")
        except SystemExit as end:
            status = int(end.code or 0)
        return status, json.loads(capsys.readouterr().out.splitlines()[-1])

    return call


def test_a_clean_file_ends_with_0_and_its_counts(run) -> None:
    status, said = run(text="sku,family,capacity\nA,mugs,1\nB,mugs,2\n")
    assert status == 0
    assert list(said) == KEYS
    assert {name: said[name] for name in KEYS if name not in ("seconds", "run")} == {
        "rows": 2, "created": 2, "updated": 0, "unchanged": 0, "rejected": 0, "skipped": 0, "cells_changed": 6, "errors": [],
    }  # fmt: skip
    assert values("A") == {"capacity": "1"}
    jobs = Job.objects.filter(kind__startswith="import.").order_by("pk")
    assert list(jobs.values_list("kind", "state")) == [("import.plan", "done"), ("import.apply", "done")]


def test_bad_rows_end_with_1_and_say_row_column_value_code_and_message(run) -> None:
    status, said = run(text="sku,family,capacity\nA,mugs,1\nB,mugs,much\n")
    assert (status, said["created"], said["rejected"]) == (1, 1, 1)
    assert said["errors"] == [
        {
            "row": 3,
            "column": "capacity",
            "value": "much",
            "code": "not_a_number",
            "message": "'much' is not a number: write digits with '.' before the decimals, such as 12.5.",
        }
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("", "empty.csv"),
        (b"%PDF-1.7 ...", "file.pdf"),
        ("capacity,color\n1,red\n", "nosku.csv"),
        (b"PK\x03\x04rest", "broken.xlsx"),
    ],
)
def test_a_file_that_cannot_be_read_ends_with_2_and_writes_nothing(run, text: str | bytes, name: str) -> None:
    status, said = run(text=text, name=name)
    assert status == 2
    assert said["error"]
    assert said["rows"] == 0
    assert Product.objects.count() == 0


def test_a_file_that_is_not_there_ends_with_2(importer: Importer, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as end:
        call_command("import_products", str(tmp_path / "gone.csv"), "--json")
    assert end.value.code == 2


def test_an_unknown_profile_ends_with_2_and_names_those_there_are(run) -> None:
    ImportProfile.objects.create(code="acme")
    with pytest.raises(CommandError, match="there are: acme") as error:
        run("--profile", "other", text="sku\nA\n")
    assert error.value.returncode == 2


def test_plan_writes_nothing(run) -> None:
    status, said = run("--plan", text="sku,family\nA,mugs\n")
    assert (status, said["created"]) == (0, 1)
    assert Product.objects.count() == 0
    assert ImportRun.objects.get().state == "planned"


def test_all_or_nothing_leaves_everything_out_with_one_bad_row(run) -> None:
    status, said = run("--policy", "all-or-nothing", text="sku,family,capacity\nA,mugs,1\nB,mugs,much\n")
    assert (status, said["created"], said["skipped"], said["rejected"]) == (1, 0, 1, 1)
    assert Product.objects.count() == 0


def test_a_profile_names_the_columns(run) -> None:
    mapping = [
        {"column": "Nr", "index": 0, "to": "sku"},
        {"column": "Inhalt", "index": 1, "to": {"attribute": "capacity"}},
    ]
    ImportProfile.objects.create(code="acme", mapping=mapping, settings={"decimal": ","})
    status, said = run("--profile", "acme", text="Inhalt;Nr\n0,5;A\n")
    assert (status, said["created"]) == (0, 1)
    assert values("A") == {"capacity": "0.5"}


def test_a_named_users_rights_hold(run) -> None:
    User.objects.create_user("nobody")
    with pytest.raises(Exception, match="Your roles do not allow this"):
        run("--user", "nobody", text="sku\nA\n")
    assert ImportRun.objects.count() == 0


def test_an_import_is_undone_by_its_number(run, importer: Importer) -> None:
    importer.world.create("OLD", {"capacity": "9"}, family="mugs")
    before = catalogue_hash()
    _status, said = run(text="sku,family,capacity\nA,mugs,1\nOLD,mugs,2\n")
    assert catalogue_hash() != before
    status, undone = run(str(said["run"]), command="undo_import")
    assert (status, undone) == (0, {"reversed": 2, "kept": 0, "failed": 0, "reasons": [], "run": said["run"]})
    assert catalogue_hash() == before


def test_undo_ends_with_1_where_something_was_edited_since(run, importer: Importer) -> None:
    created = importer.world.create("OLD", {"capacity": "9"}, family="mugs")
    _status, said = run(text="sku,capacity\nOLD,2\n")
    importer.world.edit(created.product, {"capacity": "3"})
    status, undone = run(str(said["run"]), command="undo_import")
    assert (status, undone["reversed"], undone["kept"]) == (1, 0, 1)
    assert [(reason["row"], reason["sku"], reason["key"]) for reason in undone["reasons"]] == [
        (2, "OLD", "capacity")
    ]
    assert values("OLD") == {"capacity": "3"}


def test_what_was_not_imported_is_not_undone(run) -> None:
    _status, said = run("--plan", text="sku,family\nA,mugs\n")
    with pytest.raises(CommandError, match="cannot be done now") as error:
        run(str(said["run"]), command="undo_import")
    assert error.value.returncode == 2
