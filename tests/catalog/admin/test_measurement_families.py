"""Measurement families in the admin and as files: what is in use stays, what changes is worked out anew."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from catalog.measures import BUILT_IN
from catalog.models import (
    Locale,
    MeasurementFamily,
    MeasurementUnit,
    NumberValue,
    ReferenceEntity,
    ReferenceField,
    ReferenceRecord,
)
from catalog.structure.snapshot import Structure
from catalog.structure.units import load, why_family_stays, why_units_stay
from catalog.transfer.measurements import MeasurementFamilyResource, MeasurementUnitResource
from tests.catalog.admin.test_structure_forms import errors_of, form_of
from tests.catalog.unit_chains import apply, finite
from tests.channels.stage import work_off_jobs
from tests.world import World

SAMPLE = Path(__file__).parents[3].parent / "shared" / "samples" / "measurement_families.json"


def row_of(data: dict, unit: MeasurementUnit) -> str:
    return next(
        name.removesuffix("-id")
        for name, value in data.items()
        if name.startswith("units-") and name.endswith("-id") and str(value) == str(unit.pk)
    )


def test_the_built_in_families_are_there_from_the_beginning(db: None) -> None:
    measures = Structure.current().measures
    assert {code: set(spec.units) for code, spec in measures.items()} == {
        code: set(spec.units) for code, spec in BUILT_IN.items()
    }
    assert measures["temperature"].convert(Decimal(212), "FAHRENHEIT", "CELSIUS") == 100
    assert measures["temperature"].label("de_DE") == "Temperatur"


def test_a_unit_in_use_is_not_removed_and_the_message_says_where(world: World, boss: Client) -> None:
    world.create("MUG-1", {"weight": "12 oz"}, family="mugs")
    family = MeasurementFamily.objects.get(code="weight")
    url = reverse("admin:catalog_measurementfamily_change", args=[family.pk])
    data = form_of(boss, url)
    units = {unit.code: unit for unit in family.units.all()}
    text = errors_of(boss.post(url, {**data, f"{row_of(data, units['OUNCE'])}-DELETE": "on"}))
    assert "Products have Weight in OUNCE: MUG-1. Convert them first." in text
    text = errors_of(boss.post(url, {**data, f"{row_of(data, units['KILOGRAM'])}-DELETE": "on"}))
    assert "KILOGRAM is the standard unit" in text
    assert family.units.count() == len(units)
    assert boss.post(url, {**data, f"{row_of(data, units['STONE'])}-DELETE": "on"}).status_code == 302
    assert not family.units.filter(code="STONE").exists()


def test_a_family_in_use_is_not_deleted(world: World, boss: Client) -> None:
    family = MeasurementFamily.objects.get(code="weight")
    url = reverse("admin:catalog_measurementfamily_delete", args=[family.pk])
    assert why_family_stays(family) == ["The attribute Weight is measured in Weight."]
    assert "The attribute Weight is measured in Weight." in boss.get(url).text
    boss.post(url, {"post": "yes"})
    assert MeasurementFamily.objects.filter(code="weight").exists()
    free = MeasurementFamily.objects.get(code="pressure")
    assert boss.post(reverse("admin:catalog_measurementfamily_delete", args=[free.pk]), {"post": "yes"}).status_code == 302  # fmt: skip
    assert not MeasurementFamily.objects.filter(code="pressure").exists()


def test_units_named_by_an_attribute_stay(world: World) -> None:
    attribute = world.attributes["weight"]
    attribute.params |= {"shown": ["POUND"]}
    attribute.save()
    family = MeasurementFamily.objects.get(code="weight")
    assert why_units_stay(family, ["POUND", "STONE"]) == [
        "POUND is a unit of the attribute Weight: take it out there first."
    ]


def test_the_standard_unit_is_a_unit_of_factor_one(world: World, boss: Client) -> None:
    family = MeasurementFamily.objects.get(code="length")
    url = reverse("admin:catalog_measurementfamily_change", args=[family.pk])
    data = form_of(boss, url)
    assert "its factor is 1" in errors_of(boss.post(url, {**data, "standard_unit": "INCH"}))
    assert "is not among the units" in errors_of(boss.post(url, {**data, "standard_unit": "LEAGUE"}))
    row = row_of(data, family.units.get(code="INCH"))
    assert "Give a number above 0" in errors_of(boss.post(url, {**data, f"{row}-factor": "0"}))
    assert MeasurementFamily.objects.get(code="length").standard_unit == "METER"


def test_a_corrected_factor_corrects_what_filters_compare(world: World, boss: Client) -> None:
    mug = world.create("MUG-1", {"weight": "2 st"}, family="mugs").product
    assert NumberValue.objects.get(product=mug).number == pytest.approx(12.70058636)
    family = MeasurementFamily.objects.get(code="weight")
    url = reverse("admin:catalog_measurementfamily_change", args=[family.pk])
    data = form_of(boss, url)
    stone = row_of(data, family.units.get(code="STONE"))
    assert boss.post(url, {**data, f"{stone}-factor": "6.5"}).status_code == 302
    work_off_jobs()
    assert NumberValue.objects.get(product=mug).number == 13.0


def test_families_and_units_go_out_and_come_in_the_same(db: None) -> None:
    def whole() -> list[tuple]:
        columns = (
            "family__code",
            "code",
            "labels",
            "symbol",
            "uncefact",
            "factor",
            "per",
            "offset",
            "position",
        )
        return [
            *MeasurementFamily.objects.order_by("code").values_list("code", "labels", "standard_unit"),
            *MeasurementUnit.objects.order_by("family__code", "code").values_list(*columns),
        ]  # fmt: skip

    for code in ("en_US", "de_DE", "fr_FR"):
        Locale.objects.create(code=code, name=code)
    families, units = MeasurementFamilyResource().export(), MeasurementUnitResource().export()
    before = whole()
    again = [MeasurementFamilyResource().import_data(families), MeasurementUnitResource().import_data(units)]
    assert [result.totals["skip"] for result in again] == [len(families), len(units)]
    MeasurementFamily.objects.all().delete()
    for resource, data in ((MeasurementFamilyResource, families), (MeasurementUnitResource, units)):
        result = resource().import_data(data, raise_errors=True)
        assert result.totals["new"] == len(data)
    assert whole() == before


@pytest.mark.skipif(not SAMPLE.is_file(), reason="the folder of samples is not beside this repository")
def test_another_pims_families_are_expressed_without_loss(db: None) -> None:
    """24 families of 199 units: each conversion (a chain of steps on the amount) is our factor, divisor and offset."""
    listed = json.loads(SAMPLE.read_text(encoding="utf-8"))
    MeasurementFamily.objects.all().delete()
    chains = {}
    for entry in listed:
        family = MeasurementFamily(
            code=entry["code"], labels=entry["labels"], standard_unit=entry["standard_unit_code"]
        )
        family.full_clean()
        family.save()
        for position, unit in enumerate(entry["units"].values()):
            steps = [
                (step["operator"], Fraction(step["value"]))
                for step in unit["convert_from_standard"]
            ]  # fmt: skip
            chains[entry["code"], unit["code"]] = steps
            scale, shift = apply(steps, Fraction(1)) - apply(steps, Fraction(0)), apply(steps, Fraction(0))
            factor, per = finite(scale)
            row = MeasurementUnit(
                family=family, code=unit["code"], labels=unit["labels"], symbol=unit["symbol"] or unit["code"],
                factor=factor, per=per, offset=finite(shift / scale)[0], position=position,
            )  # fmt: skip
            row.full_clean()
            row.save()
    measures = load()
    assert (len(measures), sum(len(family.units) for family in measures.values())) == (24, 199)
    for (family, unit), steps in chains.items():
        assert measures[family].units[unit].to_base(Fraction(7, 2)) == apply(steps, Fraction(7, 2)), unit


def test_a_family_and_its_units_stay_while_records_are_measured_in_them(world: World) -> None:
    entity = ReferenceEntity.objects.create(code="pack", labels={"en_US": "Pack"})
    family = MeasurementFamily.objects.create(code="bulk", standard_unit="SACK")
    for code, factor in (("SACK", "1"), ("BALE", "12"), ("HEAP", "40")):
        MeasurementUnit.objects.create(family=family, code=code, symbol=code.lower(), factor=factor)
    ReferenceField.objects.create(
        entity=entity, code="load", type="measurement", params={"family": "bulk", "unit": "BALE"}
    )
    ReferenceRecord.objects.create(
        entity=entity, code="big", values={"load": {"amount": "2", "unit": "HEAP"}}
    )
    assert why_family_stays(family) == ["The field [load] of Pack is measured in [bulk]."]
    assert why_units_stay(family, ["BALE", "HEAP"]) == [
        "BALE is a unit of the field [load] of Pack: take it out there first.",
        "Records have [load] in HEAP: big. Convert them first.",
    ]


@pytest.mark.parametrize("unit", ["NOPE", "GRAM"])
def test_a_file_does_not_take_the_standard_unit_from_a_family(db: None, unit: str) -> None:
    file = MeasurementFamilyResource().export()
    assert MeasurementFamilyResource().import_data(file, raise_errors=True).totals["skip"] == len(file)
    file.dict = [{**line, "standard_unit": unit} if line["code"] == "weight" else line for line in file.dict]
    result = MeasurementFamilyResource().import_data(file)
    assert f"{unit} is no unit of this family with the factor 1" in str(result.invalid_rows[0].error)
    assert MeasurementFamily.objects.get(code="weight").standard_unit == "KILOGRAM"
