"""CSV import against django-import-export, side by side in one run, on the same database: ratios, never bare times.

PIM_BENCH_ROWS sets the size (20,000). Each contender has its own process and an empty database; "memory" is the
largest resident size of any of its processes. Nothing is asserted but that both did the whole work.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.catalogue import write_csv

ROWS = int(os.environ.get("PIM_BENCH_ROWS", "20000"))
ROOT = Path(__file__).resolve().parents[2]


def contend(module: str, folder: Path, *args: str) -> dict[str, Any]:
    """What the contender printed, with the memory of its process tree's largest process and its CPU seconds."""
    folder.mkdir(exist_ok=True)
    environ = os.environ | {"PIM_DATA": str(folder), "PIM_DEMO": "1", "PIM_LOG_LEVEL": "ERROR"}
    # On PostgreSQL each contender has a database of its own; on SQLite its own data folder.
    process = subprocess.Popen(
        [sys.executable, "-m", module, *args], cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout:
        printed = process.stdout.read()
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, printed
    return json.loads(printed.strip().splitlines()[-1]) | {
        "memory": usage.ru_maxrss / 1024,
        "cpu": usage.ru_utime + usage.ru_stime,
    }


@pytest.mark.bench
def test_csv_import_against_django_import_export(tmp_path: Path) -> None:
    file, again = tmp_path / "products.csv", tmp_path / "again.csv"
    write_csv(file, ROWS)
    write_csv(again, ROWS, changed_share=0.1)
    ours = contend("tests.benchmarks.ours", tmp_path / "ours", str(file))
    default = contend("tests.benchmarks.import_export", tmp_path / "default", str(file), "default")
    bulk = contend("tests.benchmarks.import_export", tmp_path / "bulk", str(file), "bulk")
    second = contend("tests.benchmarks.ours", tmp_path / "ours", str(again))
    second_default = contend("tests.benchmarks.import_export", tmp_path / "default", str(again), "default")
    assert ours["products"] == default["products"] == bulk["products"] == second["products"] == ROWS
    whole, whole_again = ours["plan"] + ours["apply"], second["plan"] + second["apply"]
    print(
        f"\nCSV import, {ROWS:,} rows x 45 values ({os.environ.get('PIM_TEST_DATABASE', 'sqlite')}); how many times as fast as the other"
    )
    print(f"{'':<46}{'default':>10}{'bulk':>10}")
    print(
        f"{'create: whole path (plan, apply, history, tokens)':<46}{default['seconds'] / whole:>9.2f}x{bulk['seconds'] / whole:>9.2f}x"
    )
    print(
        f"{'create: apply alone':<46}{default['seconds'] / ours['apply']:>9.2f}x{bulk['seconds'] / ours['apply']:>9.2f}x"
    )
    print(f"{'again, 10 % changed: whole path':<46}{second_default['seconds'] / whole_again:>9.2f}x{'':>10}")
    print(
        f"{'peak memory: theirs / ours':<46}{default['memory'] / ours['memory']:>9.2f}x{bulk['memory'] / ours['memory']:>9.2f}x"
    )
    print(f"ours: {ours['memory']:.0f} MB peak, plan {ours['plan'] / whole:.0%} of the time")
