"""The grid, the queue and the spreadsheet view against Django's own admin list, side by side on one catalogue of real size: ratios, never bare times.

PIM_BENCH_PRODUCTS sets the sizes on PostgreSQL ("100000,1000000"; the default is "100000"); SQLite has the first of them.
The catalogues are made once (tests.benchmarks.large.home) and kept in PIM_BENCH_HOME. Nothing is asserted but that all
contenders showed the same rows.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.benchmarks.large import home

SIZES = [int(size) for size in os.environ.get("PIM_BENCH_PRODUCTS", "100000").split(",")]
ROUNDS = os.environ.get("PIM_BENCH_ROUNDS", "15")
Measured = dict[str, dict[str, dict[str, float]]]


def measure(module: str, database: str, size: int) -> Measured:
    environ = home.catalogue(database, size)
    command = [sys.executable, "-m", f"tests.benchmarks.{module}", ROUNDS]
    done = subprocess.run(command, cwd=home.ROOT, env=environ, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def table(title: str, found: Measured) -> None:
    """Each ratio of times is followed by the same of processor times."""
    print(f"\n{title}; rendered; (processor time)")
    print(f"{'':<44}{'time / stock':>16}{'database / by hand':>20}{'limited / admin':>17}{'statements':>12}")
    for scenario, by_name in found.items():
        grid, limited, stock, hand = (by_name[name] for name in ("grid", "limited", "stock", "by hand"))
        print(
            f"{scenario:<44}{_ratios(grid, stock):>16}{grid['db_ms'] / hand['db_ms']:>19.2f}x"
            f"{_ratios(limited, grid):>17}{grid['queries']:>7.0f}/{limited['queries']:.0f}"
        )


def _ratios(one: dict[str, float], other: dict[str, float]) -> str:
    return f"{one['ms'] / other['ms']:.2f} ({one['cpu_ms'] / other['cpu_ms']:.2f}) x"


def on_all_sizes(module: str, title: str) -> None:
    by_size = {size: measure(module, "postgres", size) for size in SIZES}
    for size, found in by_size.items():
        table(f"{title}, {size:,} products, PostgreSQL", found)
    if len(by_size) > 1:
        least, most = by_size[SIZES[0]], by_size[SIZES[-1]]
        print(f"\n{title}, {SIZES[-1]:,} against {SIZES[0]:,} products, PostgreSQL; (statements)")
        for scenario in least:
            few, many = least[scenario]["grid"], most[scenario]["grid"]
            counts = f"({few['queries']:.0f} and {many['queries']:.0f})"
            print(f"{scenario:<44}{many['ms'] / few['ms']:>8.2f}x {counts:>12}")
    table(f"{title}, {SIZES[0]:,} products, SQLite", measure(module, "sqlite", SIZES[0]))


@pytest.mark.bench
def test_the_grid_against_the_stock_admin() -> None:
    on_all_sizes("grid", "Grid")


@pytest.mark.bench
def test_the_queue_and_the_spreadsheet_against_the_stock_admin() -> None:
    on_all_sizes("working", "Queue and spreadsheet")
