"""Reference records in the admin and as files."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog.models import Asset, ReferenceEntity, ReferenceField, ReferenceRecord
from catalog.structure.announce import announce
from catalog.transfer.references import (
    ReferenceEntityResource,
    ReferenceFieldResource,
    ReferenceRecordResource,
)
from tests.catalog.admin.test_structure_forms import errors_of, form_of
from tests.catalog.records import add_brands
from tests.world import World


@pytest.fixture
def brands(world: World) -> World:
    add_brands(world)
    return world


def test_a_record_is_made_and_its_fields_are_filled_by_locale(brands: World, boss: Client) -> None:
    entity = ReferenceEntity.objects.get(code="brand")
    url = reverse("admin:catalog_referencerecord_add")
    response = boss.post(url, {"entity": entity.pk, "code": "moor", "labels__en_US": "Moor"})
    made = ReferenceRecord.objects.get(code="moor")
    change = reverse("admin:catalog_referencerecord_change", args=[made.pk])
    assert response.url == change
    data = form_of(boss, change)
    assert {"value_country", "value_story__en_US", "value_story__de_DE"} <= data.keys()
    response = boss.post(change, {**data, "value_country": " DK ", "value_story__de_DE": "Aus dem Moor."})
    assert response.status_code == 302
    made.refresh_from_db()
    assert made.values == {"country": "DK", "story|de_DE": "Aus dem Moor."}
    boss.post(change, {**form_of(boss, change), "value_country": ""})
    made.refresh_from_db()
    assert made.values == {"story|de_DE": "Aus dem Moor."}


def test_a_wrong_value_is_said_at_its_field(brands: World, boss: Client) -> None:
    entity = ReferenceEntity.objects.get(code="brand")
    ReferenceField.objects.create(entity=entity, code="founded", type="number")
    with transaction.atomic():
        announce("reference_entity", [entity.pk])
    tarn = ReferenceRecord.objects.get(code="tarn")
    url = reverse("admin:catalog_referencerecord_change", args=[tarn.pk])
    assert "is not a number" in errors_of(boss.post(url, {**form_of(boss, url), "value_founded": "long ago"}))
    assert "founded" not in ReferenceRecord.objects.get(code="tarn").values


def test_a_record_in_use_is_not_deleted_and_leads_to_its_products(brands: World, boss: Client) -> None:
    brands.create("MUG-1", {"brand": "tarn"}, family="mugs")
    tarn, fell = (ReferenceRecord.objects.get(code=code) for code in ("tarn", "fell"))
    url = reverse("admin:catalog_referencerecord_delete", args=[tarn.pk])
    text = boss.get(url).text
    assert '<a href="/admin/catalog/product/?a.brand=tarn">1 product has it</a> (brand)' in text
    boss.post(url, {"post": "yes"})
    assert ReferenceRecord.objects.filter(code="tarn").exists()
    assert boss.post(reverse("admin:catalog_referencerecord_delete", args=[fell.pk]), {"post": "yes"}).status_code == 302  # fmt: skip
    assert not ReferenceRecord.objects.filter(code="fell").exists()
    entity = reverse("admin:catalog_referenceentity_delete", args=[tarn.entity_id])
    assert "The attribute Brand points at Brand." in boss.get(entity).text


def test_a_field_with_values_is_not_removed(brands: World, boss: Client) -> None:
    entity = ReferenceEntity.objects.get(code="brand")
    url = reverse("admin:catalog_referenceentity_change", args=[entity.pk])
    data = form_of(boss, url)
    data |= {name: "{}" for name in data if name.endswith("-params")}
    assert "Write parameters as" in errors_of(boss.post(url, data | {"fields-0-params": '"{}"'}))
    for code in ("country", "story"):
        pk = ReferenceField.objects.get(code=code).pk
        row = next(n.removesuffix("-id") for n, v in data.items() if n.endswith("-id") and str(v) == str(pk))
        assert f"Records have values of {code}" in errors_of(boss.post(url, {**data, f"{row}-DELETE": "on"}))
    assert entity.fields.count() == 2


def test_records_are_suggested_by_code_and_label(brands: World, boss: Client) -> None:
    url = reverse("admin:catalog_referencerecord_suggest", args=["brand"])
    found = {
        term: [each["id"] for each in boss.get(url, {"term": term}).json()["results"]]
        for term in ("SÖHNE", "tar", "", "zz")
    }
    assert found["tar"] == ["tarn"]
    assert found[""] == ["Holt", "fell", "tarn"] or found[""] == ["fell", "Holt", "tarn"]
    assert found["zz"] == []
    assert [each["id"] for each in boss.get(url, {"term": "söhne"}).json()["results"]] == ["Holt"]
    assert boss.get(reverse("admin:catalog_referencerecord_suggest", args=["nothing"])).status_code == 404


def test_entities_fields_and_records_go_out_and_come_in_the_same(brands: World) -> None:
    def whole() -> list[Any]:
        return [
            *ReferenceEntity.objects.order_by("code").values_list("code", "labels"),
            *ReferenceField.objects.order_by("code").values_list("entity__code", "code", "labels", "type", "localizable", "params"),
            *ReferenceRecord.objects.order_by("code").values_list("entity__code", "code", "labels", "values"),
        ]  # fmt: skip

    resources = (ReferenceEntityResource, ReferenceFieldResource, ReferenceRecordResource)
    files = [resource().export() for resource in resources]
    before = whole()
    assert files[2].headers == [
        "entity", "code", "image", "label-en_US", "label-de_DE", "label-fr_FR", "label-de_AT", "label-fr_CA", "value-country",
        "value-story-en_US", "value-story-de_DE", "value-story-fr_FR", "value-story-de_AT", "value-story-fr_CA",
    ]  # fmt: skip
    for resource, file in zip(resources, files, strict=True):
        assert resource().import_data(file, raise_errors=True).totals["skip"] == len(file)
    ReferenceRecord.objects.all().delete()
    ReferenceEntity.objects.all().delete()
    for resource, file in zip(resources, files, strict=True):
        assert resource().import_data(file, raise_errors=True).totals["new"] == len(file)
    assert whole() == before


def test_a_cell_that_the_field_refuses_brings_nothing_in(brands: World) -> None:
    entity = ReferenceEntity.objects.get(code="brand")
    ReferenceField.objects.create(entity=entity, code="founded", type="number")
    with transaction.atomic():
        announce("reference_entity", [entity.pk])
    file = ReferenceRecordResource().export()
    column = file.headers.index("value-founded")
    first, *others = file.dict
    file.wipe()
    rows = [dict(first) | {"value-founded": "long ago"}, *others]
    file.dict = rows
    assert column
    result = ReferenceRecordResource().import_data(file)
    assert "value-founded: 'long ago' is not a number" in str(result.invalid_rows[0].error)
    assert not any("founded" in record.values for record in ReferenceRecord.objects.all())


def test_a_picture_is_shown_and_chosen_from_the_library(brands: World, boss: Client) -> None:
    tarn = ReferenceRecord.objects.get(code="tarn")
    logo, manual = (
        Asset.objects.create(
            sha256=digit * 64, kind=kind, name=name, file=f"assets/{name}", size=1, created_at=timezone.now()
        )
        for digit, kind, name in (("a", "image", "tarn-logo.png"), ("b", "file", "manual.pdf"))
    )
    url = reverse("admin:catalog_referencerecord_change", args=[tarn.pk])
    data = form_of(boss, url)
    assert boss.post(url, {**data, "image": logo.sha256}).status_code == 302
    tarn.refresh_from_db()
    assert tarn.image == logo
    text = boss.get(url).text
    assert "tarn-logo.png" in text
    assert "data-library-dialog" in text
    assert boss.post(url, form_of(boss, url)).status_code == 302
    assert "no picture of the library" in errors_of(boss.post(url, {**data, "image": manual.sha256}))
    tarn.refresh_from_db()
    assert tarn.image == logo
    boss.post(url, {**data, "image": ""})
    tarn.refresh_from_db()
    assert tarn.image is None


def test_a_field_with_values_keeps_its_type_in_the_form_and_from_a_file(brands: World, boss: Client) -> None:
    entity = ReferenceEntity.objects.get(code="brand")
    url = reverse("admin:catalog_referenceentity_change", args=[entity.pk])
    data = form_of(boss, url)
    data |= {name: "{}" for name in data if name.endswith("-params")}
    country = ReferenceField.objects.get(code="country")
    row = next(
        name.removesuffix("-id")
        for name, value in data.items()
        if name.endswith("-id") and str(value) == str(country.pk)
    )
    before = list(ReferenceField.objects.order_by("pk").values())
    for change in ({f"{row}-type": "number"}, {f"{row}-localizable": "on"}):
        said = errors_of(boss.post(url, data | change))
        assert "Records have values of country, so this cannot change" in said
    file = ReferenceFieldResource().export()
    file.dict = [{**line, "type": "number"} if line["code"] == "country" else line for line in file.dict]
    assert "cannot change" in str(ReferenceFieldResource().import_data(file).invalid_rows[0].error)
    assert list(ReferenceField.objects.order_by("pk").values()) == before
    ReferenceRecord.objects.update(values={})
    assert boss.post(url, data | {f"{row}-type": "number"}).status_code == 302
    assert ReferenceField.objects.get(pk=country.pk).type == "number"
