"""CSV import against django-import-export, side by side in one run, on the same database: ratios, never bare times.

PIM_BENCH_ROWS sets the size (20,000); PIM_TEST_DATABASE=postgres the database. Each contender has its own process and an
empty database. Nothing is asserted but that all did the whole work.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.catalogue import write_csv, write_supplier_csv, write_workbook

ROWS = int(os.environ.get("PIM_BENCH_ROWS", "20000"))
ROOT = Path(__file__).resolve().parents[2]
POSTGRES = os.environ.get("PIM_TEST_DATABASE") == "postgres"


def contend(module: str, folder: Path, *args: str) -> dict[str, Any]:
    """What the contender printed, with the CPU seconds of its processes (the database's server not counted)."""
    environ = os.environ | {"PIM_DATA": str(folder), "PIM_DEMO": "1", "PIM_LOG_LEVEL": "ERROR"}
    if POSTGRES:
        address = os.environ["DATABASE_URL"].rsplit("/", 1)[0]
        environ["DATABASE_URL"] = f"{address}/bench_{folder.name}"
    if not folder.exists():
        folder.mkdir()
        if POSTGRES:
            # Another benchmark of the same run may have left one.
            for statement in ("DROP DATABASE IF EXISTS", "CREATE DATABASE"):
                told = ["-c", f"{statement} bench_{folder.name}"]
                subprocess.run(["psql", "-q", os.environ["DATABASE_URL"], *told], check=True)
    process = subprocess.Popen(
        [sys.executable, "-m", module, *args], cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout:
        printed = process.stdout.read()
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, printed
    return json.loads(printed.strip().splitlines()[-1]) | {"cpu": usage.ru_utime + usage.ru_stime}


@pytest.mark.bench
def test_csv_import_against_django_import_export(tmp_path: Path) -> None:
    file, again = tmp_path / "products.csv", tmp_path / "again.csv"
    write_csv(file, ROWS)
    write_csv(again, ROWS, changed_share=0.1)
    contend("tests.benchmarks.ours", tmp_path / "ours", "prepare")
    ours = contend("tests.benchmarks.ours", tmp_path / "ours", str(file))
    default = contend("tests.benchmarks.import_export", tmp_path / "default", str(file), "default")
    bulk = contend("tests.benchmarks.import_export", tmp_path / "bulk", str(file), "bulk")
    second = contend("tests.benchmarks.ours", tmp_path / "ours", str(again))
    second_default = contend("tests.benchmarks.import_export", tmp_path / "default", str(again), "default")
    assert ours["products"] == default["products"] == bulk["products"] == second["products"] == ROWS
    copied = contend("tests.benchmarks.copying", tmp_path / "ours") if POSTGRES else None
    database = "PostgreSQL" if POSTGRES else "SQLite"
    print(f"\nCSV import, {ROWS:,} rows x 45 values ({database}): how many times as fast as the other")
    print(f"{'':<58}{'default':>10}{'bulk':>10}")
    whole, whole_again = ours["plan"] + ours["apply"], second["plan"] + second["apply"]
    for label, theirs, seconds in (
        ("create: whole path (plan, history, tokens, listings)", (default, bulk), whole),
        ("create: apply alone", (default, bulk), ours["apply"]),
        ("again, 10 % of the rows changed: whole path", (second_default,), whole_again),
    ):
        print(f"{label:<58}" + "".join(f"{other['seconds'] / seconds:>9.2f}x" for other in theirs))
    print(
        f"{'create: processor time of the clients alone':<58}"
        + "".join(f"{other['cpu'] / ours['cpu']:>9.2f}x" for other in (default, bulk))
    )
    if copied:
        share = copied["seconds"] / ours["apply"]
        print(f"create: apply runs at {share:.0%} of the rate of COPY of finished rows into the same tables")
    print(
        f"memory: {ours['grown']:.0f} MB above the idle worker's {ours['idle']:.0f} MB, again {second['grown']:.0f} MB;"
        f" its reader of the file {ours['reader']:.0f} MB; plan {ours['plan'] / whole:.0%} of the time"
    )


@pytest.mark.bench
def test_a_suppliers_csv_with_a_mapping_and_sources(tmp_path: Path) -> None:
    """The same values under a supplier's own headers and words; django-import-export reads the plain file, which it is told
    by its headers. Then the next file of one source, and that of another that ranks below it."""
    plain, file, again = tmp_path / "plain.csv", tmp_path / "file.csv", tmp_path / "again.csv"
    write_csv(plain, ROWS)
    write_supplier_csv(file, ROWS)
    write_supplier_csv(again, ROWS, changed_share=0.1)
    for name in ("unmapped", "mapped"):
        contend("tests.benchmarks.ours", tmp_path / name, "prepare")
    unmapped = contend("tests.benchmarks.ours", tmp_path / "unmapped", str(plain))
    mapped = contend("tests.benchmarks.ours", tmp_path / "mapped", str(file), "first")
    bulk = contend("tests.benchmarks.import_export", tmp_path / "bulk", str(plain), "bulk")
    below = contend("tests.benchmarks.ours", tmp_path / "mapped", str(again), "second")
    second = contend("tests.benchmarks.ours", tmp_path / "mapped", str(again), "first")
    assert unmapped["products"] == mapped["products"] == second["products"] == ROWS
    assert mapped["counts"]["cells_applied"] == unmapped["counts"]["cells_applied"]
    assert 0.05 * ROWS < below["proposals"] < 0.2 * ROWS  # a tenth of the rows say one value otherwise
    assert below["counts"]["cells_changed"] == 0
    print(f"\nA supplier's CSV, {ROWS:,} rows x 45 values ({'PostgreSQL' if POSTGRES else 'SQLite'})")
    whole = {
        name: one["plan"] + one["apply"]
        for name, one in (("new", mapped), ("plain", unmapped), ("below", below), ("again", second))
    }
    print(
        f"create, whole path: {bulk['seconds'] / whole['new']:.2f}x the bulk mode; apply {bulk['seconds'] / mapped['apply']:.2f}x"
    )
    print(
        f"create, of the time of the plain file: {whole['new'] / whole['plain']:.2f}; plan {mapped['plan'] / unmapped['plan']:.2f}"
    )
    print(f"a tenth outranked, of the time of the new: {whole['below'] / whole['new']:.2f}")
    print(f"a tenth changed, of the time of the new: {whole['again'] / whole['new']:.2f}")


@pytest.mark.bench
def test_workbook_import_against_openpyxl_and_django_import_export(tmp_path: Path) -> None:
    file = tmp_path / "products.xlsx"
    write_workbook(file, ROWS)
    contend("tests.benchmarks.ours", tmp_path / "ours", "prepare")
    ours = contend("tests.benchmarks.ours", tmp_path / "ours", str(file))
    bulk = contend("tests.benchmarks.import_export", tmp_path / "bulk", str(file), "bulk")
    assert ours["products"] == bulk["products"] == ROWS
    print(f"\nXLSX import, {ROWS:,} rows x 45 values ({'PostgreSQL' if POSTGRES else 'SQLite'})")
    print(
        f"whole path: {bulk['seconds'] / (ours['plan'] + ours['apply']):.2f}x openpyxl read-only with bulk mode"
    )
    print(f"processor time of the clients alone: {bulk['cpu'] / ours['cpu']:.2f}x")
    print(
        f"memory: {ours['grown']:.0f} MB above the idle worker's {ours['idle']:.0f} MB; the reader {ours['reader']:.0f} MB"
    )
