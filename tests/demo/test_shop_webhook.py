"""The webhook's contract, over real HTTP."""

import time

import httpx
import pytest

from tests.demo.conftest import SECRET, upsert, withdraw

OTHER_SECRET = "whsec_YW5vdGhlciBrZXksIDI0IGJ5dGVzIG9yIG1vcmU="


def test_an_upsert_is_applied_and_read_back(shop):
    answer = shop.push(upsert())
    assert answer.status_code == 200
    assert answer.json()["results"] == [
        {
            "key": "TH-KOPP-CREAM",
            "status": "ok",
            "id": "shop-000001",
            "url": f"{shop.address}/en_US/p/TH-KOPP-CREAM",
            "errors": [],
        }
    ]
    (item,) = shop.get("/api/items?key=TH-KOPP-CREAM&key=UNKNOWN").json()["items"]
    assert item["sheet"] == upsert()["sheet"]
    assert {name: item[name] for name in ("key", "id", "hash", "revision", "present")} == {
        "key": "TH-KOPP-CREAM", "id": "shop-000001", "hash": "h1", "revision": 1, "present": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": OTHER_SECRET},
        {"tamper": b" "},
        {"seconds_off": -301},
        {"seconds_off": 600},
        {"message": ""},
    ],
)
def test_a_request_without_a_good_signature_is_refused_and_changes_nothing(shop, wrong):
    if "seconds_off" in wrong:
        wrong = {"at": int(time.time()) + wrong["seconds_off"]}
    assert shop.push(upsert(), **wrong).status_code == 401
    assert shop.state == {}
    (logged,) = shop.get("/_log").json()["requests"]
    assert logged["status"] == 401


def test_a_key_with_commas_is_read_back_by_a_parameter_of_its_own(shop):
    shop.push(upsert("MUG,1&2"), upsert("MUG"))
    items = httpx.get(f"{shop.address}/api/items", params={"key": ["MUG,1&2", "1"]}).json()["items"]
    assert [item["key"] for item in items] == ["MUG,1&2"]


def test_one_of_two_signatures_is_enough_while_secrets_change(shop):
    body = b'{"items": []}'
    from pim.demo.shop.signature import key_of, sign

    stamp = str(int(time.time()))
    both = " ".join(sign(key_of(secret), "m", stamp, body) for secret in (OTHER_SECRET, SECRET))
    headers = {"webhook-id": "m", "webhook-timestamp": stamp, "webhook-signature": both}
    assert httpx.post(f"{shop.address}/api", content=body, headers=headers).json() == {"results": []}


def test_the_same_message_twice_is_applied_once(shop):
    first = shop.push(upsert(), message="msg_7")
    again = shop.push(upsert(revision=2), message="msg_7")
    assert again.json() == first.json()
    assert shop.state == {"TH-KOPP-CREAM": (1, True)}
    assert len(shop.get("/_log").json()["applied"]) == 1


def test_an_older_revision_is_ignored(shop):
    shop.push(upsert(revision=5), message="a")
    answer = shop.push(upsert(revision=4), message="b")
    assert shop.statuses(answer) == {"TH-KOPP-CREAM": "ignored"}
    assert shop.state == {"TH-KOPP-CREAM": (5, True)}


def test_the_same_revision_again_makes_no_second_item(shop):
    shop.push(upsert(revision=5), message="a")
    answer = shop.push(upsert(revision=5), message="b")
    assert answer.json()["results"][0]["id"] == "shop-000001"
    assert shop.state == {"TH-KOPP-CREAM": (5, True)}


def test_a_withdrawn_item_leaves_the_pages_and_an_older_upsert_does_not_bring_it_back(shop):
    shop.push(upsert(revision=1), message="a")
    assert shop.statuses(shop.push(withdraw(revision=3), message="b")) == {"TH-KOPP-CREAM": "ok"}
    assert shop.get("/en_US/p/TH-KOPP-CREAM").status_code == 404
    assert shop.statuses(shop.push(upsert(revision=2), message="c")) == {"TH-KOPP-CREAM": "ignored"}
    assert shop.state == {"TH-KOPP-CREAM": (3, False)}
    assert shop.statuses(shop.push(upsert(revision=4), message="d")) == {"TH-KOPP-CREAM": "ok"}
    assert shop.get("/en_US/p/TH-KOPP-CREAM").status_code == 200


def test_a_withdrawal_of_something_unknown_is_remembered(shop):
    shop.push(withdraw(revision=3), message="a")
    assert shop.statuses(shop.push(upsert(revision=2), message="b")) == {"TH-KOPP-CREAM": "ignored"}
    assert shop.state == {"TH-KOPP-CREAM": (3, False)}


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"locales": {"de_DE": {"title": " "}}}, "title", "required"),
        ({"locales": {}}, "title", "required"),
        ({"locales": {"de_DE": {"title": "x" * 76}}}, "title", "too_long"),
        ({"fields": {"gtin": "2901000000177"}}, "gtin", "invalid_gtin"),
        ({"fields": {"price": {"EUR": "-1"}}}, "price", "negative"),
    ],
)
def test_a_bad_item_is_rejected_by_itself_and_names_the_field(shop, changes, field, code):
    answer = shop.push(upsert("BAD", **changes), upsert("GOOD"))
    assert shop.statuses(answer) == {"BAD": "rejected", "GOOD": "ok"}
    (error,) = answer.json()["results"][0]["errors"]
    assert (error["field"], error["code"]) == (field, code)
    assert shop.state == {"GOOD": (1, True)}


def test_a_rejected_update_leaves_the_old_sheet_in_place(shop):
    shop.push(upsert(revision=1), message="a")
    shop.push(upsert(revision=2, locales={"en_US": {"title": ""}}), message="b")
    assert shop.state == {"TH-KOPP-CREAM": (1, True)}


def test_a_title_of_75_characters_is_taken(shop):
    answer = shop.push(upsert(locales={"en_US": {"title": "x" * 75}}))
    assert shop.statuses(answer) == {"TH-KOPP-CREAM": "ok"}


def test_a_body_that_is_no_batch_is_refused_as_a_whole(shop):
    answer = shop.push({"key": "A", "op": "upsert", "revision": "1", "sheet": {}}, upsert("B"))
    assert answer.status_code == 400
    assert shop.state == {}


def test_what_was_applied_outlives_the_process(shop, tmp_path):
    from pim.demo.shop.store import Store

    shop.push(upsert())
    again = Store(tmp_path)
    assert [item["key"] for item in again.held()] == ["TH-KOPP-CREAM"]
    again.close()
