"""Private PostgreSQL and Redis servers on free ports, for the length of the test run."""

import os
import tempfile
from collections.abc import MutableMapping


def prepare_environment(environ: MutableMapping[str, str]) -> None:
    environ.setdefault("PIM_DATA", tempfile.mkdtemp(prefix="pim-tests-"))
    environ.setdefault("PIM_DEMO", "1")
