"""New products and new variants, and where a refusal is shown."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from catalog.models import Product, ProductCategory
from tests.enrichment.conftest import Desk


def _ask(desk: Desk, **query: str) -> Any:
    return desk.client.get(reverse("admin:catalog_product_add"), query)


def test_a_new_product_stands_in_its_category(desk: Desk, world: Any) -> None:
    response = desk.post("catalog_product_add", sku="NEW-1", kind="family:mugs", category="cups")
    product = Product.objects.get(sku="NEW-1")
    assert response["Location"] == reverse("admin:catalog_product_change", args=[product.pk])
    assert ProductCategory.objects.get(product=product).category.code == "cups"


def test_every_missing_part_is_told_beside_its_field_at_once(desk: Desk, world: Any) -> None:
    response = desk.post("catalog_product_add", sku="", kind="")
    assert response.status_code == 422
    assert set(response.context_data["form"].errors) == {"sku", "kind"}
    page = response.content.decode()
    for name in ("sku", "kind"):
        assert f'id="id_{name}_error"' in page
        assert f"id_{name}_error" in page.split(f'name="{name}"')[1].split(">")[0]
    assert not Product.objects.exists()


def test_who_creates_in_one_branch_names_a_category_of_it(world: Any, person: Any) -> None:
    clara = Desk(person("clara", ["product.create", "product.edit"], categories=["kitchen"]))
    offered = [code for code, _label in _ask(clara).context_data["form"].fields["category"].choices]
    assert offered == ["", "kitchen", "cups"]
    refused = clara.post("catalog_product_add", sku="NEW-1", kind="family:mugs")
    assert set(refused.context_data["form"].errors) == {"category"}
    elsewhere = clara.post("catalog_product_add", sku="NEW-1", kind="family:mugs", category="fashion")
    assert set(elsewhere.context_data["form"].errors) == {"category"}
    assert not Product.objects.exists()
    clara.post("catalog_product_add", sku="NEW-1", kind="family:mugs", category="cups")
    assert clara.page(Product.objects.get(sku="NEW-1").pk).status_code == 200


def test_the_way_to_a_models_variants_is_its_sku(desk: Desk, world: Any) -> None:
    model = world.create("SHIRT", {}, family_variant="shirts_size").product
    response = _ask(desk, model="shirt")
    address = reverse("admin:catalog_product_change", args=[model])
    assert response["Location"] == f"{address}?tab=variants"


def test_a_product_that_is_no_model_gets_no_variant(desk: Desk, world: Any, mug: int) -> None:
    for sku in ("MUG-1", "NOTHING", ""):
        response = _ask(desk, model=sku)
        assert response.status_code == 422
        assert set(response.context_data["model_form"].errors) == {"model"}
        assert response.context_data["form"].errors == {}


def test_a_model_somebody_may_not_see_is_not_told_of(world: Any, person: Any) -> None:
    world.create("SHIRT", {}, family_variant="shirts_size", categories=["fashion"])
    clara = Desk(person("clara", ["product.create"], categories=["kitchen"]))
    assert _ask(clara, model="SHIRT").status_code == 422


def test_a_variant_without_sku_or_axis_is_refused_beside_both_fields(desk: Desk, world: Any) -> None:
    model = world.create("SHIRT", {}, family_variant="shirts_size").product
    response = desk.post("catalog_product_add_variant", model, **{"sku": "", "axis:size": ""})
    assert response.status_code == 422
    assert set(response.context_data["variant_form"].errors) == {"sku", "axis:size"}
    assert 'id="id_axis:size_error"' in response.content.decode()
    assert Product.objects.count() == 1
