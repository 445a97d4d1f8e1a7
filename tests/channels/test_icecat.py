"""A whole catalogue of another PIM, expressed in ours without loss, and as complete for each channel and locale."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

import pytest
from django.db import transaction

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models import (
    Asset,
    Attribute,
    Category,
    Family,
    FamilyVariant,
    Option,
    Product,
    ProductCategory,
    User,
)
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values.keys import attribute_of
from channels.models import Channel, Completeness
from tests.catalog.importing.files import Importer, tally
from tests.channels import icecat
from tests.channels.icecat import FOLDER, chain_of, rows, sku_of, split, targets
from tests.channels.stage import work_off_jobs
from tests.world import World

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the folder of samples is not beside this repository"),
]


def test_the_whole_catalogue_is_expressed_without_loss_and_as_complete(db: None) -> None:
    icecat.build_structure()
    outcomes = icecat.write_all()
    assert [(outcome.ref, outcome.errors) for outcome in outcomes if outcome.status != "created"] == []
    work_off_jobs()
    the_structure_is_whole()
    wrong_check_digits_are_kept_with_a_warning(outcomes)
    every_cell_reads_back()
    completeness_is_the_same()


def test_its_files_are_uploaded_as_they_are(db: None, tmp_path: Path, settings) -> None:
    """Models and products come in through the import, and say what they say when they are written from the files."""
    settings.MEDIA_ROOT = tmp_path
    icecat.build_structure()
    try:
        with transaction.atomic():
            assert {outcome.status for outcome in icecat.write_all()} == {"created"}
            written = stored_products()
            raise _TakenBack
    except _TakenBack:
        assert Product.objects.count() == 0
    importer = Importer(World(admin=User.objects.create_superuser("boss")))
    counts = []
    for name in ("product_models", "products"):
        run = importer.run((FOLDER / f"{name}.csv").read_text(encoding="utf-8-sig"))
        assert run.table["dialect"] == "akeneo"
        counts.append(tally(run))
    assert counts == [(81, 81, 0, 0, 0, 0), (1239, 1239, 0, 0, 0, 0)]
    assert stored_products() == written
    again = importer.run((FOLDER / "products.csv").read_text(encoding="utf-8-sig"))
    assert tally(again) == (1239, 0, 0, 1239, 0, 0)


class _TakenBack(Exception):
    pass


def stored_products() -> dict[str, tuple[object, ...]]:
    """What each product says, but for files, of which the sample has the names only. Products by SKU."""
    structure = Structure.current()
    skus = dict(Product.objects.values_list("pk", "sku"))
    linking = {spec.code for spec in structure.linking}
    placed: dict[int, list[str]] = {}
    for pk, code in ProductCategory.objects.values_list("product_id", "category__code"):
        placed.setdefault(pk, []).append(code)
    found = {}
    for product in Product.objects.select_related("own"):
        values = {
            key: sorted(skus[entry["product"]] for entry in value) if attribute_of(key) in linking else value
            for key, value in product.own.values.items()
            if attribute_of(key) not in structure.asset_attributes
        }
        found[product.sku] = (
            product.kind, product.enabled, product.family_id, product.family_variant_id, skus.get(product.parent_id or 0),
            sorted(placed.get(product.pk, ())), values,
        )  # fmt: skip
    return found


def the_structure_is_whole() -> None:
    structure = Structure.current()
    own = Attribute.objects.exclude(type="association")
    assert own.count() + 1 == 77  # and the SKU, which is the product's own
    assert Attribute.objects.filter(type="association").count() == len(rows("association_types")) == 4
    assert (Family.objects.count(), FamilyVariant.objects.count()) == (17, 9)
    assert (Category.objects.count(), Option.objects.count()) == (168, 121)
    assert (Product.objects.exclude(kind__in=["model", "submodel"]).count(), Product.objects.count()) == (
        1239,
        1320,
    )
    assert Product.objects.filter(family=None).count() == 1
    assert {
        channel.code: (
            sorted(channel.locales.values_list("code", flat=True)),
            sorted(channel.currencies.values_list("code", flat=True)),
            channel.context.code,
        )
        for channel in Channel.objects.all()
    } == {
        code: (["de_DE", "en_US", "fr_FR"], ["EUR", "USD"], code) for code in ("mobile", "print", "ecommerce")
    }
    assert {code for code in ("Weight", "Length") if code in structure.measures} == {"Weight", "Length"}
    by_level = {
        row["code"]: (split(row["variant-axes_1"]), split(row["variant-axes_2"]))
        for row in rows("family_variants")
    }
    assert {
        spec.code: ([*spec.axes.get(1, ())], [*spec.axes.get(2, ())]) for spec in structure.variants.values()
    } == by_level
    parents = {row["sku"]: row["parent"] for row in rows("products") if row["parent"]}
    stored = dict(Product.objects.filter(sku__in=parents).values_list("sku", "parent__sku"))
    assert sum(stored[sku] != parent for sku, parent in parents.items()) == 18  # found by another case
    assert all(stored[sku].casefold() == parent.casefold() for sku, parent in parents.items())


def wrong_check_digits_are_kept_with_a_warning(outcomes: list) -> None:
    given = {row["sku"]: row["ean"] for row in rows("products") if row["ean"]}
    wrong = {sku for sku, ean in given.items() if not has_right_check_digit(ean)}
    warned = {outcome.ref for outcome in outcomes for warning in outcome.warnings if warning.key == "ean"}
    assert warned == wrong
    assert len(wrong) > len(given) / 2


def has_right_check_digit(ean: str) -> bool:
    digits = [int(digit) for digit in ean]
    weighed = sum(digit * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits[:-1])))
    return (10 - weighed % 10) % 10 == digits[-1]


def every_cell_reads_back() -> None:
    """Each filled cell of each row, out of what is stored and inherited, through the types' own columns."""
    structure = Structure.current()
    files = dict(Asset.objects.values_list("sha256", "name"))
    ids = {sku.upper(): pk for sku, pk in Product.objects.values_list("sku", "pk")}
    loaded = bundles.load(ids.values(), structure=structure)
    placed: dict[int, list[str]] = {}
    for pk, code in ProductCategory.objects.order_by("position").values_list("product_id", "category__code"):
        placed.setdefault(pk, []).append(code)
    lost, unread, cells = [], set(), 0
    for name in ("product_models", "products"):
        known = targets(rows(name)[0], structure)
        for row in rows(name):
            bundle = loaded[ids[sku_of(row).upper()]]
            effective = bundle.effective
            for header, cell in row.items():
                if not cell:
                    continue
                cells += 1
                target = known.get(header)
                if target is None:
                    unread.add(header)
                elif target.field:
                    if own_field(target.field, bundle, placed) != own_cell(target.field, cell):
                        lost.append((sku_of(row), header, cell))
                else:
                    spec = structure.attributes[target.attribute]
                    stored = effective.get(target.key)
                    columns = ATTRIBUTE_TYPES[spec.type].to_columns(stored, spec, structure)
                    back = columns.get(target.part, "")
                    if normalised(files.get(back, back)) != normalised(cell):
                        lost.append((sku_of(row), header, cell, back))
    assert unread == set()
    assert lost == []
    assert cells > 12_000


def own_field(name: str, bundle: bundles.Bundle, placed: Mapping[int, list[str]]) -> str:
    product = bundle.product
    parts = {
        "sku": product.sku, "enabled": "1" if product.enabled else "0", "family": bundle.family.code if bundle.family else "",
        "family_variant": bundle.variant.code if bundle.variant else "", "parent": bundle.levels[1].sku if len(bundle.levels) > 1 else "",
        "categories": ",".join(placed.get(product.pk, [])),
    }  # fmt: skip
    return own_cell(name, parts[name])


def own_cell(name: str, text: str) -> str:
    """Codes are the same in any case; categories in any order."""
    return ",".join(sorted(split(text.casefold()))) if name == "categories" else text.casefold()


@cache
def normalised(text: str) -> str:
    """Numbers by value, codes and lists of them in any case and order, text by its words."""
    plain = " ".join(text.replace("\ufeff", "").split())  # a mark nobody sees, which no text keeps
    if plain.startswith("files/"):
        return plain.split("/", 2)[2]  # a model's picture stands once more under each variant's own folder
    plain = {"true": "1", "false": "0"}.get(plain, plain)
    try:
        return str(Decimal(plain).normalize())
    except InvalidOperation:
        is_list = "," in plain and " " not in plain
        return ",".join(sorted(plain.casefold().split(","))) if is_list else plain.casefold()


# --- completeness, once more and only from the files


def completeness_is_the_same() -> None:
    channels = {channel.code: channel.pk for channel in Channel.objects.all()}
    stored = {
        (sku.upper(), channel, locale): (required, missing)
        for sku, channel, locale, required, missing in Completeness.objects.values_list(
            "product__sku", "channel_id", "locale", "required", "missing"
        )
    }
    expected = {}
    for row in rows("products"):
        if not row["family"]:
            continue
        for channel in rows("channels"):
            for locale in split(channel["locales"]):
                expected[row["sku"].upper(), channels[channel["code"]], locale] = counted(
                    row, channel, locale
                )
    assert len(expected) == 1238 * 9
    assert {slot: percent(*score) for slot, score in stored.items()} == {
        slot: percent(*score) for slot, score in expected.items()
    }
    assert stored == expected
    assert len({percent(*score) for score in stored.values()}) > 10


def percent(required: int, missing: int) -> int:
    return 100 * (required - missing) // required


def counted(row: Mapping[str, str], channel: Mapping[str, str], locale: str) -> tuple[int, int]:
    """(required, missing) of a product: an attribute is there where each of its cells for the place is."""
    family = next(each for each in rows("families") if each["code"] == row["family"])
    required = split(family[f"requirements-{channel['code']}"])
    chain = chain_of(row)
    missing = 0
    for code in required:
        headers = headers_of(code, channel["code"], locale, tuple(split(channel["currencies"])))
        missing += not all(any(level.get(header) for level in chain) for header in headers)
    return len(required), missing


@cache
def headers_of(code: str, channel: str, locale: str, currencies: tuple[str, ...]) -> list[str]:
    attribute = next(each for each in rows("attributes") if each["code"] == code)
    header = code
    if attribute["localizable"] == "1":
        header += f"-{locale}"
    if attribute["scopable"] == "1":
        header += f"-{channel}"
    if attribute["type"] == "pim_catalog_price_collection":
        return [f"{header}-{currency}" for currency in currencies]
    return [header, f"{header}-unit"] if attribute["type"] == "pim_catalog_metric" else [header]
