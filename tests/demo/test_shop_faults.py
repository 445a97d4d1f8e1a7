"""Scripted misbehaviour of the stand-in shop."""

import httpx
import pytest

from tests.demo.conftest import upsert


@pytest.mark.parametrize(("mode", "status"), [("500", 500), ("429", 429), ("401", 401)])
def test_a_refusing_fault_applies_nothing_and_is_over_after_its_times(shop, mode, status):
    shop.fault({"mode": mode, "times": 2, "retry_after": 7})
    answers = [shop.push(upsert(), message=f"m{number}") for number in range(3)]
    assert [answer.status_code for answer in answers] == [status, status, 200]
    assert answers[0].headers.get("Retry-After") == ("7" if mode == "429" else None)
    assert [entry["webhook_id"] for entry in shop.get("/_log").json()["applied"]] == ["m2"]


def test_apply_then_timeout_takes_the_batch_and_never_answers(shop):
    shop.fault({"mode": "apply_then_timeout", "seconds": 3})
    with pytest.raises(httpx.ReadTimeout):
        shop.push(upsert(), timeout=0.5)
    assert shop.state == {"TH-KOPP-CREAM": (1, True)}
    assert shop.push(upsert(), message="msg_1").status_code == 200
    assert len(shop.get("/_log").json()["applied"]) == 1


def test_drop_items_takes_all_and_tells_of_some(shop):
    shop.fault({"mode": "drop_items", "drop": 2})
    answer = shop.push(upsert("A"), upsert("B"), upsert("C"))
    assert shop.statuses(answer) == {"A": "ok"}
    assert set(shop.state) == {"A", "B", "C"}


def test_slow_answers_late_and_rightly(shop):
    shop.fault({"mode": "slow", "seconds": 0.4})
    answer = shop.push(upsert())
    assert answer.elapsed.total_seconds() >= 0.4
    assert shop.statuses(answer) == {"TH-KOPP-CREAM": "ok"}


def test_reading_back_can_fail_while_pushing_works(shop):
    shop.fault({"mode": "500", "on": "read"})
    assert shop.push(upsert()).status_code == 200
    assert shop.get("/api/items?key=A").status_code == 500
    assert shop.get("/api/items?key=A").json() == {"items": []}


def test_faults_can_be_cleared(shop):
    shop.fault({"mode": "500", "times": 9})
    assert shop.fault({"mode": "clear"}).json() == {"waiting": 0}
    assert shop.push(upsert()).status_code == 200


@pytest.mark.parametrize(
    "fault", [{"mode": "explode"}, {"mode": "500", "colour": "red"}, {"mode": "500", "on": "off"}]
)
def test_an_unknown_fault_is_refused_and_nothing_is_scripted(shop, fault):
    assert shop.fault({"mode": "500"}, fault).status_code == 400
    assert shop.push(upsert()).status_code == 200
