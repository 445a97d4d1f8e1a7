"""Files that are what they say: small pictures and documents for tests."""

from __future__ import annotations

import zipfile
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image


@cache
def picture(
    kind: str = "PNG", size: tuple[int, int] = (40, 30), *, noisy: bool = False, color: str = "#b03060"
) -> bytes:
    """The same bytes for the same arguments; `noisy` does not compress away."""
    shown = Image.effect_noise(size, 90).convert("RGB") if noisy else Image.new("RGB", size, color)
    with BytesIO() as out:
        shown.save(out, kind)
        return out.getvalue()


def jpeg(size: tuple[int, int] = (40, 30), **more: Any) -> bytes:
    with BytesIO() as out:
        Image.new("RGB", size, (176, 48, 96)).save(out, "JPEG", **more)
        return out.getvalue()


def pdf(title: str = "Instructions") -> bytes:
    with BytesIO() as out:
        Image.new("RGB", (60, 80), "white").save(out, "PDF", title=title)
        return out.getvalue()


def workbook() -> bytes:
    with BytesIO() as out:
        with zipfile.ZipFile(out, "w") as packed:
            packed.writestr("[Content_Types].xml", "<Types/>")
            packed.writestr("xl/workbook.xml", "<workbook/>")
        return out.getvalue()


def text_document() -> bytes:
    with BytesIO() as out:
        with zipfile.ZipFile(out, "w") as packed:
            packed.writestr("mimetype", "application/vnd.oasis.opendocument.text")
            packed.writestr("content.xml", "<office/>")
        return out.getvalue()


def _box(name: bytes, body: bytes) -> bytes:
    return (8 + len(body)).to_bytes(4, "big") + name + body


def mp4() -> bytes:
    return _box(b"ftyp", b"isom" + bytes(4) + b"isom") + _box(b"moov", bytes(40)) + _box(b"mdat", bytes(200))


def webm() -> bytes:
    return b"\x1aE\xdf\xa3\x8b\x42\x82\x84webm" + bytes(80)
