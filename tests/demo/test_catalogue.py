"""The range is complete in itself: every value names an attribute, option, family and category that exists."""

from collections import Counter
from datetime import date

import pytest
from stdnum import ean

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.structure.specs import AttributeSpec, OptionSpec
from catalog.values.keys import Key
from pim.demo.catalogue import Readiness, products, structure
from pim.demo.catalogue.content import LOCALES, option_label, read
from pim.demo.catalogue.products import _all
from pim.demo.pictures.palette import COLORS

ROWS = list(products())
BY_SKU = {row.sku: row for row in ROWS}
SELLABLE = [row for row in ROWS if row.sellable]
STRUCTURE = structure()
ATTRIBUTES = {row["code"]: row for row in STRUCTURE["attributes"]}


def resolved(row, key):
    while row:
        if key in row.values:
            return row.values[key]
        row = BY_SKU.get(row.parent)
    return None


def spec_of(row) -> AttributeSpec:
    options = {
        option["code"]: OptionSpec(option["code"], option["labels"], place)
        for place, option in enumerate(row["options"])
    }
    return AttributeSpec(
        id=1, code=row["code"], type=row["type"], group=row["group"], labels=row["labels"], localizable=row["localizable"],
        scopable=row["scopable"], unique=row["unique"], filterable=row["filterable"], searchable=row["searchable"],
        params=row["params"], options=options,
    )  # fmt: skip


def test_the_range_has_300_sellable_products_in_11_families():
    assert len(ROWS) == 384
    assert Counter(row.kind for row in ROWS) == {"variant": 271, "simple": 29, "model": 54, "submodel": 30}
    assert len({row.family for row in SELLABLE}) == 11
    assert len(BY_SKU) == 384


def test_the_planted_gaps_are_counted_exactly():
    assert Counter(row.readiness for row in SELLABLE) == {
        Readiness.READY: 108,
        Readiness.UNTRANSLATED: 60,
        Readiness.NO_PICTURE: 36,
        Readiness.WAITING: 36,
        Readiness.FAULTY: 33,
        Readiness.UNFINISHED: 27,
    }


def test_the_structure_has_its_exact_size():
    assert {name: len(rows) for name, rows in STRUCTURE.items()} == {
        "locales": 4, "currencies": 2, "contexts": 6, "sources": 3, "source_policies": 3, "attribute_groups": 8,
        "entities": 2, "attributes": 58, "families": 11, "family_variants": 9, "categories": 43, "channels": 3, "campaigns": 2, "gtin_pools": 1, "terms": 4,
    }  # fmt: skip


def test_every_attribute_type_is_used():
    assert {row["type"] for row in STRUCTURE["attributes"]} == {
        "text", "richtext", "identifier", "number", "boolean", "date", "select", "multiselect", "measurement", "price",
        "image", "images", "file", "video", "color", "counted_list", "datetime", "link", "table",
        "reference", "product_reference", "association", "packaging",
    }  # fmt: skip


def test_every_attribute_has_parameters_its_type_knows():
    for row in STRUCTURE["attributes"]:
        assert ATTRIBUTE_TYPES[row["type"]].clean_params(row["params"]) is not None


def test_every_value_is_stored_as_its_type_stores_it():
    specs = {code: spec_of(row) for code, row in ATTRIBUTES.items()}
    for row in ROWS:
        for text, value in row.values.items():
            spec = specs[Key.parse(text).attribute]
            if spec.type == "price":
                continue  # its currencies come from the structure, not from the attribute
            assert ATTRIBUTE_TYPES[spec.type].clean(value, spec) == value, (row.sku, text)


def test_every_key_names_an_attribute_of_the_family_a_locale_and_a_context():
    locales = {row["code"] for row in STRUCTURE["locales"]}
    contexts = {row["code"] for row in STRUCTURE["contexts"]}
    families = {row["code"]: set(row["attributes"]) for row in STRUCTURE["families"]}
    for row in ROWS:
        for text in [*row.values, *row.images]:
            key = Key.parse(text)
            attribute = ATTRIBUTES[key.attribute]
            assert key.attribute in families[row.family], (row.sku, text)
            assert bool(key.locale) == attribute["localizable"], (row.sku, text)
            assert key.locale in locales | {""}
            assert key.context in contexts | {""}
            assert not key.context or attribute["scopable"], (row.sku, text)


def test_trees_are_whole_and_parents_come_first():
    variants = {row["code"]: row for row in STRUCTURE["family_variants"]}
    categories = {row["code"] for row in STRUCTURE["categories"]}
    seen = set()
    for row in ROWS:
        assert row.parent is None or row.parent in seen
        seen.add(row.sku)
        assert set(row.categories) <= categories
        assert row.categories or row.parent
        if row.parent:
            for axis in variants[row.family_variant]["levels"][row.level - 1]["axes"]:
                assert axis in row.values


def test_siblings_differ_in_their_axes():
    axes = Counter()
    for row in ROWS:
        if row.parent:
            values = tuple(row.values.get(axis) for axis in ("color", "size", "shoe_size", "fill_volume"))
            axes[row.parent, values] += 1
    assert set(axes.values()) == {1}


def test_every_gtin_is_unique_of_the_restricted_range_and_valid_but_for_the_four_planted():
    codes = [row.values["gtin"] for row in SELLABLE]
    assert len(set(codes)) == 300
    assert {code[:3] for code in codes} == {"290"}
    bad = [row for row in SELLABLE if not ean.is_valid(row.values["gtin"])]
    assert len(bad) == 4
    assert {row.readiness for row in bad} == {Readiness.FAULTY}


@pytest.mark.parametrize("locale", LOCALES)
def test_ready_products_have_every_text_a_picture_and_both_prices(locale):
    for row in SELLABLE:
        if row.readiness in (Readiness.READY, Readiness.WAITING):
            for attribute in ("name", "short_description", "description"):
                assert resolved(row, f"{attribute}|{locale}"), (row.sku, attribute)
            assert set(resolved(row, "price")) == {"EUR", "USD"}
            assert resolved(row, "weight")


def test_titles_fit_the_shop_but_for_the_planted_ones():
    too_long = set()
    for row in SELLABLE:
        for locale in LOCALES:
            name = resolved(row, f"name|{locale}")
            parts = [
                option_label(axis, resolved(row, axis), locale)
                for axis in ("color", "size", "shoe_size", "fill_volume")
                if resolved(row, axis)
            ]
            title = ", ".join([f"{option_label('brand', resolved(row, 'brand'), locale)} {name}", *parts])
            if name and len(title) > 75:
                too_long.add(row.readiness)
                assert locale == "de_DE"
    assert too_long == {Readiness.FAULTY}


def test_no_text_has_an_unfilled_placeholder_or_a_plain_space_before_french_marks():
    for row in ROWS:
        for key, value in row.values.items():
            if isinstance(value, str):
                assert "{" not in value, (row.sku, key)
                if "|fr_FR" in key:
                    assert not any(f" {mark}" in value for mark in ":;!?»"), (row.sku, key, value)


def test_building_it_twice_gives_the_same():
    before = list(ROWS)
    _all.cache_clear()
    assert list(products()) == before


def test_campaigns_lie_around_the_given_day_and_speak_to_consumers_only():
    sale, weeks = structure(date(2026, 11, 3))["campaigns"]
    assert (sale["starts_at"].isoformat(), sale["ends_at"].isoformat()) == (
        "2027-06-21T00:00:00+00:00",
        "2027-08-01T00:00:00+00:00",
    )
    assert weeks["starts_at"].date() == date(2026, 10, 31)
    assert sale["values"]["TH-SKARV1"]["price||consumer"] == {"EUR": "175.2", "USD": "199.2"}
    keys = {key for campaign in (sale, weeks) for values in campaign["values"].values() for key in values}
    assert {Key.parse(key).context for key in keys} == {"consumer"}


def test_channel_profiles_name_attributes_that_exist():
    families = {row["code"] for row in STRUCTURE["families"]}
    for channel in STRUCTURE["channels"]:
        targets = [(row["target"], row["family"]) for row in channel["fields"]]
        assert len(set(targets)) == len(targets)
        for row in channel["fields"]:
            assert row["family"] in families | {None}
            assert "attribute" not in row["source"] or row["source"]["attribute"] in ATTRIBUTES
        assert {row["attribute"] for row in channel["requirements"]} <= set(ATTRIBUTES)


def test_swatches_are_the_colours_of_the_pictures():
    assert read("swatches") == {code: "#{:02X}{:02X}{:02X}".format(*rgb) for code, rgb in COLORS.items()}
