"""What delivery adds to the requests themselves: processor time a product, against a bare httpx loop of the same requests.

PIM_BENCH_ITEMS sets the size (500). The channel is another process, so its work is in neither number.
"""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from channels.connectors.google import GoogleMerchant
from channels.delivery.drain import drain
from channels.models import Listing
from tests.channels.connectors.test_google import FIELDS
from tests.channels.stage import Stage, make_channel, work_off_jobs
from tests.world import build_world

pytestmark = pytest.mark.bench
ITEMS = int(os.environ.get("PIM_BENCH_ITEMS", "500"))
TURNS = 3
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def address() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.benchmarks.answering"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


class AnsweringStage(Stage):
    def __init__(self, address: str) -> None:
        self.world = build_world()
        settings, credentials = GoogleMerchant.sample(address)
        self.channel = make_channel(
            self.world, connector="google", settings=settings, credentials=credentials, fields=FIELDS
        )
        work_off_jobs()


@pytest.fixture
def stage(transactional_db: Any, address: str) -> AnsweringStage:
    return AnsweringStage(address)


def test_google(stage: AnsweringStage, address: str) -> None:
    sheets: list[int] = [stage.product(f"MUG-{number}", {"ean": _gtin(number)}) for number in range(ITEMS)]
    with httpx.Client() as client:
        shares: list[tuple[float, float]] = []
        for turn in range(TURNS):
            if turn:
                for number, product in enumerate(sheets):
                    stage.edit(product, name__en_US=f"Blue mug {number} of turn {turn}")
            sent = _cpu(lambda: drain(channel_id=stage.channel.pk, seconds=600))
            posts = client.get(f"{address}/asked").json()
            Listing.objects.update(next_try_at=Listing.objects.first().state_since)  # type: ignore[union-attr]
            confirmed = _cpu(
                lambda: [drain(channel_id=stage.channel.pk, seconds=600) for _ in range(ITEMS // 50)]
            )
            gets = client.get(f"{address}/asked").json()
            assert (len(posts), len(gets)) == (ITEMS, ITEMS)
            bare_posts, bare_gets = _bare(client, address, posts), _bare(client, address, gets)
            client.get(f"{address}/asked")
            shares.append((sent / bare_posts, (sent + confirmed) / (bare_posts + bare_gets)))
            print(
                f"\nGoogle, µs a product: sent {sent / ITEMS:.0f} against {bare_posts / ITEMS:.0f},"
                f" confirmed {confirmed / ITEMS:.0f} against {bare_gets / ITEMS:.0f}"
            )
    assert set(Listing.objects.values_list("state", flat=True)) == {"live"}
    print(
        "\nof a bare httpx loop: sent, sent and confirmed: "
        + ", ".join(f"{a:.2f} × {b:.2f} ×" for a, b in shares)
    )


def _bare(client: httpx.Client, address: str, requests: list[dict[str, Any]]) -> float:
    made = [
        (each["method"], address + each["path"], each["headers"], base64.b64decode(each["body"]))
        for each in requests
    ]

    def loop() -> None:
        for method, url, headers, body in made:
            answer = client.request(method, url, headers=headers, content=body)
            assert orjson.loads(answer.content)

    return _cpu(loop)


def _cpu(work: Callable[[], Any]) -> float:
    """Microseconds of this process' processors."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1e6


def _gtin(number: int) -> str:
    digits = f"4006381{number:05d}"
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return digits + str(-weighed % 10)
