"""One command runs everything, and Ctrl-C leaves nothing running."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest

from tests.architecture.house import ROOT
from tests.servers import die_with_parent, free_port

pytestmark = [pytest.mark.slow, pytest.mark.faults]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    left_out = {"DATABASE_URL", "BROKER_URL", "DJANGO_SETTINGS_MODULE", "PIM_FAIL"}
    return {name: value for name, value in os.environ.items() if name not in left_out} | {
        "PIM_DATA": str(tmp_path)
    }


@pytest.fixture
def demo(environment, tmp_path):
    """The running command: (process, its port). Ended by force if a test leaves it."""
    subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, env=environment, check=True)
    port, shop_port = free_port(), free_port()
    with open(tmp_path / "said", "wb") as said:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", str(port), "--shop-port", str(shop_port)],
            cwd=ROOT,
            env=environment,
            stdout=said,
            stderr=said,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
    try:
        until(
            lambda: (
                b"Ctrl-C ends everything" in (tmp_path / "said").read_bytes() or process.poll() is not None
            ),
            60,
        )
        assert process.poll() is None, (tmp_path / "said").read_text()
        yield process, port
    finally:
        process.send_signal(signal.SIGTERM) if process.poll() is None else None
        process.wait(30)


def until(true, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.1)


def family(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def workers(process: subprocess.Popen[bytes]) -> list[int]:
    """The running workers that the command itself started."""
    found = []
    for child in psutil.Process(process.pid).children():
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            found += [child.pid] if "worker" in child.cmdline() else []
    return found


def alive(processes: list[psutil.Process]) -> list[str]:
    return [" ".join(one.cmdline()) for one in psutil.wait_procs(processes, timeout=3)[1]]


def test_it_serves_the_login_page_and_ctrl_c_ends_every_process(demo, tmp_path):
    process, port = demo
    page = httpx.get(f"http://127.0.0.1:{port}/", follow_redirects=True)
    assert page.status_code == 200
    assert str(page.url).endswith("/admin/login/?next=/admin/")
    assert 'name="password"' in page.text
    children = family(process)
    assert len(children) >= 4  # web and its worker, worker and its pool, clock
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    assert alive(children) == []
    assert "nothing is left running" in (tmp_path / "said").read_text()


def test_a_worker_that_was_killed_is_started_again(demo):
    process, _port = demo
    (worker,) = workers(process)
    psutil.Process(worker).kill()
    until(lambda: workers(process) not in ([], [worker]), 15)


def test_when_the_command_itself_is_killed_its_processes_end_too(demo):
    process, _port = demo
    children = family(process)
    process.kill()
    process.wait(5)
    _gone, left = psutil.wait_procs(children, timeout=15)
    assert left == []


def test_a_port_in_use_is_said_and_nothing_starts(environment):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = subprocess.run(
            [sys.executable, "manage.py", "demo", "--port", str(port), "--shop-port", str(free_port())],
            cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert ran.returncode == 1
    assert f"Port {port} is in use; choose another with PIM_PORT=" in ran.stderr


def test_admin_and_shop_are_not_given_one_port(environment):
    """Each is free while nothing runs, and then the admin answers for the shop."""
    port = str(free_port())
    ran = subprocess.run(
        [sys.executable, "manage.py", "demo", "--port", port, "--shop-port", port],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ran.returncode == 1
    assert f"cannot both have port {port}" in ran.stderr


def test_production_does_not_run_the_demo(environment):
    production = environment | {
        "PIM_DEMO": "0", "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN",
        "PIM_FIELD_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    }  # fmt: skip
    ran = subprocess.run(
        [sys.executable, "manage.py", "demo"],
        cwd=ROOT,
        env=production,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "for one machine only" in ran.stderr
