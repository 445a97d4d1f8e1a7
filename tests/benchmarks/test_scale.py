"""Completeness against nested loops in memory and against reading alone from the database; storage against one row per
value; pages of a structure of 3,000 attributes against one of 100. Side by side, as ratios."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.benchmarks.large import home
from tests.benchmarks.test_grid import SIZES


def _said(environ: dict[str, str], module: str, *args: str) -> dict[str, Any]:
    command = [sys.executable, "-m", f"tests.benchmarks.{module}", *args]
    done = subprocess.run(command, cwd=home.ROOT, env=environ, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


@pytest.mark.bench
def test_completeness_in_memory_and_from_the_database() -> None:
    found = _said(home.catalogue("postgres", SIZES[0]), "counting")
    print(f"\ncompleteness in memory / nested loops: {found['ours'] / found['naive']:.1f}x")
    print(
        f"counted anew from the database / documents read alone: {found['recounting'] / found['reading']:.0%}"
    )


@pytest.mark.bench
def test_storage_against_one_row_per_value() -> None:
    found = _said(home.catalogue("postgres", SIZES[0]), "storage")
    print(
        f"\n{found['products']:,} products with {found['values']:,} values, indexes counted in: ours / one row per value "
        f"{found['ours'] / found['rows']:.2f}"
    )
    for table in (name for name in found if name.startswith("catalog_")):
        print(f"  {table:<28}{found[table] / found['ours']:>6.0%} of ours")


@pytest.mark.bench
def test_three_thousand_attributes_against_a_hundred() -> None:
    few, many = (
        _said(home.environment("sqlite", f"structure_{size}"), "structure_size", str(size))
        for size in (100, 3000)
    )
    print(
        f"\n{many['attributes']:,} attributes in the structure against {few['attributes']:,}; a family has about 45"
    )
    for name in (name for name in few if name != "attributes"):
        print(f"{name:<24}{many[name] / few[name]:>8.2f}x")
