"""From a save to the shop, and back: one product on its way through the webhook."""

from __future__ import annotations

from channels import blocks
from channels.models import Listing
from tests.channels.stage import Stage

State = Listing.State


def test_an_approved_complete_product_arrives_as_one_signed_sheet(stage: Stage) -> None:
    product = stage.product()
    report = stage.send()
    assert report.counts["ok"] == 1
    [body] = stage.shop.posts
    assert body["channel"] == "b2b"
    [item] = body["items"]
    assert (item["key"], item["op"], item["revision"]) == ("MUG-1", "upsert", 1)
    assert item["sheet"] == {
        "sku": "MUG-1",
        "family": {"code": "mugs", "label": "Mugs"},
        "categories": [],
        "locales": {"en_US": {"title": "Blue mug"}, "de_DE": {"title": "Blaue Tasse"}},
        "fields": {
            "price": {"EUR": "9.90", "USD": "12.00"},
            "weight": {"amount": "0.35", "unit": "KILOGRAM"},
        },
        "images": [],
    }
    listing = stage.listing(product)
    assert (listing.state, listing.external_id, listing.external_url) == (
        State.LIVE,
        "shop-1",
        "https://shop.example/shop-1",
    )
    assert (listing.desired_rev, listing.sent_rev, listing.lease_token, listing.stale_since) == (
        1,
        1,
        "",
        None,
    )
    assert listing.sent_hash == item["hash"]
    [attempt] = listing.attempts_made.all()
    assert (attempt.operation, attempt.outcome, attempt.revision) == ("upsert", "ok", 1)
    assert attempt.answer["status"] == 200
    assert attempt.message_id == stage.shop.headers[0]["webhook-id"]


def test_nothing_is_sent_when_nothing_changed(stage: Stage) -> None:
    product = stage.product()
    stage.send()
    stage.edit(product, capacity="0.3")  # not a field of this channel
    assert stage.listing(product).is_stale
    report = stage.send()
    assert +report.counts == {"settled": 1}
    assert len(stage.shop.posts) == 1
    listing = stage.listing(product)
    assert (listing.is_stale, listing.state, listing.sent_rev) == (False, State.LIVE, 2)


def test_many_edits_become_one_request_with_the_newest_value(stage: Stage) -> None:
    product = stage.product()
    for text in ("One", "Two", "Three"):
        stage.edit(product, name__en_US=text)
    stage.send()
    assert len(stage.shop.posts) == 1
    assert stage.shop.items["MUG-1"]["sheet"]["locales"]["en_US"]["title"] == "Three"
    assert stage.shop.items["MUG-1"]["revision"] == 4


def test_an_incomplete_product_is_held_and_the_shop_keeps_what_it_has(stage: Stage) -> None:
    product = stage.product()
    stage.send()
    outcome = stage.world.edit(product, {"name|de_DE": None})
    assert outcome.ok
    stage.send()
    listing = stage.listing(product)
    assert (listing.state, listing.is_stale) == (State.INCOMPLETE, False)
    assert listing.reason == "1 required value is missing; the channel keeps what it has."
    assert listing.errors == [
        {
            "field": "",
            "attribute": "name",
            "code": "missing",
            "message": "Name is missing for de_DE.",
            "locale": "de_DE",
        }
    ]
    assert stage.shop.items["MUG-1"]["sheet"]["locales"]["de_DE"] == {"title": "Blaue Tasse"}
    assert len(stage.shop.posts) == 1


def test_a_product_that_is_not_approved_is_not_sent(stage: Stage) -> None:
    product = stage.product(status="draft")
    stage.send()
    listing = stage.listing(product)
    assert (listing.state, listing.reason, listing.is_stale) == (State.BLOCKED, "Not approved yet.", False)
    assert stage.shop.requests == 0


def test_what_is_no_longer_approved_trashed_or_disabled_is_withdrawn(stage: Stage) -> None:
    first, second, third = stage.products(3)
    stage.send()
    stage.put(first, status="draft")
    stage.put(second, enabled=False)
    stage.put(third, trashed=True)
    stage.send()
    assert stage.shop.items == {}
    assert [item["op"] for item in stage.shop.posts[1]["items"]] == ["withdraw"] * 3
    for product, reason in (
        (first, "Not approved yet."),
        (second, "It is disabled."),
        (third, "It is in the trash."),
    ):
        listing = stage.listing(product)
        assert (listing.state, listing.reason) == (State.WITHDRAWN, reason)
        assert (listing.sent_hash, listing.sent_sheet, listing.external_id) == ("", None, "")
    stage.put(first, status="approved")
    stage.send()
    assert set(stage.shop.items) == {"MUG-1"}


def test_what_leaves_the_assortment_is_withdrawn(stage: Stage) -> None:
    product = stage.product(categories=["cups"])
    stage.send()
    stage.channel.assortment = {"categories": ["fashion"]}
    stage.channel.save()
    stage.changed()
    stage.send()
    assert stage.shop.items == {}
    assert stage.listing(product).reason == "Not in the assortment: it is in none of the offered categories."


def test_a_new_sku_takes_the_old_one_down_and_goes_out_under_the_new(stage: Stage) -> None:
    product = stage.product("OLD")
    stage.send()
    stage.put(product, sku="NEW")
    stage.send()
    stage.send()
    assert set(stage.shop.items) == {"NEW"}
    assert stage.listing(product).state == State.LIVE


def test_a_block_holds_the_sheet_back_until_it_is_lifted(stage: Stage) -> None:
    product = stage.product()
    other = stage.product("MUG-2")
    blocks.hold(product_ids=[product], code="photo", message="The photo shows another mug.", by="person:1")
    stage.send()
    listing = stage.listing(product)
    assert (listing.state, listing.reason) == (State.BLOCKED, "Held back: The photo shows another mug.")
    assert listing.errors == [{"field": "", "code": "photo", "message": "The photo shows another mug."}]
    assert stage.shop.items.keys() == {"MUG-2"}
    assert blocks.lift(product_ids=[product], code="photo", by="person:1") == 1
    assert (stage.listing(product).is_stale, stage.listing(other).is_stale) == (True, False)
    stage.send()
    assert stage.listing(product).state == State.LIVE


def test_a_block_on_a_model_holds_its_variants(stage: Stage) -> None:
    world = stage.world
    names = {"name|en_US": "Shirt", "name|de_DE": "Hemd"}
    model = world.create(
        "SHIRT", names, family="shirts", family_variant="shirts_size", status="approved"
    ).product
    variant = world.create("SHIRT-S", {"size": "s"}, parent="SHIRT", status="approved").product
    stage.send()
    blocks.hold(
        product_ids=[model], code="recall", message="Recalled.", by="person:1", channel_id=stage.channel.pk
    )
    stage.send()
    assert stage.listing(variant).reason == "Held back: Recalled."


def test_a_sheet_against_the_channels_rules_is_blocked_with_the_reason_on_the_field(stage: Stage) -> None:
    product = stage.product(values={"name|en_US": "x" * 82})
    stage.send()
    listing = stage.listing(product)
    message = "Title (en_US) is 82 of 75 characters for B2B shop: shorten by 7."
    assert (listing.state, listing.reason) == (State.BLOCKED, message)
    assert listing.errors == [
        {"field": "title", "code": "too_long", "message": message, "locale": "en_US", "attribute": "name"}
    ]
    assert stage.shop.requests == 0


def test_one_poisonous_product_delays_no_other(stage: Stage, monkeypatch) -> None:
    from channels.sheets import load

    built = load.build

    def poisoned(unit, *args, **more):
        if unit.bundle.product.sku == "MUG-2":
            raise ZeroDivisionError
        return built(unit, *args, **more)

    monkeypatch.setattr(load, "build", poisoned)
    first, second, third = stage.products(3)
    stage.send()
    assert set(stage.shop.items) == {"MUG-1", "MUG-3"}
    assert stage.listing(second).state == State.BLOCKED
    assert "ZeroDivisionError" in stage.listing(second).reason
    assert [stage.listing(pk).state for pk in (first, third)] == [State.LIVE, State.LIVE]


def test_a_save_nudges_the_channel_and_a_dead_broker_does_not_fail_it(
    stage: Stage, nudges: list[int], monkeypatch
) -> None:
    from channels import tasks

    stage.product()
    assert nudges == [stage.channel.pk]

    def dead(**options) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(tasks.drain, "apply_async", dead)
    product = stage.product("MUG-2")
    assert stage.listing(product).is_stale
