"""A portal's page against a static file of the same size, through the same server: gunicorn as the demo starts it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests import servers
from tests.benchmarks.large import home

pytestmark = pytest.mark.bench
PRODUCTS, ASKED, TURNS = 60, 200, 5


def test_a_page_against_a_static_file_of_its_size() -> None:
    home.forget("sqlite", "portal")
    environ = home.environment("sqlite", "portal")
    home.run("tests.benchmarks.portal_page", str(PRODUCTS), environ=environ)
    static = Path(environ["PIM_DATA"]) / "static"
    static.mkdir(exist_ok=True)
    with _served(environ) as (address, _pid), httpx.Client() as client:
        listed = client.get(f"{address}/portal/market/en_US/")
        key = listed.text.partition('class="sku">')[2].partition("<")[0]
        page = client.get(f"{address}/portal/market/en_US/{key}")
        assert (listed.status_code, page.status_code) == (200, 200)
    (static / "list.html").write_bytes(listed.content)
    (static / "page.html").write_bytes(page.content)
    with _served(environ) as (address, pid), httpx.Client() as client:
        for name, path in (("page", f"/portal/market/en_US/{key}"), ("list", "/portal/market/en_US/")):
            for how, headers in _ways(client, address + path).items():
                ours = _least(client, pid, address + path, headers)
                theirs = _least(
                    client, pid, f"{address}/static/{name}.html", headers if how != "unchanged" else {}
                )
                print(
                    f"\n{name}, {how}: {ours[0]:.0f} µs of the server's processor time, a static file of the same size"
                    f" {theirs[0]:.0f}: {ours[0] / theirs[0]:.1f} ×; by the clock {ours[1]:.0f} and {theirs[1]:.0f} µs:"
                    f" {ours[1] / theirs[1]:.1f} ×"
                )


def _ways(client: httpx.Client, address: str) -> dict[str, dict[str, str]]:
    plain = {"accept-encoding": "identity"}
    tag = client.get(address, headers=plain).headers["etag"]
    return {
        "plain": plain,
        "packed": {"accept-encoding": "gzip"},
        "unchanged": {**plain, "if-none-match": tag},
    }


def _least(client: httpx.Client, pid: int, address: str, headers: dict[str, str]) -> tuple[float, float]:
    """(the server's processor time, time by the clock) a request, in microseconds."""
    best = (float("inf"), float("inf"))
    for _turn in range(TURNS):
        worked, began = _worked(pid), time.perf_counter()
        for _request in range(ASKED):
            assert client.get(address, headers=headers).status_code in (200, 304)
        took = (time.perf_counter() - began) / ASKED * 1e6
        best = min(best[0], (_worked(pid) - worked) / ASKED * 1e6), min(best[1], took)
    return best


def _worked(pid: int) -> float:
    """Seconds that this process and its children have worked, in all their threads."""
    files = [
        file for child in [pid, *_children(pid)] for file in Path(f"/proc/{child}/task").glob("*/schedstat")
    ]
    return sum(int(file.read_text().split()[0]) for file in files) / 1e9


def _children(pid: int) -> list[int]:
    return [
        int(one) for file in Path(f"/proc/{pid}/task").glob("*/children") for one in file.read_text().split()
    ]


@contextmanager
def _served(environ: dict[str, str]) -> Iterator[tuple[str, int]]:
    port = servers.free_port()
    command = [
        sys.executable, "-m", "gunicorn", "pim.wsgi", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread",
        "--workers", "1", "--threads", "8", "--no-control-socket",
    ]  # fmt: skip
    with subprocess.Popen(command, cwd=home.ROOT, env=environ, stderr=subprocess.DEVNULL) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            for _try in range(600):
                try:
                    httpx.get(f"{address}/portal/")
                    break
                except httpx.TransportError:
                    time.sleep(0.1)
            yield address, process.pid
        finally:
            process.terminate()
