"""Moves on the product's pages: asked, previewed, done, taken back; who may not is told so, and nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalog.models import Campaign, Product, ProductValues, User
from catalog.values.campaigns import write_campaign
from catalog.values.fingerprint import catalogue_hash
from channels.models import Channel, Listing
from enrichment import assigning
from enrichment.assigning import Task
from enrichment.models import Assignment, Comment, Thread
from tests.channels.stage import FULL
from tests.enrichment.conftest import Desk
from tests.world import SYSTEM, World


def row(product: int) -> Product:
    return Product.objects.get(pk=product)


def look(desk: Desk, product: int, move: str, **query: Any) -> Any:
    return desk.client.get(reverse("admin:catalog_product_move", args=[product, move]), query)


def do(desk: Desk, product: int, move: str, **data: Any) -> Any:
    address = reverse("admin:catalog_product_move", args=[product, move])
    return desk.client.post(address, {"rev": row(product).rev, **data}, follow=True)


def test_a_family_change_shows_what_is_lost_and_what_channels_then_miss(
    desk: Desk, world: World, mug: int
) -> None:
    world.edit(mug, {"capacity": "300"})
    before = catalogue_hash()
    response = look(desk, mug, "family", to="shirts")
    made = response.context_data["made"]
    assert made.facts == [("Family", "Mugs", "Shirts")]
    assert [(each.label, each.before) for each in made.lost] == [("Capacity", "300")]
    assert "1 value leaves the product." in response.content.decode()
    assert catalogue_hash() == before


def test_what_a_campaign_says_of_it_is_told_before_it_is_lost(desk: Desk, world: World, mug: int) -> None:
    now = timezone.now()
    sale = Campaign.objects.create(
        code="sale", labels={"en_US": "Sale"}, starts_at=now, ends_at=now + timedelta(days=1)
    )
    write_campaign(sale, {mug: {"capacity": "330", "price": {"EUR": "5"}}}, by=SYSTEM)
    made = look(desk, mug, "family", to="shirts").context_data["made"]
    assert [(each.label, each.place, each.before) for each in made.lost] == [("Capacity", "Sale", "330")]


def test_a_family_change_is_done_and_taken_back_from_the_history(desk: Desk, world: World, mug: int) -> None:
    world.edit(mug, {"capacity": "300"})
    before = catalogue_hash()
    page = do(desk, mug, "family", to="shirts")
    assert "MUG-1 was moved. The history can take it back." in page.content.decode()
    assert row(mug).family_id == world.families["shirts"].pk
    history = desk.page(mug, tab="history").context_data["entries"]
    assert [entry.can_undo for entry in history] == [True, False, False]
    desk.post("catalog_product_move_undo", mug, ref=history[0].ref)
    assert catalogue_hash() == before


def test_what_was_previewed_before_somebody_else_saved_is_previewed_again(
    desk: Desk, world: World, mug: int
) -> None:
    rev = row(mug).rev
    world.edit(mug, {"capacity": "300"})
    before = catalogue_hash()
    page = do(desk, mug, "family", to="shirts", rev=rev)
    assert "look at the preview again" in page.content.decode()
    assert catalogue_hash() == before


def test_a_simple_product_goes_under_a_model_by_its_sku_and_axes(desk: Desk, world: World) -> None:
    world.create("TEE", {"name|en_US": "Tee"}, family_variant="shirts_size")
    simple = world.create("TEE-M", {"name|en_US": "Shirt"}, family="shirts").product or 0
    asked = look(desk, simple, "parent", model="tee")
    assert asked.context_data["made"] is None
    assert list(asked.context_data["form"].fields) == ["model", "axis:size"]
    planned = look(desk, simple, "parent", model="tee", **{"axis:size": "m"})
    assert [fact[0] for fact in planned.context_data["made"].facts] == ["Model", "Family variant"]
    do(desk, simple, "parent", model="tee", **{"axis:size": "m"})
    moved = row(simple)
    assert (moved.kind, moved.parent and moved.parent.sku) == ("variant", "TEE")
    assert ProductValues.objects.get(pk=simple).values == {"name|en_US": "Shirt", "size": "m"}


def test_a_combination_that_is_taken_is_told_beside_its_field(desk: Desk, world: World) -> None:
    world.create("TEE", {}, family_variant="shirts_size")
    world.create("TEE-M", {"size": "m"}, parent="TEE")
    simple = world.create("TEE-X", {}, family="shirts").product or 0
    response = look(desk, simple, "parent", model="TEE", **{"axis:size": "m"})
    assert response.status_code == 422
    assert response.context_data["form"].errors["axis:size"] == ["TEE already has a variant m."]
    before = catalogue_hash()
    do(desk, simple, "parent", model="TEE", **{"axis:size": "m"})
    assert catalogue_hash() == before


def test_a_variant_leaves_its_model_without_losing_a_value(desk: Desk, world: World) -> None:
    world.create("TEE", {"name|en_US": "Tee"}, family_variant="shirts_size")
    variant = world.create("TEE-M", {"size": "m"}, parent="TEE").product or 0
    assert "No value is lost." in look(desk, variant, "out").content.decode()
    do(desk, variant, "out")
    assert row(variant).kind == "simple"
    assert ProductValues.objects.get(pk=variant).values == {"name|en_US": "Tee", "size": "m"}


def test_a_move_that_a_product_cannot_make_has_no_page(desk: Desk, mug: int) -> None:
    assert look(desk, mug, "out").status_code == 404
    assert look(desk, mug, "sideways").status_code == 404


def test_an_approved_product_is_not_moved_by_who_may_not_publish(world: World, person: Any, mug: int) -> None:
    world.edit(mug, status="approved")
    before = catalogue_hash()
    desk = Desk(person("anna", ["product.edit"]))
    page = do(desk, mug, "family", to="shirts")
    assert "Your roles do not let you change this." in page.content.decode()
    assert catalogue_hash() == before


def test_a_product_of_another_category_is_not_there(world: World, person: Any, mug: int) -> None:
    desk = Desk(person("anna", ["product.edit", "product.create", "product.trash"], categories=["fashion"]))
    for name in ("catalog_product_duplicate", "catalog_product_merge"):
        assert desk.client.get(reverse(f"admin:{name}", args=[mug])).status_code == 404
    assert look(desk, mug, "family").status_code == 404


def test_a_duplicate_begins_as_a_draft(desk: Desk, world: World, mug: int) -> None:
    world.edit(mug, {"ean": "4006381333931"}, status="approved")
    address = reverse("admin:catalog_product_duplicate", args=[mug])
    assert "no two products may have the same" in desk.client.get(address).content.decode()
    refused = desk.client.post(address, {"sku": "mug-1"})
    assert refused.status_code == 422
    assert refused.context_data["form"].errors["sku"] == ["The SKU mug-1 is taken."]
    desk.client.post(address, {"sku": "MUG-2"})
    copy = Product.objects.get(sku="MUG-2")
    assert (copy.status, ProductValues.objects.get(pk=copy.pk).values) == ("draft", FULL)


def test_a_duplicate_is_merged_value_by_value_and_leads_to_what_stays(
    desk: Desk, world: World, mug: int, channel: Channel
) -> None:
    other = world.create("MUG-OLD", {"capacity": "300", "name|en_US": "Old mug"}, family="mugs").product or 0
    address = reverse("admin:catalog_product_merge", args=[mug])
    compared = desk.client.get(address, {"other": "mug-old"})
    sides = {side.name: side.chosen for side in compared.context_data["sides"]}
    assert sides == {"pick:name|en_US": "keep", "pick:capacity": "take"}
    revs = compared.context_data["revs"]
    desk.client.post(
        address, {"other": "MUG-OLD", "revs": revs, "pick:name|en_US": "take", "pick:capacity": "keep"}
    )
    assert ProductValues.objects.get(pk=mug).values == {**FULL, "name|en_US": "Old mug"}
    page = desk.page(other).content.decode()
    assert f'Merged into <a href="{reverse("admin:catalog_product_change", args=[mug])}">MUG-1</a>' in page
    assert Listing.objects.get(product_id=other).is_stale


def test_what_was_said_and_is_to_be_done_about_a_duplicate_goes_to_the_one_that_stays(
    desk: Desk, world: World, mug: int, person: Callable[..., User]
) -> None:
    other = world.create("MUG-OLD", {}, family="mugs").product or 0
    anna, bert = person("anna", ["product.edit"]), person("bert", ["product.edit"])
    for product, place, text in ((mug, "", "one"), (other, "", "two"), (other, "capacity", "three")):
        desk.post("enrichment_comments_act", product, do="say", text=text, place=place)
    assigning.assign([mug], Task(anna.pk, bert.pk, "mine", date(2027, 1, 9)))
    assigning.assign([other], Task(anna.pk, bert.pk, "theirs", date(2027, 1, 2)))
    assigning.assign([other], Task(bert.pk, anna.pk, "more"))
    address = reverse("admin:catalog_product_merge", args=[mug])
    revs = desk.client.get(address, {"other": "MUG-OLD"}).context_data["revs"]
    desk.client.post(address, {"other": "MUG-OLD", "revs": revs})
    said = Comment.objects.order_by("pk").values_list("thread__product", "thread__key", "text")
    assert list(said) == [(mug, "", "one"), (mug, "", "two"), (mug, "capacity", "three")]
    assert Thread.objects.count() == 2
    open_ = Assignment.objects.filter(done_at=None).order_by("to__username")
    assert [(row.product_id, row.note, row.due) for row in open_] == [
        (mug, "mine · theirs", date(2027, 1, 2)),
        (mug, "more", None),
    ]


def test_a_comparison_does_not_show_what_the_persons_roles_do_not_show(
    world: World, mug: int, person: Callable[..., User]
) -> None:
    """Neither of the one that stays nor of the duplicate, which may stand where their roles reach less."""
    world.create("MUG-OLD", {"capacity": "977", "name|en_US": "Old mug"}, family="mugs")
    anna = person("anna", ["product.edit", "product.trash"], groups=["marketing"], locales=["en_US"])
    response = Desk(anna).client.get(reverse("admin:catalog_product_merge", args=[mug]), {"other": "MUG-OLD"})
    assert [side.name for side in response.context_data["sides"]] == ["pick:name|en_US"]
    page = response.content.decode()
    assert "977" not in page
    assert "1 value that your roles do not show differs as well: that of MUG-1 stays." in page


def test_a_product_is_not_merged_with_itself(desk: Desk, mug: int) -> None:
    response = desk.client.get(reverse("admin:catalog_product_merge", args=[mug]), {"other": "MUG-1"})
    assert response.context_data["form"].errors["other"] == [
        "A product cannot be merged with itself: give the SKU of the other one."
    ]


def test_a_preview_asks_as_often_for_many_variants_as_for_one(desk: Desk, world: World) -> None:
    from django.db import transaction

    from catalog.models import FamilyVariant, VariantAttribute
    from catalog.structure.announce import announce

    with transaction.atomic():
        other = FamilyVariant.objects.create(code="shirts_again", family=world.families["shirts"])
        VariantAttribute.objects.create(
            family_variant=other, attribute=world.attributes["size"], level=1, is_axis=True
        )
        announce("family_variant", [other.pk])
    counts = []
    for sku, sizes in (("TEE", "s"), ("POLO", "sml")):
        world.create(sku, {}, family_variant="shirts_size")
        for size in sizes:
            world.create(f"{sku}-{size}", {"size": size}, parent=sku)
        model = Product.objects.get(sku=sku).pk
        look(desk, model, "family", to="shirts_again")
        with CaptureQueriesContext(connection) as queries:
            look(desk, model, "family", to="shirts_again")
        counts.append(len(queries))
    assert counts[0] == counts[1]
