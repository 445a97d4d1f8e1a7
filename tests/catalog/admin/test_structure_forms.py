"""Changing the structure in the admin: announced once, refused where products would lose their meaning."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from catalog import participants
from catalog.models import (
    Attribute,
    AttributeGroup,
    Category,
    Family,
    Option,
    ProductValues,
    Role,
    StructureVersion,
    User,
)
from tests.attributes import add
from tests.world import World


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[int, ...]]]:
    heard: list[tuple[str, tuple[int, ...]]] = []
    monkeypatch.setattr(
        participants, "structure_changed", lambda change: heard.append((change.kind, change.ids))
    )
    return heard


def form_of(client: Client, url: str) -> dict[str, Any]:
    """What a browser would post back unchanged."""
    response = client.get(url)
    assert response.status_code == 200
    data: dict[str, Any] = {}
    form = response.context["adminform"].form
    formsets = [inline.formset for inline in response.context["inline_admin_formsets"]]
    for part in [
        form,
        *(formset.management_form for formset in formsets),
        *(row for formset in formsets for row in formset.initial_forms),
    ]:
        for bound in part:
            value = bound.value()
            if isinstance(value, dict):
                data |= {f"{bound.html_name}__{key}": text for key, text in value.items()}
            elif value is True:
                data[bound.html_name] = "on"
            elif value is not None and value is not False:
                data[bound.html_name] = bound.field.prepare_value(value)
    return data


def errors_of(response: Any) -> str:
    assert response.status_code == 200
    return str(response.context["errors"])


def version() -> str:
    return StructureVersion.objects.get(pk=1).version


def test_an_attribute_is_made_with_labels_and_the_parameters_of_its_type(
    world: World, boss: Client, announced: list
) -> None:
    group = AttributeGroup.objects.get(code="technical")
    response = boss.post(reverse("admin:catalog_attribute_add"), {
        "code": "height", "labels__en_US": "Height", "labels__de_DE": "Höhe", "type": "measurement", "group": group.pk, "position": "0",
        "filterable": "on", "param_measurement_family": "length", "param_measurement_unit": "CENTIMETER", "param_measurement_min": "0",
        "param_number_min": "not a number: of another type",
    })  # fmt: skip
    assert response.status_code == 302, response.context["errors"]
    made = Attribute.objects.get(code="height")
    assert made.labels == {"en_US": "Height", "de_DE": "Höhe"}
    assert made.params == {"family": "length", "unit": "CENTIMETER", "min": "0"}
    assert announced == [("attribute", (made.pk,))]


def test_parameters_that_contradict_each_other_are_refused_at_the_form(world: World, boss: Client) -> None:
    group = AttributeGroup.objects.get(code="technical")
    response = boss.post(reverse("admin:catalog_attribute_add"), {
        "code": "height", "type": "measurement", "group": group.pk, "position": "0",
        "param_measurement_family": "length", "param_measurement_unit": "KILOGRAM",
    })  # fmt: skip
    assert "does not belong to the measurement family" in errors_of(response)
    assert not Attribute.objects.filter(code="height").exists()


def test_a_reserved_code_is_refused(world: World, boss: Client) -> None:
    group = AttributeGroup.objects.get(code="technical")
    response = boss.post(
        reverse("admin:catalog_attribute_add"),
        {"code": "SKU", "type": "text", "group": group.pk, "position": "0"},
    )
    assert "choose another code" in errors_of(response)


def test_saving_an_unchanged_attribute_announces_nothing(world: World, boss: Client, announced: list) -> None:
    for code in ("color", "ean", "weight", "name", "price"):
        url = reverse("admin:catalog_attribute_change", args=[world.attributes[code].pk])
        before, at = Attribute.objects.values().get(code=code), version()
        response = boss.post(url, form_of(boss, url))
        assert response.status_code == 302, response.context["errors"]
        assert Attribute.objects.values().get(code=code) == before
        assert (announced, version()) == ([], at)


@pytest.mark.parametrize(("code", "change"), [
    ("capacity", {"type": "text"}), ("name", {"localizable": None}), ("capacity", {"scopable": "on"}),
])  # fmt: skip
def test_type_and_flags_stay_once_products_have_values(
    world: World, boss: Client, code: str, change: dict
) -> None:
    url = reverse("admin:catalog_attribute_change", args=[world.attributes[code].pk])
    data = {name: value for name, value in {**form_of(boss, url), **change}.items() if value is not None}
    world.create("MUG", {"name|en_US": "Mug", "capacity": "3"}, family="mugs")
    before = Attribute.objects.values().get(code=code)
    assert "cannot change here: convert its values instead" in errors_of(boss.post(url, data))
    assert Attribute.objects.values().get(code=code) == before
    ProductValues.objects.update(values={})
    assert boss.post(url, data).status_code == 302


@pytest.mark.parametrize("columns", [
    [("part", "text")], [("part", "text"), ("share", "date")],
])  # fmt: skip
def test_a_column_of_a_table_stays_as_it_is_once_products_have_cells_of_it(
    world: World, boss: Client, columns: list[tuple[str, str]]
) -> None:
    texts = [{"code": "part", "type": "text"}, {"code": "share", "type": "text"}]
    table = add(world, "layers", "table", params={"columns": [{**each, "labels": {}} for each in texts]})
    world.create("MUG", {"layers": [{"part": "Shell", "share": "most"}]}, family="mugs")
    url = reverse("admin:catalog_attribute_change", args=[table.pk])
    data = form_of(boss, url)
    for number, (code, kind) in enumerate(columns):
        data |= {
            f"param_table_columns_{number}_code": code,
            f"param_table_columns_{number}_type": kind,
        }
    response = boss.post(url, data)
    assert response.context["adminform"].form.errors == {
        "param_table_columns": [
            "Products have values of Layers that would lose a part by this: empty that part first."
        ]
    }
    assert [each["type"] for each in Attribute.objects.get(code="layers").params["columns"]] == ["text"] * 2
    ProductValues.objects.update(values={"layers": [{"part": "Shell"}]})
    assert boss.post(url, data).status_code == 302


def test_a_code_stays_as_it_was_made(world: World, boss: Client) -> None:
    url = reverse("admin:catalog_attribute_change", args=[world.attributes["color"].pk])
    assert boss.post(url, {**form_of(boss, url), "code": "colour"}).status_code == 302
    assert Attribute.objects.filter(code="color").exists()


def test_renaming_an_option_announces_that_option_only(world: World, boss: Client, announced: list) -> None:
    color, red = world.attributes["color"], Option.objects.get(code="red")
    url = reverse("admin:catalog_attribute_change", args=[color.pk])
    data = form_of(boss, url)
    row = next(
        name.removesuffix("-id")
        for name, value in data.items()
        if name.endswith("-id") and str(value) == str(red.pk)
    )
    assert boss.post(url, {**data, f"{row}-labels__de_DE": "Rot"}).status_code == 302
    assert Option.objects.get(code="red").labels == {"en_US": "Red", "de_DE": "Rot"}
    assert announced == [("option", (red.pk,))]


def test_an_option_that_products_have_is_not_removed(world: World, boss: Client, announced: list) -> None:
    world.create("MUG", {"name|en_US": "Mug", "color": "red", "features": ["handmade"]}, family="mugs")
    for attribute, used, free in (("color", "red", "white"), ("features", "handmade", "stackable")):
        url = reverse("admin:catalog_attribute_change", args=[world.attributes[attribute].pk])
        data = form_of(boss, url)
        rows = {
            Option.objects.get(pk=value).code: name.removesuffix("-id")
            for name, value in data.items() if name.endswith("-id") and name.startswith("options-") and value
        }  # fmt: skip
        assert (
            f"Products have the value {used}" in boss.post(url, {**data, f"{rows[used]}-DELETE": "on"}).text
        )
        assert Option.objects.filter(code=used).exists()
        assert boss.post(url, {**data, f"{rows[free]}-DELETE": "on"}).status_code == 302
        assert not Option.objects.filter(code=free).exists()
    assert [kind for kind, _ids in announced] == ["option", "option"]


def test_moving_a_category_moves_its_branch(world: World, boss: Client, announced: list) -> None:
    kitchen, other = world.categories["kitchen"], world.categories["other"]
    url = reverse("admin:catalog_category_change", args=[kitchen.pk])
    assert boss.post(url, {**form_of(boss, url), "parent": other.pk}).status_code == 302
    paths = dict(Category.objects.values_list("code", "path"))
    assert paths["kitchen"] == f"/{other.pk}/{kitchen.pk}/"
    assert paths["cups"] == f"/{other.pk}/{kitchen.pk}/{world.categories['cups'].pk}/"
    assert announced == [("category", (kitchen.pk,))]


def test_a_category_cannot_go_below_itself(world: World, boss: Client) -> None:
    url = reverse("admin:catalog_category_change", args=[world.categories["home"].pk])
    response = boss.post(url, {**form_of(boss, url), "parent": world.categories["cups"].pk})
    assert "lies below this category" in errors_of(response)
    assert Category.objects.get(code="home").path == world.categories["home"].path


def test_deleting_is_announced_before_the_rows_are_gone(
    world: World, boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr(
        participants, "structure_changed",
        lambda change: seen.append((change.kind, Category.objects.filter(pk__in=change.ids).count())),
    )  # fmt: skip
    assert (
        boss.post(
            reverse("admin:catalog_category_delete", args=[world.categories["cups"].pk]), {"post": "yes"}
        ).status_code
        == 302
    )
    listed = reverse("admin:catalog_category_changelist")
    boss.post(
        listed,
        {"action": "delete_selected", "_selected_action": [world.categories["other"].pk], "post": "yes"},
    )
    assert seen == [("category", 1), ("category", 1)]
    assert sorted(Category.objects.values_list("code", flat=True)) == ["fashion", "home", "kitchen"]


def test_a_variant_needs_an_axis_of_the_family(world: World, boss: Client) -> None:
    response = boss.post(reverse("admin:catalog_familyvariant_add"), {
        "code": "mugs_released", "family": world.families["mugs"].pk, "variant_attributes-TOTAL_FORMS": "2",
        "variant_attributes-INITIAL_FORMS": "0",
        "variant_attributes-0-attribute": world.attributes["released"].pk, "variant_attributes-0-level": "1",
        "variant_attributes-0-is_axis": "on", "variant_attributes-0-position": "0",
        "variant_attributes-1-attribute": world.attributes["size"].pk, "variant_attributes-1-level": "2",
        "variant_attributes-1-position": "1",
    })  # fmt: skip
    text = response.text
    assert response.status_code == 200
    for sentence in ("cannot be an axis", "is not in the family", "Level 2 needs an axis"):
        assert sentence in text


def test_axes_stay_once_products_are_made_by_them(world: World, boss: Client) -> None:
    world.create("TEE", {"name|en_US": "Tee"}, family="shirts", family_variant="shirts_size")
    variant = world.structure.variant_by_code["shirts_size"]
    url = reverse("admin:catalog_familyvariant_change", args=[variant.id])
    data = form_of(boss, url)
    row = next(name.removesuffix("-is_axis") for name in data if name.endswith("-is_axis"))
    data.pop(f"{row}-is_axis")
    data[f"{row}-level"] = "1"
    assert "can no longer change" in boss.post(url, data).text
    assert boss.post(url, form_of(boss, url)).status_code == 302


def upload(client: Client, name: str, text: str) -> Any:
    url = reverse(f"admin:catalog_{name}_import")
    file = SimpleUploadedFile("file.csv", text.encode(), "text/csv")
    preview = client.post(url, {"import_file": file, "format": "0", "resource": "0"})
    if "confirm_form" not in preview.context:
        return preview
    confirm = {
        bound.name: bound.value() for bound in preview.context["confirm_form"] if bound.value() is not None
    }
    return client.post(reverse(f"admin:catalog_{name}_process_import"), confirm)


def test_attributes_come_by_file_and_are_announced_once(world: World, boss: Client, announced: list) -> None:
    at = version()
    text = 'code,type,group,localizable,params,label-en_US,label-de_DE\ndepth,number,technical,0,"{""min"": ""1""}",Depth,Tiefe\ncolor,select,technical,0,,Colour,\n'
    assert upload(boss, "attribute", text).status_code == 302
    depth = Attribute.objects.get(code="depth")
    assert (depth.type, depth.params, depth.labels) == (
        "number",
        {"min": "1"},
        {"en_US": "Depth", "de_DE": "Tiefe"},
    )
    assert Attribute.objects.get(code="color").labels == {"en_US": "Colour"}
    assert [(kind, sorted(ids)) for kind, ids in announced] == [
        ("attribute", sorted([depth.pk, world.attributes["color"].pk]))
    ]
    assert version() != at
    assert upload(boss, "attribute", text).status_code == 302
    assert len(announced) == 1


def test_a_file_cannot_change_what_stored_values_mean(world: World, boss: Client, announced: list) -> None:
    world.create("MUG", {"name|en_US": "Mug", "capacity": "3"}, family="mugs")
    before = Attribute.objects.values().get(code="capacity")
    response = upload(boss, "attribute", "code,type,group\ncapacity,text,technical\n")
    assert response.context["result"].has_validation_errors()
    assert (Attribute.objects.values().get(code="capacity"), announced) == (before, [])


def test_families_and_categories_come_by_file_with_their_order_and_place(world: World, boss: Client) -> None:
    assert (
        upload(
            boss,
            "family",
            'code,label_attribute,attributes,label-en_US\nbowls,name,"price,name,color",Bowls\n',
        ).status_code
        == 302
    )
    bowls = Family.objects.get(code="bowls")
    assert list(bowls.family_attributes.values_list("attribute__code", flat=True)) == [
        "price",
        "name",
        "color",
    ]
    assert upload(boss, "family", 'code,attributes\nbowls,"color,name"\n').status_code == 302
    assert list(bowls.family_attributes.order_by("position").values_list("attribute__code", flat=True)) == [
        "color",
        "name",
    ]
    assert upload(boss, "category", "code,parent\ncamping,other\ntents,camping\n").status_code == 302
    other, camping, tents = (Category.objects.get(code=code) for code in ("other", "camping", "tents"))
    assert (camping.path, tents.path) == (
        f"/{other.pk}/{camping.pk}/",
        f"/{other.pk}/{camping.pk}/{tents.pk}/",
    )


@pytest.mark.parametrize(
    "name", ["attribute", "option", "family", "category", "locale", "currency", "attributegroup"]
)
def test_what_was_exported_imports_again_and_changes_nothing(
    world: World, boss: Client, announced: list, name: str
) -> None:
    url = reverse(f"admin:catalog_{name}_export")
    page = boss.get(url)
    fields = {
        bound.html_name: "on"
        for bound in page.context["form"]
        if bound.html_name not in ("format", "resource", "export_items")
    }
    if name not in ("locale", "currency"):  # these have names of their own
        row = apps.get_model("catalog", name).objects.first()
        row.labels = {"en_US": "=1+1", "de_DE": "- Strich"}
        row.save()
    exported = boss.post(url, {"format": "0", "resource": "0", **fields})
    assert exported["Content-Type"].startswith("text/csv")
    assert ",=1+1" not in exported.content.decode()
    response = upload(boss, name, exported.content.decode())
    assert response.status_code == 302, response.text
    assert announced == []


def test_people_who_only_see_the_structure_can_neither_import_nor_change_it(
    world: World, client: Client
) -> None:
    role = Role.objects.create(code="viewer", verbs=["structure.view"])
    person = User.objects.create_user("eve", is_staff=True)
    person.roles.add(role)
    client.force_login(person)
    color, at = world.attributes["color"], version()
    assert client.get(reverse("admin:catalog_attribute_change", args=[color.pk])).status_code == 200
    assert client.get(reverse("admin:catalog_attribute_import")).status_code == 403
    for url in (
        reverse("admin:catalog_attribute_change", args=[color.pk]), reverse("admin:catalog_attribute_add"),
        reverse("admin:catalog_attribute_delete", args=[color.pk]), reverse("admin:catalog_attribute_process_import"),
    ):  # fmt: skip
        assert client.post(url, {"post": "yes"}).status_code == 403, url
    assert (Attribute.objects.filter(pk=color.pk).exists(), version()) == (True, at)


def test_an_attribute_goes_with_its_options_unless_products_have_it(
    world: World, boss: Client, announced: list
) -> None:
    used, free = (
        Attribute.objects.create(code=code, type="select", group=world.attributes["color"].group)
        for code in ("used", "free")
    )
    for attribute in (used, free):
        Option.objects.create(attribute=attribute, code="one")
    product = world.create("MUG", family="mugs").product
    ProductValues.objects.filter(pk=product).update(values={"used|de_DE": "one"})
    for attribute in (used, free):
        boss.post(reverse("admin:catalog_attribute_delete", args=[attribute.pk]), {"post": "yes"})
    text = boss.get(reverse("admin:catalog_attribute_delete", args=[used.pk])).text
    assert "Products have values of [used]: empty them first." in text
    left = Option.objects.filter(attribute__in=[used.pk, free.pk])
    assert list(left.values_list("attribute__code", "code")) == [("used", "one")]
    assert announced == [("attribute", (free.pk,))]
