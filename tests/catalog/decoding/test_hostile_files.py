"""Hostile uploads: refused or cleaned, within a second of the child's time, with neither process growing by 50 MB."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from catalog.decoding.decoder import Decoder
from catalog.decoding.refusal import Refusal
from tests.catalog.decoding import harmless, hostile

MOST = 50 << 20


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder() as decoder:
        yield decoder


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def high_water(pid: int) -> int:
    """The most memory a process ever had, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise LookupError(pid)


@pytest.mark.parametrize("name", hostile.REFUSED)
def test_it_is_refused_with_its_reason_and_costs_neither_time_nor_memory(name: str, tmp_path: Path) -> None:
    make, code = hostile.REFUSED[name]
    path = written(tmp_path, name, make())
    with Decoder() as decoder:
        decoder.examine(written(tmp_path, "good.png", harmless.picture()), name="good.png")
        assert decoder.child is not None
        child = decoder.child.pid
        idle, parent = high_water(child), psutil.Process().memory_info().rss
        with pytest.raises(Refusal) as refused:
            decoder.examine(path, name=name)
        assert refused.value.code == code
        spent = psutil.Process(child).cpu_times()
        assert spent.user + spent.system < 1
        assert high_water(child) - idle <= MOST
        assert psutil.Process().memory_info().rss - parent <= MOST


@pytest.mark.parametrize("name", hostile.CLEANED)
def test_what_hangs_behind_a_picture_is_cut_off(decoder: Decoder, name: str, tmp_path: Path) -> None:
    make, left = hostile.CLEANED[name]
    content = make()
    found = decoder.examine(written(tmp_path, name, content), name=name)
    assert found["kind"] == "image"
    assert content[: found["length"]] == left()


def test_a_child_that_was_killed_is_replaced(tmp_path: Path) -> None:
    good = written(tmp_path, "good.png", harmless.picture())
    with Decoder() as decoder:
        decoder.examine(good, name="good.png")
        assert decoder.child is not None
        decoder.child.kill()
        decoder.child.wait()
        with pytest.raises(Refusal) as refused:
            decoder.examine(good, name="good.png")
        assert refused.value.code == "too_costly"
        assert decoder.examine(good, name="good.png")["mime"] == "image/png"


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    with Decoder(wait=0) as decoder, pytest.raises(Refusal) as refused:
        decoder.examine(written(tmp_path, "good.png", harmless.picture()), name="good.png")
    assert refused.value.code == "too_slow"
    assert decoder.child is None


@pytest.mark.parametrize(
    ("name", "content", "kind", "mime"),
    [
        ("holiday.png", harmless.jpeg(), "image", "image/jpeg"),
        ("a.avif", harmless.picture("AVIF"), "image", "image/avif"),
        ("manual.jpg", harmless.pdf(), "file", "application/pdf"),
        ("prices.bin", harmless.workbook(), "file", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("letter", harmless.text_document(), "file", "application/vnd.oasis.opendocument.text"),
        ("sizes.csv", "größe;länge\r\n1;2\r\n".encode("cp1252"), "file", "text/csv"),
        ("note.html", b"plain words, a < b", "file", "text/plain"),
        ("film.avi", harmless.mp4(), "video", "video/mp4"),
        ("film.webm", harmless.webm(), "video", "video/webm"),
    ],
)  # fmt: skip
def test_a_file_is_what_its_content_says_whatever_its_name(
    decoder: Decoder, tmp_path: Path, name: str, content: bytes, kind: str, mime: str
) -> None:
    found = decoder.examine(written(tmp_path, "file", content), name=name)
    assert (found["kind"], found["mime"], found["length"]) == (kind, mime, len(content))
