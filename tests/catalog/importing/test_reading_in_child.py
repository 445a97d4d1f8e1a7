import json
import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from catalog.importing.readers.base import Choices, FileRefused
from catalog.importing.readers.child import ROOT, read_in_child, recognise_in_child
from catalog.importing.readers.limits import MIB, Limits
from tests.catalog.importing.reading_children import children
from tests.catalog.importing.workbooks import workbook


@pytest.fixture
def long_file(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text("sku,name\n" + "".join(f"A-{n},Chair {n}\n" for n in range(60_000)))
    return path


def read(path, **choices):
    table = recognise_in_child(path, path.name, Choices(**choices))
    return table, [row for batch in read_in_child(path, table) for row in batch]


def test_rows_come_back_whole_and_in_order(long_file):
    table, rows = read(long_file)
    assert table.headers == ("sku", "name")
    assert rows == [(n + 2, [f"A-{n}", f"Chair {n}"]) for n in range(60_000)]
    assert children() == []


def test_batches_are_small(long_file):
    table = recognise_in_child(long_file, "long.csv")
    assert {len(batch) for batch in read_in_child(long_file, table)} == {500}


def test_long_cells_make_batches_shorter(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("sku,text\n" + f"A,{'x' * 400_000}\n" * 10)
    table = recognise_in_child(path, "f.csv")
    assert [len(batch) for batch in read_in_child(path, table)] == [3, 3, 3, 1]


def test_reading_goes_on_after_the_row_already_dealt_with(long_file):
    table = recognise_in_child(long_file, "long.csv")
    rows = [row for batch in read_in_child(long_file, table, after=59_999) for row in batch]
    assert rows == [(60_000, ["A-59998", "Chair 59998"]), (60_001, ["A-59999", "Chair 59999"])]


def test_a_workbook_is_read_the_same_way(tmp_path):
    path = workbook(tmp_path / "f.xlsx", {"S": [["sku", "price"], ["A", 49.99]], "T": [["x", "y"], [1, 2]]})
    assert read(path)[1] == [(2, ["A", "49.99"])]
    assert read(path, sheet="T")[1] == [(2, ["1", "2"])]


def test_a_refusal_in_the_child_is_one_here(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text('sku,name\nA,x\nB,"open\n')
    table = recognise_in_child(path, "f.csv")
    with pytest.raises(FileRefused) as caught:
        list(read_in_child(path, table))
    assert (caught.value.code, caught.value.params) == ("unclosed_quote", {"row": 3})
    assert children() == []


def test_a_file_that_is_gone_is_refused(tmp_path, long_file):
    with pytest.raises(FileRefused) as caught:
        recognise_in_child(tmp_path / "gone.csv", "gone.csv")
    assert caught.value.code == "missing"
    table = recognise_in_child(long_file, "long.csv")
    long_file.unlink()
    with pytest.raises(FileRefused) as caught:
        list(read_in_child(long_file, table))
    assert caught.value.code == "missing"


def test_closing_early_ends_the_child(long_file):
    batches = read_in_child(long_file, recognise_in_child(long_file, "long.csv"))
    assert len(next(batches)) == 500
    assert len(children()) == 1
    batches.close()
    assert children() == []


def test_a_child_short_of_memory_is_a_file_too_big(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("sku,name\n" + "A,x\n" * 100_000 + "B," + "y" * (200 * MIB) + "\n")
    table = recognise_in_child(path, "f.csv")
    with pytest.raises(FileRefused) as caught:
        list(read_in_child(path, table, limits=Limits(memory=160 * MIB)))
    assert caught.value.code == "too_big"


def test_a_child_out_of_processor_time_is_a_file_too_slow(tmp_path):
    path = tmp_path / "f.xlsx"
    workbook(path, {"S": [[f"h{n}" for n in range(60)]] + [[n] * 60 for n in range(12_000)]})
    with pytest.raises(FileRefused) as caught:
        recognise_in_child(path, "f.xlsx", limits=Limits(cpu=0))
    assert caught.value.code == "too_slow"


def test_patience_ends_but_the_time_the_reader_of_batches_takes_does_not_count(tmp_path, long_file):
    table = recognise_in_child(long_file, "long.csv")
    with pytest.raises(FileRefused) as caught:
        list(read_in_child(long_file, table, limits=Limits(wait=0)))
    assert caught.value.code == "too_slow"
    batches = read_in_child(long_file, table, limits=Limits(wait=6))
    count = len(next(batches))
    time.sleep(6.2)
    assert count + sum(map(len, batches)) == 60_000


def test_a_killed_child_is_a_refusal_and_not_a_short_file(long_file):
    batches = read_in_child(long_file, recognise_in_child(long_file, "long.csv"))
    next(batches)
    os.kill(children()[0], 9)
    with pytest.raises(FileRefused) as caught:
        list(batches)
    assert caught.value.code == "too_big"


def test_the_child_knows_neither_django_nor_secrets(long_file):
    seen = "import sys, os, json, catalog.importing.readers.__main__, catalog.importing.readers.csv, " + (
        "catalog.importing.readers.xlsx, catalog.importing.readers.recognise; "
        "print(json.dumps([m for m in sys.modules if m.split('.')[0] in ('django', 'celery')]))"
    )
    output = subprocess.run([sys.executable, "-c", seen], cwd=ROOT, capture_output=True, check=True).stdout
    assert json.loads(output) == []
    os.environ["READER_TEST_SECRET"] = "s3cret"
    try:
        batches = read_in_child(long_file, recognise_in_child(long_file, "long.csv"))
        next(batches)
        environment = Path(f"/proc/{children()[0]}/environ").read_bytes()
        batches.close()
    finally:
        del os.environ["READER_TEST_SECRET"]
    assert b"PYTHONUTF8" in environment
    assert b"s3cret" not in environment


def _read_as_a_worker(path, answers):
    answers.put((multiprocessing.current_process().daemon, len(read(path)[1])))


def test_a_daemonic_worker_may_read(long_file):
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    worker = context.Process(target=_read_as_a_worker, args=(long_file, answers), daemon=True)
    worker.start()
    assert answers.get(timeout=60) == (True, 60_000)
    worker.join()
    answers.close()
    answers.join_thread()
