"""Every request of the Shopify connector against the schema of the version it speaks."""

from __future__ import annotations

from typing import Any

import pytest

from channels.connectors._shopify import documents, showing
from channels.connectors._shopify.settings import OWNED
from channels.connectors.base import Item
from channels.models import Listing
from tests.channels.connectors.shopify_schema import checked, needs_schema, wrong_variables
from tests.channels.connectors.shopify_shop import ShopifyShop
from tests.channels.connectors.shopify_stage import (
    connected,
    item_of,
    push,
    sheet_of,
    sized,
    told,
)

pytestmark = needs_schema
State = Listing.State

DOCUMENTS = [value for value in vars(documents).values() if isinstance(value, tuple)] + [
    documents.held(10), documents.translatable(2), documents.register(10), documents.publish(10), documents.showing(10),
]  # fmt: skip
OPERATIONS = {operation for operation, _text in DOCUMENTS}


@pytest.mark.parametrize(("operation", "text"), DOCUMENTS, ids=[operation for operation, _text in DOCUMENTS])
def test_what_is_asked_fits_the_schema(operation: str, text: str) -> None:
    document, errors = checked(text)
    assert [error.message for error in errors] == []
    assert [one.name.value for one in document.definitions if one.kind == "operation_definition"] == [
        operation
    ]


def test_what_a_job_runs_fits_the_schema_and_stands_alone() -> None:
    """A mutation of a job: one field, one connection, no fragments (Shopify, bulk operations)."""
    document, errors = checked(documents.SET_IN_BULK)
    assert [error.message for error in errors] == []
    assert [one.kind for one in document.definitions] == ["operation_definition"]
    assert documents.SET_IN_BULK.count("nodes {") == 1


def test_what_does_not_fit_the_schema_is_noticed() -> None:
    assert checked("query Setup { shop { nonsense } }")[1]
    document, _errors = checked(documents.SET[1])
    variables: dict[str, Any] = {
        "identifier": {"id": "1"},
        "input": {"title": "Mug"},
        "media": True,
        "options": False,
    }
    assert wrong_variables(document, variables) == []
    assert wrong_variables(document, variables | {"identifier": {"id": "1", "handle": "mug"}})
    assert wrong_variables(document, variables | {"input": {"title": "Mug", "variants": [{"sku": "1"}]}})


def test_every_operation_is_sent_with_variables_that_fit(
    shopify: ShopifyShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shopify.made_in_the_shop("Old mug", "MUG-1")
    owns = list(OWNED)
    picture = {"url": "https://pim.example/1.jpg", "alt": "A mug"}
    full = sheet_of(
        fields={
            "price": {"EUR": "9.90"}, "compare_at_price": {"EUR": "12.00"}, "cost": {"EUR": "5"}, "tags": ["new"], "stock": "4",
            "weight": {"amount": "0.35", "unit": "KILOGRAM"}, "vendor": "Acme", "country_of_origin": "PT", "barcode": "4006381333931",
            "harmonized_code": "691200", "category": "gid://shopify/TaxonomyCategory/hg-11", "collections": ["gid://shopify/Collection/1"],
            "care.capacity": "0.4", "stackable": True,
        },
        en={"seo_title": "Mugs", "care.text": "By hand"}, de={"title": "Tasse", "care.text": "Von Hand"}, images=[picture],
    )  # fmt: skip
    settings: dict[str, Any] = {"owns": owns, "existing": "adopt", "location": "gid://shopify/Location/1"}
    assert told(push(shopify, full, sized("S", "M"), **settings)) == []
    assert told(push(shopify, sheet_of(de={}), revision=2, **settings)) == []
    for way in ("archive", "unpublish"):
        with connected(shopify, withdraw=way, **settings) as connector:
            connector.push([Item("MUG-1" if way == "archive" else "SHIRT", "withdraw", 3)])
    with connected(shopify, **settings) as connector:
        many = [item_of(sheet_of(f"NEW-{number}", fields={"care.capacity": "0.4"})) for number in range(2)]
        job = connector.start_bulk(many)
        connector.read_back(["NOBODY"])
        monkeypatch.setattr(showing, "VARIANTS_AT_ONCE", 1)
        connector.read_fields({"MUG-1": full, "SHIRT": sized("S", "M")})
        results = connector.collect(job.handle, dict(enumerate(many)))
        assert [one.outcome for one in results] == ["live", "live"]  # type: ignore[union-attr]
    assert set(shopify.done) == OPERATIONS
    texts = dict(DOCUMENTS)
    for operation, variables in shopify.log:
        if operation in (
            "Held",
            "Translatable",
            "Register",
            "PublishSeveral",
            "Showing",
        ):  # of their number the stand-in's own check is proof
            continue
        assert wrong_variables(checked(texts[operation])[0], variables) == [], operation
