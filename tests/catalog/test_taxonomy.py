"""A published taxonomy becomes a tree of categories, in as many languages as it has files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from catalog.models import Category, Family, FamilyAttribute, Option, User
from catalog.transfer import taxonomy
from tests.world import World, build_world

ENGLISH = """# Some_Taxonomy_Version: 1
1 - Drinks
11 - Drinks > Hot Drinks
111 - Drinks > Hot Drinks > Tea
12 - Drinks > Cold Drinks
2 - Tools & Parts
"""
GERMAN = "1 - Getränke\n11 - Getränke > Heiße Getränke\n111 - Getränke > Heiße Getränke > Tee\n12 - Getränke > Kalte\n"
OFFICIAL = Path(__file__).resolve().parents[3] / "shared" / "channels" / "google"


@pytest.fixture
def admin(db: None, settings: Any, tmp_path: Path) -> tuple[World, Client]:
    settings.MEDIA_ROOT = tmp_path
    world, client = build_world(), Client()
    assert world.admin is not None
    client.force_login(world.admin)
    return world, client


def upload(client: Client, text: str, **given: Any) -> Any:
    file = SimpleUploadedFile("taxonomy.txt", text.encode())
    form = {"tree": "google", "locale": "en_US", "branches": "", "file": file, **given}
    return client.post(reverse("admin:catalog_structure_workbook"), form)


def take(client: Client, text: str, **given: Any) -> None:
    answer = upload(client, text, **given)
    kept = answer.context_data["kept"]
    assert kept, [sheet.problems for sheet in answer.context_data["report"].sheets]
    client.post(reverse("admin:catalog_structure_workbook"), {"kept": kept})


def test_branches_become_categories_and_another_language_names_them(admin: tuple[World, Client]) -> None:
    _world, client = admin
    take(client, ENGLISH, branches="drinks > Hot drinks", families="on")
    tea = Category.objects.get(code="google_111")
    assert [tea.labels["en_US"], tea.parent.labels["en_US"], tea.parent.parent.code] == [
        "Tea",
        "Hot Drinks",
        "google_1",
    ]  # type: ignore[union-attr]
    assert not Category.objects.filter(code__in=["google_12", "google_2"]).exists()
    assert Family.objects.get(code="google_11").labels == {"en_US": "Hot Drinks"}
    take(client, GERMAN, locale="de_DE")
    tea.refresh_from_db()
    assert tea.labels == {"en_US": "Tea", "de_DE": "Tee"}
    assert not Category.objects.filter(code="google_12").exists()
    assert upload(client, GERMAN, locale="de_DE").context_data["kept"] == ""  # says what is here already


def category(number: str, path: str, *attributes: tuple[str, str]) -> dict[str, Any]:
    named = [{"handle": handle, "name": name, "extended": False} for handle, name in attributes]
    return {
        "id": f"gid://shopify/TaxonomyCategory/{number}",
        "full_name": path,
        "name": path,
        "attributes": named,
    }


SHOPIFY = [
    category("dr", "Drinks"),
    category("dr-1", "Drinks > Tea", ("tea-color", "Tea color"), ("leaf-kinds", "Leaf kinds"), ("steeping", "Steeping"), ("color", "Hue")),
]  # fmt: skip
VALUES = [
    {"handle": "hue", "extended_attributes": [{"handle": "tea-color", "name": "Tea color"}], "values": [
        {"handle": "hue__pale-green", "name": "Pale green"}, {"handle": "hue__amber", "name": "Amber"},
    ]},
    {"handle": "leaf-kinds", "values": [{"handle": "leaf-kinds__whole", "name": "Whole"}]},
    {"handle": "color", "values": [{"handle": "color__mauve", "name": "Mauve"}]},
]  # fmt: skip


def test_families_begin_with_the_attributes_of_their_category(admin: tuple[World, Client]) -> None:
    """What is here already, such as a colour, is the family's too and stays as it is."""
    _world, client = admin
    hues = set(Option.objects.filter(attribute__code="color").values_list("code", flat=True))
    categories = json.dumps({"version": "1", "verticals": [{"name": "Drinks", "categories": SHOPIFY}]})
    values = SimpleUploadedFile(
        "attributes.json", json.dumps({"version": "1", "attributes": VALUES}).encode()
    )
    given = {"tree": "shopify", "branches": "Drinks > Tea", "families": "on"}
    take(client, categories, **given, values=values)
    family = Family.objects.get(code="shopify_dr_1")
    members = FamilyAttribute.objects.filter(family=family).order_by("position")
    assert list(members.values_list("attribute__code", "attribute__type")) == [
        ("tea_color", "select"),
        ("leaf_kinds", "multiselect"),
        ("steeping", "text"),
        ("color", "select"),
    ]
    assert dict(Option.objects.filter(attribute__code="tea_color").values_list("code", "labels")) == {
        "pale_green": {"en_US": "Pale green"},
        "amber": {"en_US": "Amber"},
    }
    assert set(Option.objects.filter(attribute__code="color").values_list("code", flat=True)) == hues
    members.delete()
    again = upload(client, categories, **given).context_data["report"]
    changed = [(sheet.name, sheet.created, sheet.updated) for sheet in again.sheets]
    assert changed == [("categories", [], [])]  # a family that is here is the manager's


@pytest.mark.parametrize(
    ("text", "given", "said"),
    [
        (ENGLISH, {}, "Drinks · Tools &amp; Parts"),
        (ENGLISH, {"branches": "Drinks > Soup"}, "no branch “Drinks &gt; Soup”"),
        ("sku;name\nA;x", {"branches": "A"}, "is an id and a path of names"),
        ('{"products": []}', {"branches": "A"}, "take categories.json"),
        ('{"verticals": [7]}', {"branches": "A"}, "is not Shopify&#x27;s categories.json"),
        (ENGLISH, {"branches": "Drinks", "tree": "a tree"}, "letters, digits"),
        (ENGLISH, {"branches": "Drinks", "locale": "xx"}, "Choose the language"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_made(
    admin: tuple[World, Client], text: str, given: dict[str, str], said: str
) -> None:
    before = Category.objects.count()
    answer = upload(admin[1], text, **given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Category.objects.count() == before


def test_who_may_not_edit_the_structure_is_refused(admin: tuple[World, Client]) -> None:
    client = Client()
    client.force_login(User.objects.create_user("reader", is_staff=True))
    assert upload(client, ENGLISH, branches="Drinks").status_code == 403


@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the folder ../shared/channels is not there")
def test_the_published_file_is_read_whole() -> None:
    (path,) = OFFICIAL.glob("taxonomy-with-ids*.txt")
    found = taxonomy.read(path.read_bytes())
    assert len(found.paths) == sum(" - " in line for line in path.read_text("utf-8").splitlines()) > 5_000
    assert all(entry[:-1] in found.paths for entry in found.paths if len(entry) > 1)
    assert found.paths[("Home & Garden", "Kitchen & Dining")] == "638"
