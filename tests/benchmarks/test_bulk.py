"""A bulk edit of 10,000 products against the same rows written by the driver alone, side by side, as ratios.

PIM_BENCH_BULK sets how many; the catalogue (tests.benchmarks.large.home) has twice as many. Nothing is asserted but that all of them
were changed, and are as before once that is taken back.
"""

from __future__ import annotations

import os

import pytest

from tests.benchmarks.large import home
from tests.benchmarks.test_scale import _said

PRODUCTS = int(os.environ.get("PIM_BENCH_BULK", "10000"))


@pytest.mark.bench
def test_find_and_replace_against_the_same_rows_written_raw() -> None:
    found = _said(home.catalogue("postgres", 2 * PRODUCTS), "bulk_edits", str(PRODUCTS))
    assert found["products"] == PRODUCTS
    assert found["undone"]
    print(
        f"\nFind and replace over {found['products']:,} products, PostgreSQL, of the time for the same rows written raw"
    )
    for name in ("plan", "apply", "undo"):
        print(f"{name:<12}{found[name] / found['raw']:>8.2f}x")
    print(f"{'preview':<12}{found['preview'] / found['raw']:>8.2f}x  (of the first 1,000)")
