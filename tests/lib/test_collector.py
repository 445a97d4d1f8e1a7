"""The search for cycles is rare within, and as it was afterwards."""

from __future__ import annotations

import gc

import pytest

from pim.lib import collector


def test_it_is_rare_within_and_as_before_afterwards() -> None:
    before = gc.get_threshold()
    with collector.seldom():
        assert gc.get_threshold() == (collector.THRESHOLD, *before[1:])
        assert gc.get_freeze_count() > 0
        with collector.seldom():
            pass
        assert gc.get_threshold()[0] == collector.THRESHOLD
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_a_failure_within_leaves_it_as_it_was() -> None:
    before = gc.get_threshold()
    with pytest.raises(KeyError), collector.seldom():
        raise KeyError
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)
