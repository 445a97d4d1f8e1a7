"""Changes that nobody makes to a product: time passes, an option gets another name."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.harness import Rig
from tests.faults.invariants import check, delivered

pytestmark = pytest.mark.faults


def test_a_campaign_begins_and_ends_at_the_shop_with_nobody_editing(rig: Rig, tell: Any) -> None:
    skus = rig.set_up(products=4)
    sku = skus[0]
    begins, ends = rig.hands.plan_campaign(sku=sku, title="Four days only", begins_in=6, lasts=12)
    before = len(delivered(rig))
    rig.wait("the campaign has ended at the shop", lambda: len(delivered(rig)) >= before + 2, seconds=90)
    rig.settle()
    check(rig)
    shown = delivered(rig)[before:]
    assert [one.key for one in shown] == [sku, sku]
    assert [one.sheet["locales"]["en_US"]["title"] for one in shown] == ["Four days only", "Blue mug"]
    assert begins <= shown[0].at < ends <= shown[1].at
    assert not rig.hands.listing(sku=sku)["has_due_date"]
    tell(begins_late=round(shown[0].at - begins, 1), ends_late=round(shown[1].at - ends, 1))


def test_an_option_renamed_sends_exactly_the_products_that_have_it(rig: Rig) -> None:
    skus = rig.set_up(products=24)
    before = len(delivered(rig))
    red = rig.hands.rename_option(attribute="color", code="red", label="Cherry")
    assert red == skus[::4]
    rig.settle()
    check(rig)
    sent = delivered(rig)[before:]
    assert sorted(one.key for one in sent) == red
    assert {one.sheet["fields"]["colour"]["label"] for one in sent} == {"Cherry"}


def test_an_option_renamed_while_the_worker_is_killed_reaches_all_its_products(rig: Rig) -> None:
    skus = rig.set_up(products=24)
    rig.kill("worker")
    rig.hands.rename_option(attribute="color", code="red", label="Cherry")
    for place in ("after_claim", "after_send"):
        worker = rig.start_worker(f"falling-{place}", pool="solo", PIM_FAIL=place)
        worker.wait_for_end()
    rig.start_worker()
    rig.settle()
    check(rig, kills=2)
    last = {one.key: one.sheet["fields"]["colour"]["label"] for one in delivered(rig)}
    assert {key for key, label in last.items() if label == "Cherry"} == set(skus[::4])
