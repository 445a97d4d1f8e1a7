"""Texts of a locale that is approved by itself leave with nothing before they are approved there, whatever the channel sends."""

from __future__ import annotations

from typing import Any

import pytest

from channels.connectors.webhook import Webhook
from channels.models import Channel, Listing
from tests.catalog.values.test_approval_by_locale import person
from tests.channels.stage import Stage, make_channel

State = Listing.State
DE = "status|de_DE"


def titles(stage: Stage) -> list[dict[str, Any]]:
    """What the shop was told, item by item: the title by locale, {} for a removal."""
    items = [item for post in stage.shop.posts for item in post["items"]]
    return [{code: texts.get("title") for code, texts in (item.get("sheet") or {"locales": {}})["locales"].items()} for item in items]  # fmt: skip


@pytest.fixture
def german(stage: Stage) -> Channel:
    """A channel that sends German alone."""
    channel = make_channel(
        stage.world, code="shop", settings={"endpoint": stage.shop.address, "timeout": 1}, locales=["de_DE"]
    )
    stage.work_off_jobs()
    return channel


def approve_by_itself(stage: Stage, *codes: str, on: bool = True) -> None:
    stage.world.approve_by_itself(*codes, on=on)
    stage.work_off_jobs()


def test_an_item_of_several_locales_waits_whole_until_each_is_approved(stage: Stage) -> None:
    approve_by_itself(stage, "de_DE")
    product = stage.product()
    stage.send()
    listing = stage.listing(product)
    assert (stage.shop.posts, listing.state) == ([], State.BLOCKED)
    assert [(error["code"], error["locale"]) for error in listing.errors] == [("not_approved", "de_DE")]
    stage.put(product, **{DE: "in_review"})
    stage.send()
    assert stage.shop.posts == []
    stage.put(product, **{DE: "approved"})
    assert stage.listing(product).is_stale
    stage.send()
    assert titles(stage) == [{"en_US": "Blue mug", "de_DE": "Blaue Tasse"}]


def test_a_shop_of_several_locales_keeps_what_it_has_while_one_is_reviewed_again(stage: Stage) -> None:
    product = stage.product()
    stage.send()
    approve_by_itself(stage, "de_DE")
    stage.send()
    assert len(stage.shop.posts) == 1  # what was approved stays so, and nothing is sent again
    stage.put(product, **{DE: "draft"})
    stage.edit(product, name__de_DE="Falsch", name__en_US="Blue mug XL")
    stage.send()
    assert (len(stage.shop.posts), stage.listing(product).state) == (1, State.BLOCKED)
    stage.edit(product, name__de_DE="Blaue Tasse XL")
    stage.put(product, **{DE: "approved"})
    stage.send()
    assert titles(stage)[1:] == [{"en_US": "Blue mug XL", "de_DE": "Blaue Tasse XL"}]


def test_a_channel_of_that_locale_alone_withdraws_as_of_a_product_that_is_a_draft(
    stage: Stage, german: Channel
) -> None:
    approve_by_itself(stage, "de_DE")
    product = stage.product()
    stage.put(product, **{DE: "approved"})
    stage.send(german)
    assert stage.listing(product, german).state == State.LIVE
    stage.put(product, **{DE: "draft"})
    stage.send(german)
    assert [item["op"] for post in stage.shop.posts for item in post["items"]] == ["upsert", "withdraw"]
    assert stage.listing(product, german).state == State.WITHDRAWN


def test_other_locales_leave_while_one_they_do_not_send_is_a_draft(stage: Stage) -> None:
    approve_by_itself(stage, "fr_FR")
    stage.product()
    stage.send()
    assert len(stage.shop.posts) == 1


def test_a_text_that_shines_through_from_a_locale_that_is_not_approved_does_not_leave(stage: Stage) -> None:
    channel = make_channel(
        stage.world, code="shop", settings={"endpoint": stage.shop.address, "timeout": 1}, locales=["de_AT"],
        send_fallback=True, fallback_counts=True,
    )  # fmt: skip
    approve_by_itself(stage, "de_DE")
    product = stage.product()
    stage.send(channel)
    assert (stage.shop.posts, stage.listing(product, channel).state) == ([], State.BLOCKED)
    stage.edit(product, name__de_AT="Häferl")
    stage.send(channel)
    assert titles(stage) == [{"de_AT": "Häferl"}]


def test_a_models_own_text_that_shines_through_beside_its_variants_does_not_leave(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Webhook, "unit", "model")
    channel = make_channel(
        stage.world, code="shop", settings={"endpoint": stage.shop.address, "timeout": 1}, locales=["de_AT"],
        send_fallback=True, fallback_counts=True,
    )  # fmt: skip
    approve_by_itself(stage, "de_DE")
    world, full = stage.world, {"price": {"EUR": "9.9"}, "weight": {"amount": "350", "unit": "GRAM"}}
    made = world.create("TEE", {"name|de_DE": "Hemd", **full}, family="shirts", family_variant="shirts_size")
    model = made.product or 0
    world.create("TEE-S", {"size": "s", "name|de_AT": "Leiberl"}, parent="TEE", status="approved")
    stage.send(channel)
    listing = stage.listing(model, channel)
    assert (stage.shop.posts, [error["code"] for error in listing.errors]) == ([], ["not_approved"])
    stage.put(model, **{DE: "approved"})
    stage.send(channel)
    assert titles(stage) == [{"de_AT": "Hemd"}]


def test_a_channel_without_a_locale_waits_for_the_first_which_its_fields_are_in(stage: Stage) -> None:
    fields = [{"target": "title", "source": {"attribute": "name"}}]
    channel = make_channel(
        stage.world, code="shop", settings={"endpoint": stage.shop.address, "timeout": 1}, locales=[], required=[],
        fields=fields,
    )  # fmt: skip
    approve_by_itself(stage, "en_US")
    product = stage.product()
    stage.send(channel)
    assert (stage.shop.posts, stage.listing(product, channel).state) == ([], State.BLOCKED)
    stage.put(product, **{"status|en_US": "approved"})
    stage.send(channel)
    assert [post["items"][0]["sheet"]["fields"] for post in stage.shop.posts] == [{"title": "Blue mug"}]


def test_a_models_texts_are_approved_at_the_model_and_a_variants_own_at_the_variant(
    stage: Stage, german: Channel
) -> None:
    approve_by_itself(stage, "de_DE")
    world, full = stage.world, {"price": {"EUR": "9.9"}, "weight": {"amount": "350", "unit": "GRAM"}}
    model = world.create("TEE", {"name|de_DE": "Hemd", **full}, family="shirts", family_variant="shirts_size")
    small = world.create("TEE-S", {"size": "s"}, parent="TEE", status="approved").product or 0
    stage.send(german)
    listing = stage.listing(small, german)
    assert (stage.shop.posts, listing.reason) == ([], "German (Germany) of TEE is not approved yet.")
    stage.put(model.product or 0, **{DE: "approved"})
    stage.send(german)
    assert titles(stage) == [{"de_DE": "Hemd"}]
    translator = person("translator", ["product.edit"])
    assert world.edit(small, {"name|de_DE": "Hemd S"}, by=translator).proposals == ["name|de_DE"]
    stage.send(german)
    assert (len(stage.shop.posts), stage.listing(small, german).state) == (1, "live")
    stage.edit(small, name__de_DE="Hemd S")
    stage.send(german)
    assert titles(stage)[-1] == {"de_DE": "Hemd S"}


def test_taking_the_setting_back_lets_go_what_waited_for_it(stage: Stage) -> None:
    approve_by_itself(stage, "de_DE")
    stage.product()
    stage.send()
    approve_by_itself(stage, "de_DE", on=False)
    stage.send()
    assert titles(stage) == [{"en_US": "Blue mug", "de_DE": "Blaue Tasse"}]
