"""The browser of this machine."""

from __future__ import annotations

import os
import shutil

import pytest

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def path_of_chromium() -> str:
    """Skips the test where there is none; with CI set that is a failure."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say("Chromium is not installed (apt-get install chromium): no browser test runs.")
    return found
