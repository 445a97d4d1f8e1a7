"""What holds after every fault: nothing lost, nothing out of order, nothing twice, nothing left hanging."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.faults.harness import Rig
from tests.faults.words import ROLLED_BACK

NOT_APPLIED = {401, 429, 500}


@dataclass(frozen=True)
class Delivered:
    """An item that the shop applied, with what it carried."""

    at: float
    key: str
    operation: str
    revision: int
    hash: str
    sheet: Any
    webhook_id: str


@dataclass(frozen=True)
class Figures:
    requests: int
    applied: int
    redelivered: int  # requests that brought an item which the shop had already


def delivered(rig: Rig) -> list[Delivered]:
    """In the order in which the shop applied them."""
    log = rig.shop("/_log")
    bodies: dict[tuple[str, str], Any] = {}
    for request in log["requests"]:
        if request["status"] not in NOT_APPLIED:
            for item in json.loads(request["body"])["items"]:
                bodies.setdefault((request["webhook_id"], item["key"]), item.get("sheet"))
    return [
        Delivered(
            row["at"], row["key"], row["op"], row["revision"], row["hash"], bodies.get((row["webhook_id"], row["key"])),
            row["webhook_id"],
        )
        for row in log["applied"]
    ]  # fmt: skip


def check(rig: Rig, *, kills: int = 0, ambiguous: int = 0) -> Figures:
    """All invariants of a system at rest. `ambiguous`: answers that left open whether the request was applied."""
    assert not any(rig.hands.open_work().values()), rig.hands.open_work()  # R14
    assert rig.hands.unmarked() == []  # R2
    items = {item["key"]: item for item in rig.shop("/_state")["items"]}
    assert len(items) == len(rig.shop("/_state")["items"])  # R5: one object for each key …
    assert len({item["id"] for item in items.values()}) == len(items)
    wanted = rig.hands.expected()
    sheets = held_sheets(rig, sorted(items))
    for key, sheet in wanted["sheets"].items():  # R1
        assert (items[key]["present"] if key in items else False) == (sheet is not None), key
        if sheet is not None:
            assert sheets[key] == sheet, key
    assert set(items) <= {*wanted["sheets"], *wanted["held"]}  # … and none that nobody asked for
    applied = delivered(rig)
    revisions: dict[str, int] = defaultdict(int)
    for one in applied:  # R4
        assert one.revision >= revisions[one.key], f"{one.key}: {one.revision} after {revisions[one.key]}"
        revisions[one.key] = one.revision
    figures = Figures(len(rig.shop("/_log")["requests"]), len(applied), redelivered(rig))
    assert figures.redelivered <= kills + ambiguous, figures  # R6
    return figures


def held_sheets(rig: Rig, keys: list[str]) -> dict[str, Any]:
    """What the shop shows under these keys."""
    found = {}
    for start in range(0, len(keys), 40):
        answer = rig.shop("/api/items?" + urlencode({"key": keys[start : start + 40]}, doseq=True))
        found |= {item["key"]: item["sheet"] for item in answer["items"] if item["present"]}
    return found


def redelivered(rig: Rig) -> int:
    """Requests in which an item came with the content that the shop had already."""
    shown: dict[str, tuple[str, str]] = {}
    again = 0
    for request in rig.shop("/_log")["requests"]:
        if request["status"] in NOT_APPLIED:
            continue
        doubled = False
        for item in json.loads(request["body"])["items"]:
            content = (item["op"], item.get("hash", ""))
            doubled |= shown.get(item["key"]) == content
            shown[item["key"]] = content
        again += doubled
    return again


def check_numbers_only_rise(applied: list[Delivered]) -> None:
    """Sheets of numbered saves (acts.save_many): no later save was ever followed by an earlier one."""
    highest: dict[tuple[str, str], int] = defaultdict(int)
    for one in applied:
        text = json.dumps(one.sheet)
        assert ROLLED_BACK not in text, one.key  # R3
        for field, pattern in (("name", r'"No (\d+)"'), ("price", r'"EUR": "(\d+)"')):
            for number in map(int, re.findall(pattern, text)):
                assert number >= highest[one.key, field], f"{one.key}: {field} {number} came late"
                highest[one.key, field] = number
