"""The large catalogue holds what the door and its participants would have stored, so that measuring on it means something."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.models import NumberValue, Product, ProductValues
from catalog.values.changes import Actor, ProductChange
from catalog.values.rederive import rederive
from catalog.values.write import plan
from channels import completeness, profile
from channels.models import Completeness, Listing
from tests.benchmarks.large import fill, structure
from tests.benchmarks.large.products import BLOCK


@pytest.fixture(autouse=True)
def _forget_profiles() -> Any:
    profile.forget()
    completeness.forget()
    yield
    profile.forget()
    completeness.forget()


def _stored() -> dict[str, Any]:
    products = Product.objects.order_by("pk")
    return {
        "columns": list(products.values_list("label", "labels", "image", "tokens")),
        "words": [sorted(text.split()) for text in products.values_list("search", flat=True)],
        "numbers": sorted(NumberValue.objects.values_list("product", "key", "number")),
        "scores": sorted(
            Completeness.objects.values_list("product", "channel", "locale", "required", "missing", "lacks")
        ),
        "listings": sorted(Listing.objects.values_list("product", "channel")),
    }


def test_made_products_are_as_the_door_would_have_left_them(db: Any) -> None:
    structure.build(families=1)
    fill.fill(0, BLOCK)
    documents = dict(ProductValues.objects.values_list("pk", "values"))
    assert len(documents) == BLOCK
    planned = plan(
        [ProductChange(product=pk, values=values) for pk, values in documents.items()],
        by=Actor(None, origin="api", trusted=True),
    )
    assert {outcome.status for outcome in planned} == {"unchanged"}
    made = _stored()
    rederive(list(documents))
    assert _stored() == made
    assert len(made["scores"]) == 19 * 4  # a model is not sold: it has none
    assert len(made["listings"]) == 19 * 2
