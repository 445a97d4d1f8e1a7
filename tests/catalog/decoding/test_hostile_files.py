"""Hostile uploads: refused or cleaned, within a second of the child's time, with neither process growing by 50 MB."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from catalog.decoding import decoder as decoding
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


def test_a_file_does_not_pay_for_those_the_child_has_seen_before(tmp_path: Path) -> None:
    """As where their processor time, or the system's want of memory, has ended it in between."""
    good = written(tmp_path, "good.png", harmless.picture())
    with Decoder() as decoder:
        decoder.examine(good, name="good.png")
        assert decoder.child is not None
        decoder.child.kill()
        decoder.child.wait()
        assert decoder.examine(good, name="good.png")["mime"] == "image/png"


def test_a_file_that_kills_a_fresh_child_too_is_refused_and_harms_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, children = written(tmp_path, "good.png", harmless.picture()), []

    class Counted(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *args: Any, **more: Any) -> None:
            children.append(self)
            super().__init__(*args, **more)

    monkeypatch.setattr(subprocess, "Popen", Counted)
    with Decoder() as decoder:
        decoder.examine(good, name="good.png")
        with pytest.raises(Refusal) as refused:
            decoder.examine(tmp_path / "gone.png", name="gone.png")
        assert (refused.value.code, len(children)) == ("damaged", 2)
        assert decoder.examine(good, name="good.png")["mime"] == "image/png"


def test_each_rendition_has_its_own_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a picture of many sizes is not given up for their number."""
    good, read = written(tmp_path, "good.png", harmless.picture()), decoding._line
    waits: list[float] = []

    def reading(pipe: int, patience: float) -> bytes | None:
        waits.append(patience)
        return read(pipe, patience)

    monkeypatch.setattr(decoding, "_line", reading)
    wish = {
        "width": 20, "height": 20, "fit": "inside", "background": "", "format": "WEBP", "quality": 80, "max_kb": None, "box": None,
    }  # fmt: skip
    with Decoder(wait=20) as decoder:
        decoder.render(good, [{**wish, "out": str(tmp_path / name)} for name in "abc"])
    assert waits == [60]


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
