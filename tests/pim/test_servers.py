"""The suite's own ports: two given alike were a rig that answered for another's shop."""

import subprocess
import sys

from tests.servers import free_port


def test_no_port_is_given_twice() -> None:
    ours = [free_port() for _ in range(150)]
    many = "from tests.servers import free_port; print(*[free_port() for _ in range(150)])"
    printed = subprocess.run([sys.executable, "-c", many], check=True, capture_output=True, text=True).stdout
    assert len({*ours, *map(int, printed.split())}) == 300
