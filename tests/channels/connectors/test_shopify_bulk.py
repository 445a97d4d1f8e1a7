"""A first sync, or a large one, goes to Shopify as jobs: each product once and as if sent alone, whatever ends a job or a worker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from catalog.models import Product
from channels import profiles
from channels.connectors.shopify import Shopify
from channels.delivery import bulk
from channels.models import Channel, FieldMapping, Listing
from tests.channels.connectors.shopify_schema import needs_schema
from tests.channels.connectors.shopify_stage import ShopifyStage, sent
from tests.channels.shop import json
from tests.channels.stage import work_off_jobs

pytestmark = needs_schema
State = Listing.State


@pytest.fixture
def stage(shopify_stage: ShopifyStage, monkeypatch: pytest.MonkeyPatch) -> ShopifyStage:
    """Jobs of up to eight, from four waiting on."""
    monkeypatch.setattr(Shopify, "bulk_from", 4)
    monkeypatch.setattr(Shopify, "bulk_size", 8)
    return shopify_stage


def sync(stage: ShopifyStage, count: int, **values: Any) -> list[int]:
    """Products that a whole channel waits for, and nobody for one of them."""
    products = [stage.product(f"MUG-{number}", values=values or None) for number in range(1, count + 1)]
    Listing.objects.update(held_by=Listing.SYNC)
    return products


def send(stage: ShopifyStage, times: int = 6) -> None:
    for _ in range(times):
        stage.let_time_pass()
        stage.send()


def states(products: list[int]) -> Counter[str]:
    rows = Listing.objects.filter(product__in=products)
    return Counter(rows.values_list("state", flat=True))


def everything_is_there_once(stage: ShopifyStage, products: list[int]) -> None:
    keys = [stage.there.key_of(one) for one in stage.there.products.values()]
    assert sorted(keys) == sorted(Product.objects.filter(pk__in=products).values_list("sku", flat=True))
    assert states(products) == {State.LIVE: len(products)}
    assert not Listing.objects.exclude(submission="", lease_token="", unknown=False).exists()


def test_a_first_sync_goes_as_jobs_and_is_as_if_each_had_gone_alone(stage: ShopifyStage) -> None:
    products = sync(stage, 12)
    stage.send()
    assert len(stage.there.jobs) == 2
    send(stage)
    everything_is_there_once(stage, products)
    assert (stage.there.done["Set"], stage.there.created, len(stage.there.jobs)) == (0, 12, 2)
    by_job = stage.there.product("MUG-1")
    alone = stage.product("MUG-ALONE")
    stage.send()
    one = stage.there.product("MUG-ALONE")
    assert stage.there.done["Set"] == 1
    for name in ("title", "status", "descriptionHtml", "published", "tags"):
        assert by_job[name] == one[name], name
    assert stage.there.translated(by_job["id"], "title") == "Blaue Tasse"
    assert set(by_job["metafields"]) == set(one["metafields"])
    assert stage.listing(products[0]).external_url == stage.listing(alone).external_url.replace(
        one["handle"], by_job["handle"]
    )


def test_what_is_there_already_is_handed_over_to_no_job(stage: ShopifyStage) -> None:
    products = sync(stage, 6)
    send(stage)
    profiles.mark_all(channel_id=stage.channel.pk)
    before = stage.there.requests
    send(stage)
    assert stage.there.requests == before
    everything_is_there_once(stage, products)


def test_a_refused_line_is_told_at_its_field_and_touches_no_other(stage: ShopifyStage) -> None:
    products = sync(stage, 5)
    stage.there.rejected["MUG-2"] = "Too loud."
    send(stage)
    assert states(products) == {State.LIVE: 4, State.REFUSED: 1}
    [error] = stage.listing(products[1]).errors
    assert (error["field"], error["attribute"], error["message"]) == ("title", "name", "Too loud.")


def test_what_is_refused_behind_a_line_is_told_of_that_product_alone(stage: ShopifyStage) -> None:
    products = sync(stage, 5)
    stage.edit(products[2], name__de_DE="unspeakable")
    Listing.objects.update(held_by=Listing.SYNC)
    send(stage)
    assert states(products) == {State.LIVE: 4, State.REFUSED: 1}
    [error] = stage.listing(products[2]).errors
    assert (error["locale"], error["attribute"]) == ("de_DE", "name")


def test_a_large_change_updates_what_is_there_and_leaves_what_is_the_shops(stage: ShopifyStage) -> None:
    products = sync(stage, 6)
    send(stage)
    theirs = {
        "id": "gid://shopify/Metafield/900",
        "namespace": "app",
        "key": "note",
        "value": "x",
        "type": "json",
    }
    stage.there.product("MUG-3")["metafields"]["app", "note"] = theirs
    with transaction.atomic():
        FieldMapping.objects.filter(target="title").update(transforms=[{"name": "upper"}])
        profiles.changed(stage.channel)
    work_off_jobs()
    assert set(Listing.objects.values_list("held_by", flat=True)) == {Listing.SYNC}
    send(stage)
    everything_is_there_once(stage, products)
    assert (stage.there.done["Set"], len(stage.there.jobs)) == (0, 2)
    assert {one["title"] for one in stage.there.products.values()} == {"BLUE MUG"}
    assert stage.there.product("MUG-3")["metafields"]["app", "note"] == theirs


def test_a_product_of_the_shops_is_taken_over_by_a_job_too(stage: ShopifyStage) -> None:
    stage.setting(existing="adopt")
    old = stage.there.made_in_the_shop("Old mug", "MUG-2")
    products = sync(stage, 5)
    send(stage)
    everything_is_there_once(stage, products)
    assert (stage.there.product("MUG-2")["id"], stage.there.created, stage.there.done["Set"]) == (
        old["id"],
        4,
        0,
    )


# --- what ends a job, or a worker


class Killed(BaseException):
    pass


def kill(*_arguments: Any, **_named: Any) -> None:
    raise Killed


def test_a_worker_killed_before_the_jobs_handle_is_stored_doubles_nothing(
    stage: ShopifyStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    products = sync(stage, 6)
    stage.there.pace = 0
    with monkeypatch.context() as patched:
        patched.setattr(bulk, "handed_over", kill)
        with pytest.raises(Killed):
            stage.send()
    assert len(stage.there.jobs) == 1
    Listing.objects.update(lease_until=timezone.now())
    send(stage)
    assert (stage.there.sets, states(products)) == (
        [],
        {State.WAITING: 6},
    )  # the shop works on that job: nothing is known
    [job] = stage.there.jobs.values()
    stage.there.work(job)
    send(stage)
    everything_is_there_once(stage, products)
    assert stage.there.created == 6


@pytest.mark.parametrize("step", ["SetSeveral", "PublishSeveral", "LeaveReceipt"])
def test_a_worker_killed_while_it_collects_goes_on_where_it_was(
    stage: ShopifyStage, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    products = sync(stage, 6, capacity="0.4")
    stage.send()
    real = Shopify.collect

    def dies(connector: Shopify, *arguments: Any) -> Any:
        run = connector.api.run

        def asked(operation: str, *more: Any) -> Any:
            answer = run(operation, *more)
            return kill() if operation == step else answer

        connector.api.run = asked  # type: ignore[method-assign]
        return real(connector, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(Shopify, "collect", dies)
        stage.let_time_pass()
        with pytest.raises(Killed):
            stage.send()
    Listing.objects.update(lease_until=timezone.now())
    send(stage)
    everything_is_there_once(stage, products)
    assert (stage.there.created, stage.there.done["Set"]) == (6, 0)


def breaks(stage: ShopifyStage) -> None:
    stage.there.breaks_after = 2


def breaks_at_once(stage: ShopifyStage) -> None:
    stage.there.breaks_after = 0


def forgets(stage: ShopifyStage) -> None:
    stage.there.forgets_outcomes = True


def tells_too_little(stage: ShopifyStage) -> None:
    stage.there.told_nothing_of = {"MUG-4"}


@pytest.mark.parametrize("fault", [breaks, breaks_at_once, forgets, tells_too_little])
def test_what_a_job_does_not_tell_is_looked_up_and_sent_by_itself(
    stage: ShopifyStage, fault: Callable[[ShopifyStage], None]
) -> None:
    products = sync(stage, 6)
    fault(stage)
    send(stage)
    everything_is_there_once(stage, products)
    assert stage.there.created == 6


@pytest.mark.parametrize(
    "code", ["LIMIT_REACHED", "OPERATION_IN_PROGRESS", "INVALID_MUTATION", "uploads", "scope"]
)
def test_where_the_shop_takes_no_job_each_goes_alone(stage: ShopifyStage, code: str) -> None:
    products = sync(stage, 6)
    if code == "uploads":
        stage.there.no_uploads = True
    elif code == "scope":
        denied = {"errors": [{"message": "Access denied.", "extensions": {"code": "ACCESS_DENIED"}}]}
        stage.there.instead("Stage", json(denied))
    else:
        stage.there.job_refusals = [code]
    send(stage)
    everything_is_there_once(stage, products)
    assert (stage.there.done["Set"], stage.there.done["Stage"], len(stage.there.jobs)) == (6, 1, 0)
    assert Channel.objects.get(pk=stage.channel.pk).paused_at is None
    cache.clear()


def test_a_lost_answer_to_the_start_of_a_job_is_waited_for(stage: ShopifyStage) -> None:
    products = sync(stage, 6)
    stage.there.after("Run")
    stage.there.pace = 0
    stage.send()
    send(stage, 2)
    assert stage.there.sets == []
    [job] = stage.there.jobs.values()
    stage.there.work(job)
    send(stage)
    everything_is_there_once(stage, products)


def test_a_single_edit_overtakes_a_sync_and_jobs_under_way(stage: ShopifyStage) -> None:
    waiting = sync(stage, 19)
    urgent = stage.product("MUG-URGENT")
    stage.edit(waiting[18], name__en_US="Green mug")
    stage.there.pace = 0
    stage.send()
    assert len(stage.there.jobs) == 2
    assert stage.there.sets == ["MUG-19", "MUG-URGENT", "MUG-17", "MUG-18"]
    operations = [operation for operation, _variables in stage.there.log]
    assert operations.index("Set") < operations.index("Stage")
    later = stage.product("MUG-LATER")
    stage.send()
    assert stage.there.sets[4:] == ["MUG-LATER"]
    for job in stage.there.jobs.values():
        stage.there.work(job)
    send(stage)
    everything_is_there_once(stage, [*waiting, urgent, later])


def test_an_edit_of_what_a_job_carries_is_sent_when_the_job_is_done(stage: ShopifyStage) -> None:
    products = sync(stage, 6)
    stage.there.pace = 0
    stage.send()
    stage.edit(products[0], name__en_US="Green mug")
    send(stage, 2)
    assert stage.there.sets == []  # never both ways for one product at a time
    [job] = stage.there.jobs.values()
    stage.there.work(job)
    send(stage)
    assert sent(stage.there)[-1]["input"]["title"] == "Green mug"
    assert stage.there.product("MUG-1")["title"] == "Green mug"
    everything_is_there_once(stage, products)
