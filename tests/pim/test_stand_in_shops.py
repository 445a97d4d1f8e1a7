"""What `manage.py demo --shops` starts answers to what it tells people to enter."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from channels.connectors.base import Wanted
from channels.connectors.google import GoogleMerchant
from channels.connectors.shopify import Shopify
from pim.management.commands import demo
from tests.architecture.house import ROOT
from tests.channels.connectors.shopify_schema import needs_schema
from tests.servers import die_with_parent, free_port

pytestmark = [pytest.mark.slow, pytest.mark.faults, needs_schema]


@pytest.fixture
def port(tmp_path: Path, settings: object) -> Iterator[int]:
    """Of the demo's shop, behind which the two stand."""
    settings.PIM_DATA = tmp_path  # type: ignore[attr-defined]
    (tmp_path / "logs").mkdir()
    first = free_port()
    service = demo._stand_ins(first)
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "pim.settings", "PIM_DATA": str(tmp_path)}
    process = subprocess.Popen(service.command, cwd=ROOT, env=env, preexec_fn=die_with_parent(signal.SIGTERM))
    deadline = time.monotonic() + 60
    try:
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{first + 1}/", timeout=5)
                break
            except httpx.TransportError:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.2)
        yield first
    finally:
        process.terminate()
        assert process.wait(30) == 0


def test_both_shops_take_what_was_printed(port: int) -> None:
    told = "\n".join(demo._shops_told(port))
    settings, credentials = Shopify.sample(f"http://127.0.0.1:{port + 1}")
    assert f"http://127.0.0.1:{port + 1}/" in told
    assert credentials["token"] in told
    with Shopify(channel="shop", settings=settings, credentials=credentials) as shopify:
        found = shopify.find([Wanted("TH-KAFFEKL", ("TH-KAFFEKL",), ("2901000048284",))])
    assert [one.title for one in found["TH-KAFFEKL"]] == ["Coffee pot", "Coffee pot with two mugs"]
    settings, _credentials = GoogleMerchant.sample(f"http://127.0.0.1:{port + 2}")
    key = demo._google_key()
    assert str(key) in told
    with GoogleMerchant(channel="google", settings=settings, credentials={"key": key.read_text()}) as google:
        assert google.read_back(["NOBODY"]) == {"NOBODY": None}
    assert "4 products" in httpx.get(f"http://127.0.0.1:{port + 1}/", timeout=5).text
