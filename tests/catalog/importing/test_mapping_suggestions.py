"""Columns find their targets: by code, by label, from a profile, by content."""

from __future__ import annotations

import pytest
from django.db import transaction

from catalog.importing import mapping, runs
from catalog.importing.content import is_price, unit_in
from catalog.importing.mapping import Column, MappingRefused
from catalog.importing.readers.base import Note, Table
from catalog.importing.settings import ImportSettings, SettingsRefused
from catalog.importing.suggest import columns
from catalog.importing.targets import Target
from catalog.models import Attribute, AttributeGroup, ImportProfile, Locale, Role, User
from catalog.models.access import Grant
from catalog.structure.announce import announce
from tests.catalog.importing.files import Importer, row, tally
from tests.world import World


def table(*headers: str, sample: list[list[str]] | None = None) -> Table:
    rows = tuple((number, cells) for number, cells in enumerate(sample or [], 2))
    return Table(format="csv", headers=headers, header_row=1, sample=rows)


def found(columns: list[Column]) -> dict[str, tuple[str, str]]:
    return {column.column: (str(column.to or ""), column.why) for column in columns}


def test_codes_and_labels_are_found_and_the_rest_is_left_out(world: World) -> None:
    assert found(columns(table("sku", "Color", "Capacity", "Name de_DE", "Notes"), world.structure)) == {
        "sku": ("sku", "code"),
        "Color": ("color", "code"),
        "Capacity": ("capacity", "code"),
        "Name de_DE": ("name-de_DE", "label"),
        "Notes": ("", ""),
    }


def test_a_localised_attribute_without_locale_goes_to_the_first_locale_by_its_label(world: World) -> None:
    assert found(columns(table("sku", "Name"), world.structure))["Name"] == ("name-en_US", "label")


def test_a_label_of_several_languages_is_to_be_checked(world: World) -> None:
    Attribute.objects.filter(code="name").update(labels={"en_US": "Name", "de_DE": "Name"})
    Attribute.objects.filter(code="description").update(
        labels={"en_US": "Description", "de_DE": "Beschreibung"}
    )
    with transaction.atomic():
        announce("attribute", Attribute.objects.values_list("pk", flat=True))
    assert found(columns(table("sku", "Name", "Beschreibung"), world.structure)) == {
        "sku": ("sku", "code"), "Name": ("name-en_US", "language"), "Beschreibung": ("description-de_DE", "label"),
    }  # fmt: skip


def test_two_columns_never_get_the_same_target(world: World) -> None:
    assert found(columns(table("ean", "EAN"), world.structure)) == {"ean": ("ean", "code"), "EAN": ("", "")}


def test_content_tells_a_gtin_a_price_and_options(world: World) -> None:
    sample = [["4006381333931", "9,90 EUR", "red"], ["5901234123457", "12 EUR", "Navy blue"], ["", "", ""]]
    guessed = found(columns(table("Barcode", "Our offer", "Farbe", sample=sample), world.structure))
    assert guessed == {
        "Barcode": ("ean", "content"),
        "Our offer": ("price", "content"),
        "Farbe": ("color", "content"),
    }


def test_a_name_that_stands_below_another_is_known_alone(world: World) -> None:
    """ "Article" merged over "Art. no." and "Color"; "Weight" stands below the product and below its parcel."""
    names = ["Art. no.", "Color", "Weight", "Weight"]
    stacked = Table(
        format="xlsx", headers=("Article Art. no.", "Article Color", "Product Weight", "Parcel Weight"), header_row=3,
        notes=(Note("stacked_header", {"first": 2, "last": 3}),), head=((2, ["Article", "", "Product", "Parcel"]), (3, names)),
        sample=((4, ["A", "", "", ""]),),
    )  # fmt: skip
    assert found(columns(stacked, world.structure)) == {
        "Article Art. no.": ("sku", "content"), "Article Color": ("color", "content"), "Product Weight": ("", ""), "Parcel Weight": ("", ""),
    }  # fmt: skip


def test_content_tells_measures_lists_of_options_families_and_categories(world: World) -> None:
    sample = [
        ["350 g", "Stackable; handmade", "Mugs", "Cups", "0.5 l"],
        ["1.2 kg", "engravable", "shirts", "Kitchen", "1 l"],
    ]
    guessed = columns(table("A", "B", "C", "D", "E", sample=sample), world.structure)
    assert found(guessed) == {
        "A": ("weight", "content"),
        "B": ("features", "content"),
        "C": ("family", "content"),
        "D": ("categories", "content"),
        "E": ("", ""),  # litres are no weight
    }
    assert guessed[1].options == {"list_separator": ";"}


def test_of_several_gtins_the_attribute_of_that_kind_is_meant_and_a_wrong_check_digit_is_none(
    world: World,
) -> None:
    Attribute.objects.create(
        code="supplier_no", type="identifier", group=AttributeGroup.objects.get(code="technical"), labels={}
    )
    with transaction.atomic():
        announce("attribute", [])
    good, bad = [["4006381333931"], ["5901234123457"]], [["4006381333932"], ["5901234123458"]]
    assert found(columns(table("N", sample=good), world.structure))["N"] == ("ean", "content")
    assert found(columns(table("N", sample=bad), world.structure))["N"] == ("", "")


def test_a_name_that_is_misspelt_or_the_trades_own_word_is_found_and_to_be_checked(world: World) -> None:
    guessed = found(columns(table("Capaccity", "Désignation", "Langtext", "Name EN", "Cap"), world.structure))
    assert guessed == {
        "Capaccity": ("capacity", "alike"),
        "Désignation": ("name-fr_FR", "content"),
        "Langtext": ("description-de_DE", "content"),
        "Name EN": ("name-en_US", "label"),
        "Cap": ("", ""),
    }


def test_what_was_left_out_stays_left_out(importer: Importer) -> None:
    run = importer.start("sku;Preis\nA;1 EUR\nB;2 EUR\n")
    runs.set_mapping(
        run, [Column("sku", 0, Target(field="sku")), Column("Preis", 1)], ImportSettings(), user=importer.world.admin
    )  # fmt: skip
    profile = runs.remember(run, user=importer.world.admin, code="acme")
    again = importer.start("sku;Preis\nA;1 EUR\nB;2 EUR\n", profile=profile)
    assert found(mapping.from_json(again.mapping))["Preis"] == ("", "remembered")


def test_words_of_the_trade_name_a_price_a_barcode_and_a_unit(world: World) -> None:
    guessed = columns(
        table("Artikelnummer", "VK EUR", "Price (USD)", "UPC", "Weight (g)", "Warengruppe"), world.structure
    )
    assert found(guessed) == {
        "Artikelnummer": ("sku", "content"),
        "VK EUR": ("price-EUR", "content"),
        "Price (USD)": ("price-USD", "content"),
        "UPC": ("ean", "content"),
        "Weight (g)": ("weight", "content"),
        "Warengruppe": ("family", "content"),
    }
    assert guessed[4].options == {"unit": "GRAM"}


def test_content_that_only_looks_alike_is_not_taken(world: World) -> None:
    sample = [["4006381333930", "100 mm", "red wine"], ["1234567890123", "90 mm", "a tree"]]
    guessed = columns(table("A", "B", "C", sample=sample), world.structure)
    assert [column.to for column in guessed] == [None, None, None]


def test_without_guessing_only_names_count(world: World) -> None:
    sample = [["4006381333931"], ["5901234123457"]]
    assert found(columns(table("Barcode", sample=sample), world.structure, guess=False))["Barcode"] == (
        "",
        "",
    )


def test_a_profile_remembers_headers_fixed_values_and_what_is_ignored(importer: Importer) -> None:
    run = importer.start("Nr;Bez;Farbe\nA;Mug;rot\n")
    runs.set_mapping(
        run,
        [
            Column("Nr", 0, Target(field="sku")),
            Column("Bez", 1, Target(attribute="name", locale="de_DE")),
            Column("Farbe", 2, Target(attribute="color"), values={"rot": "red"}),
            Column("", None, Target(field="family"), value="mugs"),
        ],
        ImportSettings(),
        user=importer.world.admin,
    )
    profile = runs.remember(run, user=importer.world.admin, code="acme")
    again = importer.start("Farbe;Extra;NR;Bez\nROT;x;B;Cup\n", profile=profile)
    assert found(mapping.from_json(again.mapping)) == {
        "Farbe": ("color", "remembered"),
        "Extra": ("", ""),
        "NR": ("sku", "remembered"),
        "Bez": ("name-de_DE", "remembered"),
        "": ("family", ""),
    }
    planned = importer.plan("Farbe;Extra;NR;Bez\nROT;x;B;Cup\n", profile=profile)
    assert tally(planned) == (1, 1, 0, 0, 0, 0)
    assert row(planned, 2).values == {"color": "red", "name|de_DE": "Cup"}
    assert row(planned, 2).fields == {"sku": "B", "family": "mugs"}


def test_another_profiles_header_is_suggested_to_a_run_without_profile(importer: Importer) -> None:
    ImportProfile.objects.create(
        code="x", mapping=[{"column": "Bez", "index": 1, "to": {"attribute": "name", "locale": "fr_FR"}}]
    )
    run = importer.start("sku;Bez\nA;b\n")
    assert found(mapping.from_json(run.mapping))["Bez"] == ("name-fr_FR", "remembered")


@pytest.mark.parametrize(
    "entry",
    [
        {"column": "a", "index": 0, "to": "sku", "rights": 1},
        {"column": "a", "index": 0, "to": "is_superuser"},
        {"column": "a", "index": 0, "to": "sku", "empty": "drop"},
        {"column": "a", "index": 0, "to": "sku", "options": {"thousands": "."}},
    ],
)
def test_an_unknown_key_of_a_stored_mapping_is_refused(entry: dict) -> None:
    with pytest.raises(MappingRefused):
        mapping.from_json([entry])


@pytest.mark.parametrize("data", [{"speed": 1}, {"decimal": ";"}, {"empty": "drop"}, {"create": "yes"}])
def test_an_unknown_setting_is_refused(data: dict) -> None:
    with pytest.raises(SettingsRefused):
        ImportSettings.from_json(data)


def test_settings_store_only_what_differs() -> None:
    assert ImportSettings.from_json({"decimal": ",", "empty": "keep"}).as_json() == {"decimal": ","}


def test_a_mapping_without_sku_or_with_a_target_twice_is_not_planned(world: World) -> None:
    twice = [Column("a", 0, Target(attribute="ean")), Column("b", 1, Target(attribute="ean"))]
    assert mapping.faults(twice, world.structure) == [
        "Both 'a' and 'b' go to Ean: choose one of them, or make one text of both.",
        "No column is the SKU: choose the column by which products are found.",
    ]


def test_columns_a_person_may_not_write_are_left_out_and_named(importer: Importer) -> None:
    role = Role.objects.create(
        code="tr", verbs=["product.view", "product.edit", "product.create", "import.run"]
    )
    grant = Grant.objects.create(role=role, may_edit=True)
    grant.groups.add(AttributeGroup.objects.get(code="marketing"))
    grant.locales.add(Locale.objects.get(code="de_DE"))
    user = User.objects.create_user("tina", is_staff=True)
    user.roles.add(role)
    importer.world.create("M1", {"name|en_US": "Mug", "name|de_DE": "Becher"}, family="mugs")
    run = importer.plan("sku,name-de_DE,name-en_US,ean\nM1,Tasse,Cup,4006381333931\n", user=user)
    assert run.counts["refused_columns"] == ["name-en_US", "ean"]
    assert row(run, 2).changes == {"name|de_DE": ["Becher", "Tasse"]}


def test_headers_that_differ_by_case_only_are_remembered_apart(world: World) -> None:
    known = [Column("WEIGHT", 0, Target(attribute="weight")), Column("Weight", 1), Column("Colour", 2)]
    fitted = mapping.fit(known, ["Weight", "WEIGHT", "COLOUR"])
    assert [(place, column.column, str(column.to or "")) for place, column in fitted.items()] == [
        (0, "Weight", ""), (1, "WEIGHT", "weight"), (2, "COLOUR", ""),
    ]  # fmt: skip
    assert mapping.fit(known, ["weight"]) == {}  # either could be meant
    assert list(mapping.fit(known[:1], ["Weight", "weight"])) == []


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("9,90 €", True), ("EUR 1.200,00", True), ("$5", True), ("19,- €", True), ("LED 10", False), ("USB 3", False),
     ("5", False), ("ab 5 EUR", False), ("1" * 5000, False)],
)  # fmt: skip
def test_a_price_is_an_amount_with_a_currency_that_is_known(text: str, is_one: bool) -> None:
    assert is_price(text, {"EUR": 1, "USD": 2}) == is_one


def test_an_amount_says_its_unit() -> None:
    assert [unit_in(text) for text in ("80 mm", " 1,5kg ", '9"', "80", "mm", "1 " * 5000)] == [
        "mm", "kg", '"', "", "", "",
    ]  # fmt: skip
