"""A feed whose worker is killed while it gathers, publishes and notes what it published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from channels.connectors._feed_folder import sha256_of
from tests.faults.harness import Rig

pytestmark = pytest.mark.faults
PRODUCTS = 600  # two batches


def test_a_feed_killed_at_every_step_has_each_product_once_in_the_end(rig: Rig, tell: Any) -> None:
    skus = rig.hands.begin(endpoint="unused", products=PRODUCTS, status="approved", timeout=1)
    rig.hands.write_feed_files()
    rig.start_clock()
    folder = Path(rig.folder) / "feeds/b2b"
    for point, stale, shown in (
        ("gathered:1", 600, 0),
        ("gathered:1", 600, 0),
        ("feed_file:1", 600, 0),
        ("after_send:1", 600, 600),
        ("published:1", 100, 600),
    ):
        worker = rig.start_worker(f"falling-at-{point}", pool="solo", PIM_FAIL=point)
        assert worker.wait_for_end() == 137, worker.said()[-3000:]
        assert (rig.hands.open_work()["stale"], len(in_file(folder))) == (stale, shown), point
        rig.hands.let_leases_end()
    file = folder / "products.jsonl"
    published = file.stat().st_ino
    rig.hands.save(skus=skus[:1], values={"name|en_US": "After the last kill"})
    rig.start_worker()
    seconds = rig.settle()
    sheets = in_file(folder)
    assert [sheet["sku"] for sheet in sheets] == skus
    assert sheets[0]["locales"]["en_US"]["title"] == "After the last kill"
    assert {sheet["sku"]: sheet for sheet in sheets} == rig.hands.expected()["sheets"]
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    assert [entry["sha256"] for entry in manifest["files"]] == [sha256_of(file)]
    assert file.stat().st_ino != published
    assert [path for path in folder.iterdir() if path.name.startswith(".being-made")] == []
    assert rig.hands.unmarked() == []
    tell(kills=5, seconds_to_converge=round(seconds, 1))


def in_file(folder: Path) -> list[dict[str, Any]]:
    file = folder / "products.jsonl"
    return [orjson.loads(line) for line in file.read_bytes().splitlines()] if file.is_file() else []
