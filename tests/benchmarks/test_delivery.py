"""What delivery adds to the requests themselves, a product: against a bare httpx loop of the same requests.

PIM_BENCH_ITEMS sets the size (500). The channel is another process that answers at once, or as shops do after
PIM_BENCH_ANSWER_SECONDS (0.2): its work is in no processor time.
"""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from django.utils import timezone

from channels.connectors.google import GoogleMerchant
from channels.delivery.drain import drain
from channels.models import Listing
from tests.channels.connectors.test_google import FIELDS
from tests.channels.stage import Stage, make_channel, work_off_jobs
from tests.world import build_world

pytestmark = pytest.mark.bench
ITEMS = int(os.environ.get("PIM_BENCH_ITEMS", "500"))
TURNS = 3
DRAINS = -(-ITEMS // GoogleMerchant.batch_size)
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
    products = [stage.product(f"MUG-{number}", {"ean": _gtin(number)}) for number in range(ITEMS)]
    least: dict[str, Took] = {}
    with httpx.Client() as client:
        for turn in range(TURNS):
            for number, product in enumerate(products if turn else ()):
                stage.edit(product, name__en_US=f"Blue mug {number} of turn {turn}")
            sent = _took(lambda: drain(channel_id=stage.channel.pk, seconds=600))
            posts = client.get(f"{address}/asked").json()
            Listing.objects.update(next_try_at=timezone.now())
            confirmed = _took(
                lambda: [drain(channel_id=stage.channel.pk, seconds=600) for _ in range(DRAINS)]
            )
            gets = client.get(f"{address}/asked").json()
            assert (len(posts), len(gets)) == (ITEMS, ITEMS)
            found = {"sent": sent, "confirmed": confirmed}
            found |= {
                "bare inserts": _bare(client, address, posts),
                "bare reads": _bare(client, address, gets),
            }
            client.get(f"{address}/asked")
            least = {name: took.or_less(least.get(name, took)) for name, took in found.items()}
    assert set(Listing.objects.values_list("state", flat=True)) == {"live"}
    print()
    for name, took in least.items():
        print(
            f"Google, {name}: {took.cpu / ITEMS:.0f} µs of processor time a product, {took.wall / ITEMS:.0f} µs in all"
        )
    bare = (
        least["bare inserts"].cpu + least["bare reads"].cpu,
        least["bare inserts"].wall + least["bare reads"].wall,
    )
    print(
        f"the least of {TURNS} turns, against a bare httpx loop: sent {least['sent'].cpu / least['bare inserts'].cpu:.2f} ×,"
        f" sent and confirmed {(least['sent'].cpu + least['confirmed'].cpu) / bare[0]:.2f} × in processor time,"
        f" {(least['sent'].wall + least['confirmed'].wall) / bare[1]:.2f} × in all"
    )


def _bare(client: httpx.Client, address: str, requests: list[dict[str, Any]]) -> Took:
    made = [
        (each["method"], address + each["path"], each["headers"], base64.b64decode(each["body"]))
        for each in requests
    ]

    def loop() -> None:
        for method, url, headers, body in made:
            answer = client.request(method, url, headers=headers, content=body)
            assert orjson.loads(answer.content)

    took = _took(loop)
    return took.or_less(_took(loop))


@dataclass(frozen=True, slots=True)
class Took:
    """Microseconds: of this process' processors, and by the clock."""

    cpu: float
    wall: float

    def or_less(self, other: Took) -> Took:
        return Took(min(self.cpu, other.cpu), min(self.wall, other.wall))


def _took(work: Callable[[], Any]) -> Took:
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return Took((time.process_time() - cpu) * 1e6, (time.perf_counter() - wall) * 1e6)


def _gtin(number: int) -> str:
    digits = f"4006381{number:05d}"
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return digits + str(-weighed % 10)
