"""What the product page tells: readiness, where values come from, previews, variants, channels."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from catalog.models import Campaign, CampaignValues, Product
from catalog.values.changes import RESET
from channels.models import Listing
from tests.enrichment.conftest import Desk


def test_each_missing_item_leads_to_its_field_in_its_locale(desk: Desk, world: Any, mug: int) -> None:
    world.edit(mug, {"name|de_DE": RESET, "weight": RESET})
    readiness = desk.page(mug).context_data["readiness"]
    places = {place.locale: place for place in readiness[0].places}
    assert (places["en_US"].ratio, places["de_DE"].ratio) == (66, 33)
    assert [(item.label, item.href) for item in places["de_DE"].items] == [
        ("Name", "?locale=de_DE#f-name-de_DE"),
        ("Weight", "?#f-weight"),
    ]
    assert 'id="f-name-de_DE"' in desk.page(mug, locale="de_DE").content.decode()


def test_the_page_says_where_each_value_comes_from(desk: Desk, world: Any) -> None:
    world.create("SHIRT", {"name|de_DE": "Hemd", "name|en_US": "Shirt"}, family_variant="shirts_size")
    variant = world.create("SHIRT-M", {"size": "m"}, parent="SHIRT").product

    def origin(key: str, **query: str) -> tuple[str, str]:
        cell = desk.page(variant, **query).context_data["sheet"].cell(key)
        return cell.origin.kind, cell.origin.text

    assert origin("name|en_US") == ("model", "From SHIRT")
    assert origin("name|de_AT", locale="de_AT") == ("model", "From German (Germany) · SHIRT")
    assert origin("name|en_US|b2b", context="b2b") == ("model", "From Master · SHIRT")
    assert origin("size") == ("own", "Own value")
    assert origin("ean") == ("none", "Empty")


def test_a_date_previews_campaigns_and_locks_the_fields(desk: Desk, world: Any, mug: int) -> None:
    start = timezone.now() + timedelta(days=10)
    campaign = Campaign.objects.create(
        code="summer", labels={"en_US": "Summer"}, starts_at=start, ends_at=start + timedelta(days=5)
    )
    CampaignValues.objects.create(campaign=campaign, product_id=mug, values={"name|en_US": "Summer mug"})
    assert desk.page(mug).context_data["sheet"].cell("name|en_US").display == "Blue mug"
    page = desk.page(mug, at=(start + timedelta(days=1)).strftime("%Y-%m-%d"))
    cell = page.context_data["sheet"].cell("name|en_US")
    assert (cell.display, cell.origin.kind, page.context_data["editable"]) == (
        "Summer mug",
        "campaign",
        False,
    )


def test_the_last_error_of_a_channel_stands_on_its_field_in_its_locale(desk: Desk, mug: int) -> None:
    error = {
        "field": "title",
        "locale": "de_DE",
        "attribute": "name",
        "code": "too_long",
        "message": "Shorten it.",
    }
    Listing.objects.filter(product=mug).update(state="refused", errors=[error])
    sheet = desk.page(mug, locale="en_US", beside="de_DE").context_data["sheet"]
    assert sheet.cell("name|de_DE").channel_errors == [("B2B shop", "Shorten it.")]
    assert sheet.cell("name|en_US").channel_errors == []


def test_limits_of_channels_are_counted_on_the_field(desk: Desk, mug: int) -> None:
    assert desk.page(mug).context_data["sheet"].cell("name|en_US").limits == [("B2B shop", 75)]


def test_variants_are_a_table_and_one_more_is_added(desk: Desk, world: Any) -> None:
    model = world.create("SHIRT", {"name|en_US": "Shirt"}, family_variant="shirts_color_size").product
    red = world.create("SHIRT-RED", {"color": "red"}, parent="SHIRT").product
    world.create("SHIRT-RED-L", {"size": "l"}, parent="SHIRT-RED")
    desk.post("catalog_product_add_variant", red, **{"sku": "SHIRT-RED-S", "axis:size": "s"})
    table = desk.page(model, tab="variants").context_data["table"]
    assert table.axes == ["Color", "Size"]
    assert [(row.product.sku, row.axes, row.depth) for row in table.rows] == [
        ("SHIRT-RED", ["Red", ""], 0),
        ("SHIRT-RED-S", ["Red", "S"], 1),
        ("SHIRT-RED-L", ["Red", "L"], 1),
    ]


def test_a_variant_that_exists_is_refused_at_its_axis(desk: Desk, world: Any) -> None:
    model = world.create("SHIRT", {}, family_variant="shirts_size").product
    world.create("SHIRT-M", {"size": "m"}, parent="SHIRT")
    response = desk.post("catalog_product_add_variant", model, **{"sku": "SHIRT-M2", "axis:size": "m"})
    assert response.status_code == 422
    assert "axis:size" in response.context_data["variant_form"].errors
    assert Product.objects.count() == 2


def test_a_product_is_created_simple_or_as_a_model(desk: Desk, world: Any, person: Any) -> None:
    desk.post("catalog_product_add", sku="NEW-1", kind="family:mugs")
    desk.post("catalog_product_add", sku="NEW-2", kind="variant:shirts_size")
    kinds = dict(Product.objects.values_list("sku", "kind"))
    assert kinds == {"NEW-1": "simple", "NEW-2": "model"}
    again = desk.post("catalog_product_add", sku="new-1", kind="family:mugs")
    assert "sku" in again.context_data["form"].errors
    reader = Desk(person("rita", ["product.view"]))
    assert reader.post("catalog_product_add", sku="NEW-3", kind="family:mugs").status_code == 403
    assert Product.objects.count() == 2


def test_the_sheet_is_shown_as_it_would_be_sent(desk: Desk, mug: int) -> None:
    preview = desk.client.get(f"/admin/catalog/product/{mug}/sheet/b2b/").context_data["preview"]
    assert preview.sku == "MUG-1"
    assert dict(dict(preview.locales)["en_US"])["title"] == "Blue mug"
    assert desk.client.get(f"/admin/catalog/product/{mug}/sheet/nowhere/").status_code == 404


def test_pushing_again_makes_the_listing_stale_for_who_may(desk: Desk, mug: int, person: Any) -> None:
    Listing.objects.filter(product=mug).update(sent_rev=5, desired_rev=5)
    author = Desk(person("anna", ["product.edit"]))
    assert author.post("catalog_product_push", mug, "b2b").status_code == 403
    assert Listing.objects.get(product=mug).desired_rev == 5
    desk.post("catalog_product_push", mug, "b2b")
    assert Listing.objects.get(product=mug).desired_rev == 6


def test_home_counts_what_one_may_see_and_leads_to_it(desk: Desk, world: Any, mug: int, person: Any) -> None:
    from enrichment.dashboard import build

    home = build(desk.user)
    assert [(each.number) for each in home.statuses] == [1, 0, 0]
    place = home.channels[0].places[0]
    assert (place.locale, place.complete, place.total) == ("en_US", 1, 1)
    assert [row.product.sku for row in desk.client.get(place.complete_href).context_data["rows"]] == ["MUG-1"]
    assert desk.client.get("/admin/").status_code == 200
    stranger = build(person("stan", ["product.view"], categories=["fashion"]))
    assert [each.number for each in stranger.statuses] == [0, 0, 0]
    assert stranger.channels[0].places[0].total == 0
