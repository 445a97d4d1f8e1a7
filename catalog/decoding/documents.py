"""Files that are handed out and never shown by us: documents and videos. Known by their structure, not decoded."""

from __future__ import annotations

import zipfile
from io import BytesIO
from mmap import mmap
from pathlib import Path
from typing import Any

from catalog.decoding.containers import boxes
from catalog.decoding.limits import MAX_MEMBERS
from catalog.decoding.refusal import Refusal

_OFFICE = {
    "xl/": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "word/": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    "ppt/": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
}
_OPEN_DOCUMENT = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
}
_PROGRAMS = ("Basic/", "Scripts/")  # folders of an open document
_TAIL = 2048
_PLAIN = bytes(sorted(set(range(32)) - {7, 8, 9, 10, 12, 13, 27}))  # control characters that no text has


def examine(kind: str, data: mmap | bytes, path: Path, name: str) -> dict[str, Any]:
    """{"kind": "file" or "video", "mime", "extension", "length"}. Raises Refusal."""
    found, mime, extension, length = {
        "PDF": _pdf, "ZIP": _office, "MP4": _mp4, "WEBM": _webm, "TEXT": _text,
    }[kind](data, path, name)  # fmt: skip
    return {"kind": found, "mime": mime, "extension": extension, "length": length}


def _pdf(data: mmap | bytes, path: Path, name: str) -> tuple[str, str, str, int]:
    if b"%%EOF" not in data[max(0, len(data) - _TAIL) :]:
        raise Refusal("damaged")
    if zipfile.is_zipfile(path):
        raise Refusal("two_kinds")
    return "file", "application/pdf", "pdf", len(data)


def _office(data: mmap | bytes, path: Path, name: str) -> tuple[str, str, str, int]:
    """Only office files, of which the ZIP is the whole file: no archive, whose content nobody has looked at."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if len(members) > MAX_MEMBERS or min((member.header_offset for member in members), default=1):
                raise Refusal("archive")
            if any(member.endswith("vbaProject.bin") or member.startswith(_PROGRAMS) for member in names):
                raise Refusal("macros")
            if members[0].filename == "mimetype" and members[0].file_size < 100:
                declared = archive.read(members[0])
                if declared in _OPEN_DOCUMENT:
                    return "file", declared.decode(), _OPEN_DOCUMENT[declared], len(data)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise Refusal("damaged") from error
    for folder, (mime, extension) in _OFFICE.items():
        if "[Content_Types].xml" in names and any(member.startswith(folder) for member in names):
            return "file", mime, extension, len(data)
    raise Refusal("archive")


def _mp4(data: mmap | bytes, path: Path, name: str) -> tuple[str, str, str, int]:
    found = list(boxes(data))
    if not {b"moov", b"mdat"} <= {box for box, _start, _end in found}:
        raise Refusal("damaged")
    end = found[-1][2]
    if zipfile.is_zipfile(BytesIO(data[max(0, end - 70_000) : end])):
        raise Refusal("two_kinds")
    return "video", "video/mp4", "mp4", end


def _webm(data: mmap | bytes, path: Path, name: str) -> tuple[str, str, str, int]:
    if zipfile.is_zipfile(path):
        raise Refusal("two_kinds")
    return "video", "video/webm", "webm", len(data)


def _text(data: mmap | bytes, path: Path, name: str) -> tuple[str, str, str, int]:
    for start in range(0, len(data), 1 << 20):
        part = data[start : start + (1 << 20)]
        if len(part.translate(None, _PLAIN)) != len(part):
            raise Refusal("unknown")
    is_table = name.lower().endswith((".csv", ".tsv"))
    return "file", "text/csv" if is_table else "text/plain", "csv" if is_table else "txt", len(data)
