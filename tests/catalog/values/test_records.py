"""Reference records through the door: found in any case, one query however many, shown by their labels, never dangling."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from catalog import search
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models import Product, ReferenceEntity, ReferenceRecord
from catalog.models.tokens import numbered
from catalog.structure import records
from catalog.structure.announce import announce
from catalog.structure.records import FEW
from catalog.values.changes import ProductChange
from catalog.values.write import write
from tests.catalog.records import add_brands, change_record
from tests.channels.stage import work_off_jobs
from tests.world import SYSTEM, World


@pytest.fixture
def brands(world: World) -> World:
    add_brands(world)
    return world


def test_codes_are_matched_in_any_case_and_kept_as_the_record_spells_them(brands: World) -> None:
    mug = brands.create("MUG-1", {"brand": "HOLT", "makers": "TARN,holt"}, family="mugs").product
    row = Product.objects.get(pk=mug)
    assert row.own.values["brand"] == ["Holt"]
    assert row.own.values["makers"] == ["tarn", "Holt"]
    assert set(map(numbered, ["brand=Holt", "makers=tarn", "makers=Holt"])) <= set(
        row.tokens
    )  # `makers` is not filterable
    assert brands.edit(mug, {"brand": "holt"}).status == "unchanged"


def test_a_record_that_is_not_there_is_refused(brands: World) -> None:
    mug = brands.create("MUG-1", {"brand": "tarn"}, family="mugs").product
    for cleaned in (False, True):
        change = ProductChange(product=mug, values={"brand": ["nobody"]}, cleaned=cleaned)
        outcome = write([change], by=SYSTEM)[0]
        assert [(error.key, error.code, error.message) for error in outcome.errors] == [
            ("brand", "unknown_record", "There is no record 'nobody' of Brand: choose one that is there, or add it.")
        ]  # fmt: skip
    assert Product.objects.get(pk=mug).own.values["brand"] == ["tarn"]


def test_a_batch_looks_its_records_up_at_once(brands: World) -> None:
    entity = ReferenceEntity.objects.get(code="brand")

    def asked(first: int, count: int) -> int:
        ReferenceRecord.objects.bulk_create(
            ReferenceRecord(entity=entity, code=f"b{number}") for number in range(first, first + count)
        )
        with transaction.atomic():
            announce("structure", [])
        brands.structure  # noqa: B018 - loaded before it is counted
        changes = [
            ProductChange(
                values={"brand": f"B{number}", "makers": [f"b{number}", "tarn"]}, fields={"sku": f"M{number}", "family": "mugs"}
            )
            for number in range(first, first + count)
        ]  # fmt: skip
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert {outcome.status for outcome in write(changes, by=SYSTEM)} == {"created"}
        return len(captured)

    assert asked(0, 5) == asked(5, 10)


def test_its_label_is_shown_and_searched_and_follows_the_record(brands: World) -> None:
    mug = brands.create("MUG-1", {"brand": "holt"}, family="mugs").product
    kind, spec = ATTRIBUTE_TYPES["reference"], brands.structure.attributes["brand"]
    assert kind.display(["Holt", "gone"], spec, "de_DE") == "Holt & Söhne, [gone]"
    assert list(search.search_text(Product.objects.all(), "söhne")) == [Product.objects.get(pk=mug)]
    rev = Product.objects.get(pk=mug).rev
    change_record("Holt", labels={"en_US": "Holt Brothers"})
    work_off_jobs()
    assert list(search.search_text(Product.objects.all(), "brothers")) == [Product.objects.get(pk=mug)]
    assert list(search.search_text(Product.objects.all(), "söhne")) == []
    assert Product.objects.get(pk=mug).rev == rev
    assert kind.display(["Holt"], brands.structure.attributes["brand"], "de_DE") == "Holt Brothers"


def test_few_records_are_listed_and_many_are_searched_for(brands: World) -> None:
    kind, spec = ATTRIBUTE_TYPES["reference"], brands.structure.attributes["brand"]
    listed = [label for _code, label in kind.form_field(spec).widget.choices]
    assert listed == ["—", "Fell", "Holt & Sons", "Tarn"]
    entity = ReferenceEntity.objects.get(code="brand")
    ReferenceRecord.objects.bulk_create(
        ReferenceRecord(entity=entity, code=f"b{number}") for number in range(FEW)
    )
    with transaction.atomic():
        announce("structure", [])
    spec = brands.structure.attributes["brand"]
    html = kind.form_field(spec).widget.render("v", kind.form_value(["Holt"], spec), {"id": "v"})
    assert 'data-ajax--url="/admin/catalog/referencerecord/suggest/brand/"' in html
    assert html.count("<option") == 1
    assert "Holt &amp; Sons" in html
    assert kind.filter_tokens(spec, "HOLT, b7") == ["brand=Holt", "brand=b7"]


def add_record(code: str, label: str) -> None:
    entity = ReferenceEntity.objects.get(code="brand")
    with transaction.atomic():
        ReferenceRecord.objects.create(entity=entity, code=code, labels={"en_US": label})
        announce("structure", [])


def test_a_record_is_named_by_its_label_in_any_language(brands: World) -> None:
    mug = brands.create("MUG-1", {"brand": "holt &  SÖHNE", "makers": "Tarn, fell"}, family="mugs").product
    assert Product.objects.get(pk=mug).own.values["brand"] == ["Holt"]
    assert Product.objects.get(pk=mug).own.values["makers"] == ["tarn", "fell"]
    add_record("tarn_2", "Tarn")
    outcome = brands.edit(mug, {"brand": "tarn"})  # a code is one record's, whatever labels say
    assert outcome.changed["brand"][1] == ["tarn"]
    add_record("oak", "Oak, Elm & Co")
    add_record("oak_2", "Fell")
    outcome = brands.edit(mug, {"brand": "Fell"})
    assert outcome.changed["brand"][1] == ["fell"]
    outcome = brands.edit(mug, {"brand": "Holt & Sons", "makers": "Oak, Elm & Co"})
    assert outcome.changed["makers"][1] == ["oak"]
    add_record("hs", "Holt & Sons")
    (error,) = brands.edit(mug, {"brand": "Holt & Sons"}).errors
    assert (error.code, error.message) == (
        "ambiguous_record",
        "'Holt & Sons' is the label of several records: write one of the codes Holt, hs.",
    )
    assert Product.objects.get(pk=mug).own.values["brand"] == ["Holt"]


def test_a_cell_has_the_label_where_it_names_one_record(brands: World) -> None:
    kind = ATTRIBUTE_TYPES["reference"]
    add_record("oak", "Oak, Elm & Co")
    add_record("tarn_2", "Fell")  # also the code of another
    add_record("bare", "")
    spec = brands.structure.attributes["makers"]
    for stored, text in (
        (["Holt"], "Holt & Sons"),
        (["tarn", "Holt"], "Tarn, Holt & Sons"),
        (["oak"], "oak"),  # the label would be read as two
        (["tarn_2", "fell"], "tarn_2, fell"),
        (["gone"], "gone"),
        (None, ""),
    ):
        assert kind.to_hand(stored, spec) == {"": text}
    assert {("Holt & Sons", "Holt & Sons"), ("tarn_2", "Fell (tarn_2)"), ("bare", "bare")} <= set(
        kind.hand_choices(spec)
    )


def test_codes_with_the_separator_between_them_are_not_the_label_that_reads_like_them(brands: World) -> None:
    add_record("both", "tarn,holt")
    mug = brands.create("MUG-1", {"makers": "tarn,Holt"}, family="mugs").product
    assert Product.objects.get(pk=mug).own.values["makers"] == ["tarn", "Holt"]


def test_of_very_many_records_the_codes_alone_are_known(
    brands: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "NAMED", 2)
    mug = brands.create("MUG-1", {}, family="mugs").product
    (error,) = brands.edit(mug, {"brand": "Holt & Sons"}).errors
    assert error.code == "unknown_record"
    assert "brand" not in Product.objects.get(pk=mug).own.values
    spec = brands.structure.attributes["brand"]
    assert ATTRIBUTE_TYPES["reference"].to_hand(["Holt"], spec) == {"": "Holt"}
