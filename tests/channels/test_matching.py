"""The first connection to a filled shop: what is there is found and changed, what is in doubt is never created."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Job
from channels import matching, profiles
from channels.connectors._candidates import NEW
from channels.connectors.base import Seen
from channels.connectors.webhook import Webhook
from channels.models import Channel, Listing
from tests.channels.connectors.contract import subject
from tests.channels.connectors.shopify_stage import ShopifyStage
from tests.channels.connectors.test_contract import ContractStage
from tests.channels.stage import Stage


@pytest.fixture
def filled(stage: Stage) -> Stage:
    """Paused, so that nothing is sent; the shop has one of three products from before."""
    profiles.pause(channel_id=stage.channel.pk, reason="before the first sync")
    stage.products(3)
    stage.shop.items["MUG-1"] = {"id": "theirs-7", "hash": "", "revision": 0, "sheet": {"sku": "MUG-1"}}
    return stage


def match(stage: Stage) -> Job:
    job = matching.start(channel=Channel.objects.get(pk=stage.channel.pk), by=None)
    stage.work_off_jobs()
    job.refresh_from_db()
    return job


def test_what_is_there_is_found_and_changed_not_made_again(
    filled: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Webhook, "batch_size", 2)
    job = match(filled)
    assert (job.state, job.result["counts"]) == ("done", {"found": 1, "ambiguous": 0, "absent": 2})
    assert filled.shop.posts == []
    first = job.result["first"]["found"][0]
    assert first["sku"] == "MUG-1"
    profiles.resume(channel_id=filled.channel.pk)
    filled.send()
    assert filled.shop.items["MUG-1"]["id"] == "theirs-7"
    assert filled.shop.created == 2


def test_what_the_channel_does_not_tell_is_in_doubt_and_not_created(
    filled: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Webhook.read_back

    def silent(self: Webhook, keys: Sequence[str]) -> Mapping[str, Seen | None]:
        return {key: seen for key, seen in real(self, keys).items() if key != "MUG-2"}

    monkeypatch.setattr(Webhook, "read_back", silent)
    assert match(filled).result["counts"] == {"found": 1, "ambiguous": 1, "absent": 1}
    profiles.resume(channel_id=filled.channel.pk)
    filled.send()
    assert sorted(filled.shop.items) == ["MUG-1", "MUG-3"]
    monkeypatch.setattr(Webhook, "read_back", real)
    filled.let_time_pass()
    filled.send()
    assert sorted(filled.shop.items) == ["MUG-1", "MUG-2", "MUG-3"]


def test_a_channel_that_does_not_answer_fails_the_job_with_its_reason(filled: Stage) -> None:
    from tests.channels.shop import json

    filled.shop.next_reads.append(json({}, status=401))
    job = match(filled)
    assert job.state == "failed"
    assert "401" in job.error


# --- a shop that tells products by SKU and GTIN too


@pytest.fixture
def shopify(shopify_stage: ShopifyStage) -> ShopifyStage:
    """Nothing is sent until the match was looked at; the mugs' barcodes are their GTINs."""
    profiles.pause(channel_id=shopify_stage.channel.pk, reason="before the first sync")
    return shopify_stage


def mug(stage: ShopifyStage, sku: str, ean: str) -> int:
    return stage.product(sku, values={"ean": ean})


def listed(job: Job, kind: str) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (each["sku"], [(one["title"], one["by"]) for one in each["there"]])
        for each in job.result["first"][kind]
    ]


def test_what_others_made_there_is_found_by_key_sku_and_gtin(shopify: ShopifyStage) -> None:
    shopify.setting(existing="adopt")
    old = [
        shopify.there.made_in_the_shop("By SKU", "MUG-1"),
        shopify.there.made_in_the_shop("By GTIN", "OTHER-2", barcode="04006381333931"),
    ]
    variant_before = old[1]["variants"][0]["id"]
    mug(shopify, "MUG-1", "4006381333948")
    mug(shopify, "MUG-2", "4006381333931")
    mug(shopify, "MUG-3", "4006381333955")
    job = match(shopify)
    assert job.result["counts"] == {"found": 2, "ambiguous": 0, "absent": 1}
    assert listed(job, "found") == [("MUG-1", [("By SKU", "sku")]), ("MUG-2", [("By GTIN", "gtin")])]
    assert shopify.there.sets == []
    profiles.resume(channel_id=shopify.channel.pk)
    shopify.send()
    assert [shopify.there.product(f"MUG-{n}")["id"] for n in (1, 2)] == [one["id"] for one in old]
    assert (shopify.there.created, len(shopify.there.products)) == (1, 3)
    [variant] = shopify.there.product("MUG-2")["variants"]
    assert (variant["sku"], variant["id"]) == ("MUG-2", variant_before)
    assert match(shopify).result["counts"] == {"found": 0, "ambiguous": 0, "absent": 0}


def test_where_several_may_be_meant_nothing_is_made_until_a_person_chose(
    shopify: ShopifyStage, client: Client
) -> None:
    shopify.setting(existing="adopt")
    by_sku = shopify.there.made_in_the_shop("By SKU", "MUG-1")
    shopify.there.made_in_the_shop("By GTIN", "OTHER", barcode="4006381333931")
    product = mug(shopify, "MUG-1", "4006381333931")
    job = match(shopify)
    assert listed(job, "ambiguous") == [("MUG-1", [("By SKU", "sku"), ("By GTIN", "gtin")])]
    profiles.resume(channel_id=shopify.channel.pk)
    shopify.send()
    listing = shopify.listing(product)
    assert (listing.state, listing.errors[0]["code"], shopify.there.sets) == ("refused", "ambiguous", [])
    client.force_login(shopify.world.admin)
    page = reverse("admin:channels_channel_match", args=[shopify.channel.pk])
    assert "the same GTIN" in client.get(page).text
    address = reverse("admin:channels_channel_match_choose", args=[shopify.channel.pk])
    client.post(address, {"listing": listing.pk, "there": "gid://shopify/Product/999"})
    assert shopify.listing(product).external_id == ""  # only what was offered
    client.post(address, {"listing": listing.pk, "there": by_sku["id"]})
    shopify.send()
    assert (shopify.listing(product).state, shopify.there.created) == ("live", 0)
    assert shopify.there.product("MUG-1")["id"] == by_sku["id"]


def test_a_person_may_say_that_it_is_none_of_them(shopify: ShopifyStage) -> None:
    shopify.there.made_in_the_shop("A set of that mug", "SET", barcode="4006381333931")
    product = mug(shopify, "MUG-1", "4006381333931")
    job = match(shopify)
    assert listed(job, "found") == [("MUG-1", [("A set of that mug", "gtin")])]
    profiles.resume(channel_id=shopify.channel.pk)
    shopify.send()
    assert (shopify.listing(product).state, shopify.there.created) == ("refused", 0)  # left alone and told
    assert matching.choose(shopify.listing(product).pk, NEW)
    shopify.send()
    assert (shopify.listing(product).state, shopify.there.created) == ("live", 1)


def test_one_product_there_is_not_found_to_be_two_of_ours(shopify: ShopifyStage) -> None:
    shopify.setting(existing="adopt")
    shopify.there.made_in_the_shop("Mug", "MUG-1", barcode="4006381333931")
    mug(shopify, "MUG-1", "4006381333948")
    mug(shopify, "MUG-2", "4006381333931")
    assert match(shopify).result["counts"] == {"found": 1, "ambiguous": 1, "absent": 0}


def test_google_finds_by_offer_id(transactional_db: Any) -> None:
    with subject("google") as one:
        stage = ContractStage(one)
        stage.product()
        stage.send_all()
        Listing.objects.update(sent_hash="", sent_sheet=None, external_id="", state="waiting", desired_rev=5)
        job = match(stage)
        assert job.result["counts"] == {"found": 1, "ambiguous": 0, "absent": 0}
        assert stage.listing(Listing.objects.get().product_id).external_id == "en~US~MUG-1"
        stage.send_all()
        assert one.server.created == 1


def test_its_page_says_what_was_found(filled: Stage, client: Client) -> None:
    client.force_login(filled.world.admin)
    address = reverse("admin:channels_channel_match", args=[filled.channel.pk])
    assert "3 products have never been sent." in client.get(address).text
    client.post(reverse("admin:channels_channel_match_start", args=[filled.channel.pk]))
    filled.work_off_jobs()
    page: Any = client.get(address)
    assert [(kind, count) for kind, _label, count, _entries in page.context["kinds"]] == [
        ("found", 1), ("ambiguous", 0), ("absent", 2),
    ]  # fmt: skip
