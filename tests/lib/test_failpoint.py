"""Dying on demand."""

import os
import subprocess
import sys

import pytest

from pim.lib.failpoint import armed, failpoint


def test_the_process_ends_at_the_hit_that_was_asked_for():
    ended: list[int] = []
    strike = armed("sent:3", end=ended.append)
    for name in ("sent", "other", "sent", "other"):
        strike(name)
    assert ended == []
    strike("sent")
    assert ended == [137]


def test_without_a_number_the_first_hit_counts():
    ended: list[int] = []
    armed("sent", end=ended.append)("sent")
    assert ended == [137]


@pytest.mark.parametrize("setting", [":2", "sent:0", "sent:x", "sent:-1"])
def test_a_setting_that_means_nothing_is_refused(setting):
    with pytest.raises(ValueError):  # noqa: PT011
        armed(setting)


def test_without_the_variable_nothing_happens():
    assert failpoint("anything") is None


def test_a_real_process_ends_with_the_status_of_a_kill():
    program = "from pim.lib.failpoint import failpoint; failpoint('a'); failpoint('b'); print('alive')"
    ran = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PIM_FAIL": "b"}, capture_output=True, text=True
    )
    assert (ran.returncode, ran.stdout) == (137, "")
