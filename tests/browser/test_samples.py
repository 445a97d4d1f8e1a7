"""Real files of other people go the same way as the demo's: upload, columns, plan, apply, through the pages' own addresses."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.test import Client
from django.urls import reverse

from catalog.jobs import run_due
from catalog.models import (
    Attribute,
    AttributeGroup,
    Category,
    Currency,
    Family,
    FamilyAttribute,
    FamilyVariant,
    Locale,
    Option,
    Product,
    ProductValues,
    User,
    VariantAttribute,
)
from catalog.models.importing import ImportRun
from catalog.structure.announce import announce
from tests.browser.rig import ROOT

SAMPLES = ROOT.parent / "shared" / "samples"
BESTBUY = SAMPLES / "bestbuy" / "bestbuy_algolia_excerpt.json"
SHOPIFY = SAMPLES / "shopify" / "packt_furniture.csv"
WHOLE_FILE = {
    "decimal": ".",
    "list_separator": "|",
    "empty": "keep",
    "create": "on",
    "update": "on",
    "do": "plan",
}


def sample(path: Path) -> Any:
    return pytest.mark.skipif(
        not path.is_file(), reason=f"{path.parent.name}: ../shared/samples is not there"
    )


@pytest.fixture
def importer(
    db: None, client: Client, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Client:
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr("catalog.jobs.queue.nudge", lambda queue: None)
    client.force_login(User.objects.create_superuser("ida"))
    return client


@sample(BESTBUY)
def test_the_3291_rows_of_an_electronics_shop(importer: Client) -> None:
    products = json.loads(BESTBUY.read_text(encoding="utf-8"))
    structure(
        "electronics",
        {"name|": "text", "description": "text", "brand": "select", "price": "price", "popularity": "number"},
        options={"brand": sorted({row["brand"] for row in products})},
        categories=sorted({name for row in products for name in row["categories"]}),
    )
    headers = ("Article", "Name", "Description", "Brand", "Departments", "Price", "Picture", "Popularity")
    rows = [
        (
            re.search(r"(\d+)_", row["image"])[1], row["name"], row["description"], row["brand"],  # type: ignore[index]
            "|".join(row["categories"]), row["price"], row["image"], row["popularity"],
        )
        for row in products
    ]  # fmt: skip
    book = workbook(headers, rows)
    columns = {
        "to-0": "sku", "to-1": "name-en_US", "to-2": "description", "to-3": "brand", "to-4": "categories",
        "to-5": "price-USD", "to-6": "", "to-7": "popularity", "fixed-to": "family", "fixed-value": "electronics",
    }  # fmt: skip
    run = planned(importer, "electronics.xlsx", book, columns)
    assert tally(run) == {"rows": 3291, "created": 3287, "updated": 0, "unchanged": 0, "rejected": 4}
    # Four rows write a brand with a character lost on the way, "Insignia\\x99" for "Insignia™".
    refused = run.rows.filter(state="rejected").order_by("number").values_list("number", "error_code")
    assert list(refused) == [(number, "unknown_option") for number in (685, 1361, 1382, 2819)]
    run = applied(importer, run)
    assert Product.objects.count() == 3287
    assert ProductValues.objects.get(product__sku=rows[0][0]).values == {
        "name|en_US": products[0]["name"], "description": products[0]["description"],
        "brand": code(products[0]["brand"]), "price": {"USD": "49.99"}, "popularity": "21449",
    }  # fmt: skip
    again = planned(importer, "electronics.xlsx", book, columns)
    assert tally(again) == {"rows": 3291, "created": 0, "updated": 0, "unchanged": 3287, "rejected": 4}


@sample(SHOPIFY)
def test_a_shopify_export_of_furniture(importer: Client) -> None:
    """21 rows are 19 products without options, and a model with two variants; its columns are those of the products."""
    content = SHOPIFY.read_bytes()
    table = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    tags = sorted({tag for row in table for tag in row["Tags"].split(", ") if tag})
    structure(
        "furniture",
        {
            "title|": "text", "body|": "richtext", "vendor": "text", "tags": "multiselect", "price": "price",
            "old_price": "price", "color": "select",
        },
        options={"tags": tags, "color": ["Green", "Yellow"]},
        categories=["Indoor", "Outdoor"],
    )  # fmt: skip
    by_color = FamilyVariant.objects.create(code="by_color", family=Family.objects.get())
    VariantAttribute.objects.create(
        family_variant=by_color, attribute=Attribute.objects.get(code="color"), level=1, is_axis=True
    )
    announce("structure", [])
    run = uploaded(importer, "furniture.csv", content)
    places = {header: place for place, header in enumerate(run.table["headers"])}
    wanted = {
        "Product SKU": "sku", "Parent SKU": "parent", "Family variant": "family_variant", "Option: Color": "color",
        "Title": "title-en_US", "Body (HTML)": "body-en_US", "Vendor": "vendor", "Type": "categories",
        "Tags": "tags", "Variant Price": "price-USD", "Variant Compare At Price": "old_price-USD", "Status": "status",
    }  # fmt: skip
    columns = {f"to-{place}": wanted.get(header, "") for header, place in places.items()}
    columns |= {
        f"list_separator-{places['Tags']}": ",", f"values-{places['Status']}": "active = approved",
        f"values-{places['Family variant']}": "Outdoor: Color = by_color", "fixed-to": "family", "fixed-value": "furniture",
    }  # fmt: skip
    run = mapped(importer, run, columns)
    assert tally(run) == {"rows": 21, "created": 22, "updated": 0, "unchanged": 0, "rejected": 0}
    applied(importer, run)
    assert Product.objects.filter(status="approved").count() == 22
    lamp, gloves = Product.objects.get(sku="floor-lamp"), Product.objects.get(sku="gardening-gloves")
    assert list(lamp.categories.values_list("code", flat=True)) == ["indoor"]
    assert (gloves.kind, gloves.children.count()) == ("model", 2)
    stored = ProductValues.objects.get(product=lamp).values
    assert (stored["tags"], stored["price"], stored["old_price"]) == (
        ["black", "lamp"],
        {"USD": "69.99"},
        {"USD": "85"},
    )


def planned(client: Client, name: str, content: bytes, columns: dict[str, str]) -> ImportRun:
    return mapped(client, uploaded(client, name, content), columns)


def uploaded(client: Client, name: str, content: bytes) -> ImportRun:
    file = io.BytesIO(content)
    file.name = name
    answer = client.post(reverse("admin:catalog_importrun_upload"), {"file": file})
    run = ImportRun.objects.latest("pk")
    address = reverse("admin:catalog_importrun_columns", args=[run.pk])
    assert answer.headers["Location"] == address
    return run


def mapped(client: Client, run: ImportRun, columns: dict[str, str]) -> ImportRun:
    address = reverse("admin:catalog_importrun_columns", args=[run.pk])
    answer = client.post(address, WHOLE_FILE | columns)
    assert answer.status_code == 302, re.findall(
        r'class="(?:wrong|notice[^"]*)"[^>]*>([^<]+)', answer.content.decode()
    )
    assert run_due("imports") == 1
    return shown(client, run, "planned")


def applied(client: Client, run: ImportRun) -> ImportRun:
    before = tally(run)
    client.post(reverse("admin:catalog_importrun_apply", args=[run.pk]), {"policy": "skip-bad"})
    assert run_due("imports") == 1
    run = shown(client, run, "applied")
    assert tally(run) == before
    return run


def shown(client: Client, run: ImportRun, state: str) -> ImportRun:
    assert client.get(reverse("admin:catalog_importrun_change", args=[run.pk])).status_code == 200
    run.refresh_from_db()
    assert run.state == state, run.error
    return run


def tally(run: ImportRun) -> dict[str, int]:
    return {name: run.counts[name] for name in ("rows", "created", "updated", "unchanged", "rejected")}


def code(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")


def structure(
    family: str,
    attributes: dict[str, str],
    *,
    options: dict[str, list[str]],
    categories: list[str],
) -> None:
    """What the file speaks of. `attributes`: {code: type}, a localizable one marked "code|". Options and categories
    are found by their labels.
    """
    Locale.objects.create(code="en_US", name="English")
    Currency.objects.create(code="USD")
    group = AttributeGroup.objects.create(code="all")
    made = Family.objects.create(code=family)
    for position, (marked, kind) in enumerate(attributes.items()):
        name = marked.rstrip("|")
        attribute = Attribute.objects.create(code=name, type=kind, group=group, localizable=marked != name)
        FamilyAttribute.objects.create(family=made, attribute=attribute, position=position)
        # One brand is written in two ways ("BUQU", "Buqu"): one option, which both find.
        labels = {code(label): label for label in options.get(name, ())}
        for place, (option, label) in enumerate(labels.items()):
            Option.objects.create(attribute=attribute, code=option, labels={"en_US": label}, position=place)
    for label in categories:
        Category.objects.create(code=code(label), labels={"en_US": label})
    announce("structure", [])


def workbook(headers: tuple[str, ...], rows: list[tuple[Any, ...]]) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("Products")
        for number, row in enumerate([headers, *rows]):
            sheet.write_row(number, 0, row)
    return stream.getvalue()
