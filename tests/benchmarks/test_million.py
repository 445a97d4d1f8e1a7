"""A large file imported once, end to end, on PostgreSQL with autovacuum running and people saving meanwhile.

PIM_BENCH_IMPORT sets the rows (20,000; a million takes its time and some 10 GB in PIM_BENCH_HOME), PIM_BENCH_EDITORS the
people (20). What is printed goes into docs/benchmarks.md with the machine's description. Asserted: every row came in, and no
save was lost.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.benchmarks.catalogue import write_csv
from tests.benchmarks.large import home

ROWS = int(os.environ.get("PIM_BENCH_IMPORT", "20000"))
EDITORS = int(os.environ.get("PIM_BENCH_EDITORS", "20"))
LOOK_SECONDS = 2.0
NAME = f"import_{ROWS}"


def resident(pid: int) -> float:
    """MB of the process and those below it together, now."""
    pages, children = 0, [pid]
    while children:
        each = children.pop()
        try:
            pages += int(Path(f"/proc/{each}/statm").read_text().split()[1])
            children += map(int, Path(f"/proc/{each}/task/{each}/children").read_text().split())
        except (FileNotFoundError, ProcessLookupError):
            continue
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


class Watch:
    """Products over time, memory of the import, size of the database."""

    def __init__(self, url: str, pid: int) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self.pid, self.began, self.memory = pid, time.monotonic(), 0.0
        self.seen: list[tuple[float, int]] = []

    def look(self) -> None:
        self.memory = max(self.memory, resident(self.pid))
        # The id that was given last: counting a million rows would be work of its own.
        (last,) = self.connection.execute("SELECT last_value FROM catalog_product_id_seq").fetchone() or (0,)
        self.seen.append((time.monotonic() - self.began, int(last)))

    def rates(self, parts: int = 10) -> list[tuple[int, float]]:
        """(products so far, products a second in that tenth) while products came in."""
        first = self.seen[0][1]
        moving = [(at, last) for at, last in self.seen if first < last]
        rates = []
        if moving:
            start, end = moving[0], moving[-1]
            for part in range(1, parts + 1):
                wanted = start[1] + (end[1] - start[1]) * part / parts
                here = next(point for point in moving if point[1] >= wanted)
                if here[0] > start[0]:
                    rates.append((here[1] - first, (here[1] - start[1]) / (here[0] - start[0])))
                start = here
        return rates

    def facts(self) -> dict[str, Any]:
        one = self.connection.execute
        (size,) = one("SELECT pg_database_size(current_database())").fetchone() or (0,)
        vacuums = one(
            "SELECT sum(autovacuum_count), sum(autoanalyze_count) FROM pg_stat_user_tables"
        ).fetchone()
        return {"size": size, "vacuums": vacuums, "tables": dict(one(SIZES).fetchall())}


SIZES = "SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables ORDER BY 2 DESC LIMIT 8"


@pytest.mark.bench
def test_a_large_import_while_people_save(tmp_path: Path) -> None:
    file = tmp_path / "products.csv"
    write_csv(file, ROWS)
    home.forget("postgres", NAME)
    upload = str(file.stat().st_size // 2**20 + 1)  # a million rows are larger than what is taken as it comes
    environ = home.environment("postgres", NAME) | {"PIM_MAX_UPLOAD_MB": upload}
    home.create(environ["DATABASE_URL"])
    ours = [sys.executable, "-m"]
    people = subprocess.Popen(
        [*ours, "tests.benchmarks.editors", str(EDITORS)],
        cwd=home.ROOT, env=environ, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    importing = None
    try:
        assert people.stdout is not None
        assert people.stdout.readline().strip() == "ready"
        importing = subprocess.Popen(
            [*ours, "tests.benchmarks.ours", str(file)],
            cwd=home.ROOT, env=environ, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        watch = Watch(environ["DATABASE_URL"], importing.pid)
        while importing.poll() is None:
            watch.look()
            time.sleep(LOOK_SECONDS)
        assert importing.returncode == 0
        done = json.loads(importing.communicate()[0].strip().splitlines()[-1])
        people.send_signal(signal.SIGTERM)
        saved = json.loads(people.communicate(timeout=120)[0].strip().splitlines()[-1])
    finally:
        for process in (people, importing):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()
    facts = watch.facts()
    watch.connection.close()
    home.forget("postgres", NAME)
    assert done["products"] == ROWS + EDITORS * 10
    assert (saved["lost"], saved["refused"], saved["revisions"]) == (0, 0, saved["saves"])
    whole = done["plan"] + done["apply"]
    print(f"\nImport of {ROWS:,} rows x 45 values, PostgreSQL, autovacuum on, {EDITORS} people saving")
    print(f"whole path {ROWS / whole:,.0f} rows/s, plan {done['plan'] / whole:.0%} of the time")
    for so_far, rate in watch.rates():
        print(f"  after {so_far:>9,} products: {rate:>7,.0f}/s")
    print(f"memory of the import and its children: {watch.memory:.0f} MB at most")
    print(f"database {facts['size'] / 2**30:.2f} GB, autovacuum and autoanalyze runs {facts['vacuums']}")
    for table, size in facts["tables"].items():
        print(f"  {table:<28}{size / 2**20:>8,.0f} MB")
    print(
        f"saves {saved['saves']}, none lost; median {saved['median'] * 1000:.0f} ms,"
        f" 99 % within {saved['p99'] * 1000:.0f} ms, slowest {saved['slowest'] * 1000:.0f} ms"
    )
