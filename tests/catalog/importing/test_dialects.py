"""The engine beneath all dialects: several rows a product, several products a row, nothing lost of either."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pytest

from catalog.importing import mapping, report, runs
from catalog.importing.dialects import DIALECTS, Dialect
from catalog.importing.mapping import Column
from catalog.importing.readers.base import Row, Table
from catalog.importing.shapes import PRODUCT_SKU, Made, Shape, Told
from catalog.importing.targets import Target
from catalog.models import ImportProfile, Product
from catalog.values.fingerprint import catalogue_hash
from pim.lib.registry import modules_of
from tests.catalog.importing.files import Importer, row, states, tally, values


class Pairs(Shape):
    """`sku`, `say`, `de`, `twin`: rows of a SKU are one product; a twin begins in the same row."""

    parts = 2

    @property
    def headers(self) -> list[str]:
        return [PRODUCT_SKU, "name", "german"]

    def key(self, cells: Sequence[str]) -> str:
        return self.at(cells, "sku")

    def facts(self, cells: Sequence[str]) -> Iterable[tuple[str, str]]:
        if twin := self.at(cells, "twin"):
            yield f"twin of {self.at(cells, 'sku')}", twin

    def products(self, rows: Sequence[Row], told: Told) -> Iterable[Made]:
        first, cells = rows[0]
        number, german = next(((n, self.at(c, "de")) for n, c in rows if self.at(c, "de")), (first, ""))
        yield Made(first, [self.at(cells, "sku"), self.at(cells, "say"), german], places={2: number})
        for twin in told(f"twin of {self.at(cells, 'sku')}"):
            yield Made(first, [twin, self.at(cells, "say"), ""], part=1)


class Twins(Dialect):
    code, label, shape = "twins", "Twins", Pairs

    def recognise(self, table: Table) -> float:
        return 1.0 if "twin" in table.headers else 0.0

    def known(self, table, structure) -> dict[str, Column]:
        return {
            PRODUCT_SKU: Column("", None, Target(field="sku")),
            "name": Column("", None, Target(attribute="name", locale="en_US")),
            "german": Column("", None, Target(attribute="description", locale="de_DE")),
        }


FILE = """sku,say,de,twin
A,Mug,,A2
B,Cup,,
A,,<p>Tasse</p>,
A,,,
C,Jug,,C2
"""


@pytest.fixture
def twins() -> Iterator[None]:
    with DIALECTS.temporarily(Twins):
        yield


def test_every_file_is_a_dialect_by_its_name() -> None:
    assert DIALECTS.codes() == modules_of("catalog.importing.dialects")


def test_rows_become_products_and_all_of_them_are_counted(importer: Importer, twins: None) -> None:
    before = catalogue_hash()
    run = importer.run(FILE)
    assert tally(run) == (5, 5, 0, 0, 0, 0)
    assert (run.counts["file_rows"], run.counts["products"]) == (5, 5)
    assert [(each.place, each.sku) for each in run.rows.order_by("number")] == [
        (2, "A"), (2, "A2"), (3, "B"), (6, "C"), (6, "C2"),
    ]  # fmt: skip
    assert values("A") == {"name|en_US": "Mug", "description|de_DE": "<p>Tasse</p>"}
    assert importer.undo(run)["reversed"] == 5
    assert catalogue_hash() == before


def test_the_same_file_again_changes_nothing_and_its_rows_are_known(importer: Importer, twins: None) -> None:
    importer.run(FILE)
    again = importer.run(FILE)
    assert (tally(again), again.counts["known"], again.counts["products"]) == ((5, 0, 0, 5, 0, 0), 5, 5)
    moved = importer.run(FILE.replace("B,Cup,,\n", "B,Cup,,\nD,Pot,,\n"))
    assert (tally(moved), moved.counts["known"]) == ((6, 1, 0, 5, 0, 0), 5)


def test_an_error_names_the_row_its_cell_stands_in(importer: Importer, twins: None) -> None:
    run = importer.start("sku,say,de,twin\nA,Mug,,\nB,Cup,,\nA,,nowhen,\n")
    columns = [Column("sku", 0, Target(field="sku")), Column("german", 2, Target(attribute="released"))]
    runs.set_mapping(run, columns, runs.ImportSettings(), user=importer.world.admin)
    from catalog.importing.plan import plan_run
    from catalog.importing.progress import Progress

    plan_run(run, by=importer.actor(run), progress=Progress())
    [problem] = report.errors(run)
    assert (problem["row"], problem["column"], problem["value"]) == (4, "german", "nowhen")
    [rejected] = run.rows.filter(state="rejected")
    assert rejected.place == 2
    assert rejected.notes[0]["message"] == "Its cells come from the rows 2, 4 of the file."
    assert rejected.raw == ["A", "Mug", "nowhen"]


def test_a_cell_beyond_the_last_column_spoils_the_product_and_not_its_neighbours(importer: Importer, twins: None) -> None:  # fmt: skip
    run = importer.plan("sku,say,de,twin\nA,Mug,,\nB,Cup,,,oops\nC,Jug,,\n")
    assert [(code) for _row, _state, _action, code in states(run)] == ["", "surplus_cells", ""]


def test_a_product_whose_rows_exceed_all_bounds_is_refused_beyond_them(importer: Importer, twins: None, monkeypatch) -> None:  # fmt: skip
    monkeypatch.setattr("catalog.importing.shaped.MOST_ROWS", 2)
    run = importer.plan("sku,say,de,twin\nA,Mug,,\nA,,,\nA,Third,,\n")
    assert [(each.place, each.error_code) for each in run.rows.order_by("number")] == [
        (2, ""),
        (4, "duplicate_row"),
    ]
    assert tally(run)[0] == 3


def test_the_dialect_is_found_out_chosen_and_remembered(importer: Importer, twins: None) -> None:
    run = importer.start(FILE)
    assert (run.table["dialect"], list(run.table["headers"])) == ("twins", [PRODUCT_SKU, "name", "german"])
    runs.recognise(run, user=importer.world.admin, choices=runs.Choices(), dialect="plain")
    assert (run.table["dialect"], list(run.table["headers"])) == ("plain", ["sku", "say", "de", "twin"])
    profile = runs.remember(run, user=importer.world.admin, code="rows")
    assert profile.dialect == "plain"
    assert importer.start(FILE, profile=profile).table["dialect"] == "plain"
    other = importer.start(FILE)
    runs.remember(other, user=importer.world.admin, code="twins")
    assert ImportProfile.objects.get(code="twins").dialect == "twins"


def test_what_another_dialect_remembers_of_a_header_is_not_taken_over(
    importer: Importer, twins: None
) -> None:
    ImportProfile.objects.create(
        code="x", mapping=[{"column": "name", "index": 1, "to": {"attribute": "name", "locale": "fr_FR"}}]
    )
    run = importer.start(FILE)
    assert [str(column.to) for column in mapping.from_json(run.mapping)] == [
        "sku",
        "name-en_US",
        "description-de_DE",
    ]


def test_rejected_rows_mended_in_a_spreadsheet_come_back_as_the_products_they_are(importer: Importer, twins: None) -> None:  # fmt: skip
    run = importer.run("sku,say,de,twin\nA,Mug,,A2\nB,Cup,,\n,Nameless,,\n")
    assert tally(run) == (3, 3, 0, 0, 1, 0)
    text = "".join(report.rejected_csv(run)).removeprefix("\ufeff")
    assert text.splitlines()[1].startswith(",Nameless,,4,")
    again = importer.run(text.replace(",Nameless", "N,Named", 1).replace("What is wrong", "twin"))
    assert tally(again) == (1, 1, 0, 0, 0, 0)
    assert Product.objects.get(sku="N")
    assert row(again, 2).values == {"name|en_US": "Named"}
