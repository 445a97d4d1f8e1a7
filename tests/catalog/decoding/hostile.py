"""Files made to hurt, each built here: small on the wire, costly or dangerous when believed."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO

from PIL import Image

from tests.catalog.decoding.harmless import jpeg, mp4, picture


def png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, *, before_pixels: bytes = b"", pixels: bytes | None = None) -> bytes:
    """An 8-bit grey PNG; `pixels` compressed, by default as many black ones as the size says."""
    head = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    if pixels is None:
        packer = zlib.compressobj(1)
        row = bytes(width + 1)
        pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + head + before_pixels + png_chunk(b"IDAT", pixels) + png_chunk(b"IEND", b"")


def pixel_flood_png() -> bytes:
    return png(13_300, 13_300)


def pixel_flood_of_lies() -> bytes:
    return png(60_000, 60_000, pixels=zlib.compress(b"\x00" * 60_001))


def pixel_flood_jpeg() -> bytes:
    """A small picture whose header claims 60,000 × 60,000."""
    data = bytearray(jpeg((32, 32)))
    place = data.index(b"\xff\xc0") + 5
    data[place : place + 4] = struct.pack(">HH", 60_000, 60_000)
    return bytes(data)


def pixel_flood_webp() -> bytes:
    """A small picture whose header claims 16,000 × 16,000."""
    data = bytearray(picture("WEBP", (32, 32)))
    data[26:30] = struct.pack("<HH", 16_000, 16_000)
    return bytes(data)


def pixel_flood_avif() -> bytes:
    """A small picture whose declared extent is 60,000 × 60,000."""
    data = bytearray(picture("AVIF", (64, 64)))
    place = data.index(b"ispe") + 8
    data[place : place + 8] = struct.pack(">II", 60_000, 60_000)
    return bytes(data)


def text_bomb(name: bytes = b"zTXt") -> bytes:
    head = b"Comment\x00\x00" if name == b"zTXt" else b"Comment\x00\x01\x00\x00\x00"
    bomb = zlib.compress(b"A" * (80 << 20), 1)
    return png(32, 32, before_pixels=png_chunk(name, head + bomb))


def profile_bomb() -> bytes:
    bomb = zlib.compress(bytes(80 << 20), 1)
    return png(32, 32, before_pixels=png_chunk(b"iCCP", b"icc\x00\x00" + bomb))


def many_frames_gif(count: int = 10_000) -> bytes:
    head = b"GIF89a" + struct.pack("<HHBBB", 2000, 2000, 0x80, 0, 0) + bytes(6)
    frame = (
        b"\x21\xf9\x04\x00\x01\x00\x00\x00"
        + b"\x2c"
        + struct.pack("<HHHHB", 0, 0, 1, 1, 0)
        + b"\x02\x02\x44\x01\x00"
    )
    return head + frame * count + b"\x3b"


def many_frames_apng(count: int = 10_000) -> bytes:
    data = png(32, 32, before_pixels=png_chunk(b"acTL", struct.pack(">II", count, 0)))
    frame = struct.pack(">IIIIIHHBB", 0, 32, 32, 0, 0, 1, 10, 0, 0)
    body = zlib.compress(bytes(33 * 32))
    more = b"".join(
        png_chunk(b"fcTL", frame) + png_chunk(b"fdAT", struct.pack(">I", number) + body)
        for number in range(count)
    )
    return data[:-12] + more + data[-12:]


def many_frames_webp(count: int = 10_000) -> bytes:
    still = picture("WEBP", (32, 32))[12:]
    size = struct.pack("<I", 16 + len(still))
    place = b"\x00\x00\x00" * 2 + b"\x1f\x00\x00" * 2 + b"\x0a\x00\x00" + b"\x00"
    body = b"WEBP" + b"VP8X" + struct.pack("<I", 10) + b"\x02\x00\x00\x00" + b"\x1f\x00\x00" * 2
    body += b"ANIM" + struct.pack("<IIH", 6, 0, 0) + (b"ANMF" + size + place + still) * count
    return b"RIFF" + struct.pack("<I", len(body)) + body


def many_frames_avif() -> bytes:
    frames = [Image.new("RGB", (16, 16), (number % 256, 0, 0)) for number in range(220)]
    with BytesIO() as out:
        frames[0].save(out, "AVIF", save_all=True, append_images=frames[1:], speed=10)
        return out.getvalue()


def flood_of_all_frames() -> bytes:
    """Few enough frames, small enough each, and too much together."""
    head = b"GIF89a" + struct.pack("<HHBBB", 5000, 5000, 0x80, 0, 0) + bytes(6)
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return head + frame * 150 + b"\x3b"


def many_scans_jpeg() -> bytes:
    """A progressive JPEG whose last scan is repeated 2,000 times."""
    with BytesIO() as out:
        Image.new("RGB", (64, 64), (200, 30, 30)).save(out, "JPEG", progressive=True)
        data = out.getvalue()
    scan = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + scan * 2_000 + data[-2:]


def archive(name: str = "evil.html") -> bytes:
    with BytesIO() as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr(name, "<script>alert(1)</script>" * 100)
        return out.getvalue()


def gif_and_page() -> bytes:
    return picture("GIF") + b"<html><script>alert(document.cookie)</script></html>"


def gif_with_page_in_comment() -> bytes:
    text = b"<script>alert(1)</script>"
    data = picture("GIF")
    return data[:-1] + b"\x21\xfe" + bytes([len(text)]) + text + b"\x00" + data[-1:]


def jpeg_with_page_in_comment() -> bytes:
    text = b"<html><body onload=alert(1)>"
    return jpeg()[:2] + b"\xff\xfe" + struct.pack(">H", len(text) + 2) + text + jpeg()[2:]


def jpeg_with_archive_inside() -> bytes:
    """The ZIP stands in a comment before the last bytes, so that both readers take the whole file for theirs."""
    packed = archive()
    return jpeg()[:2] + b"\xff\xfe" + struct.pack(">H", len(packed) + 2) + packed + jpeg()[2:]


def pdf_and_jpeg() -> bytes:
    text = b"%PDF-1.4 ..."
    return jpeg()[:2] + b"\xff\xfe" + struct.pack(">H", len(text) + 2) + text + jpeg()[2:]


SVG = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>"
LATE_SVG = (
    b"<?xml version='1.0'?>"
    + b"<!-- "
    + b" " * 2000
    + b" --><svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"
)


def workbook_with_macros() -> bytes:
    with BytesIO() as out:
        with zipfile.ZipFile(out, "w") as packed:
            packed.writestr("[Content_Types].xml", "<Types/>")
            packed.writestr("xl/workbook.xml", "<workbook/>")
            packed.writestr("xl/vbaProject.bin", b"\x00" * 20)
        return out.getvalue()


def text_with_macros() -> bytes:
    with BytesIO() as out:
        with zipfile.ZipFile(out, "w") as packed:
            packed.writestr("mimetype", "application/vnd.oasis.opendocument.text")
            packed.writestr("content.xml", "<office/>")
            packed.writestr("Basic/Standard/Module1.xml", "<script/>")
        return out.getvalue()


def archive_in_a_box_of_a_film() -> bytes:
    inner = archive()
    return mp4() + (8 + len(inner)).to_bytes(4, "big") + b"free" + inner


# name of the file → (content, the refusal's code)
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "flood.png": (pixel_flood_png, "too_many_pixels"),
    "lies.png": (pixel_flood_of_lies, "too_many_pixels"),
    "flood.jpg": (pixel_flood_jpeg, "too_many_pixels"),
    "flood.webp": (pixel_flood_webp, "too_many_pixels"),
    "flood.avif": (pixel_flood_avif, "damaged"),
    "ztxt.png": (text_bomb, "damaged"),
    "itxt.png": (lambda: text_bomb(b"iTXt"), "damaged"),
    "iccp.png": (profile_bomb, "damaged"),
    "frames.gif": (many_frames_gif, "too_many_frames"),
    "frames.png": (many_frames_apng, "too_many_frames"),
    "frames.webp": (many_frames_webp, "too_many_frames"),
    "frames.avif": (many_frames_avif, "too_many_frames"),
    "together.gif": (flood_of_all_frames, "too_many_pixels"),
    "scans.jpg": (many_scans_jpeg, "too_many_scans"),
    "comment.gif": (gif_with_page_in_comment, "markup_inside"),
    "comment.jpg": (jpeg_with_page_in_comment, "markup_inside"),
    "inside.jpg": (jpeg_with_archive_inside, "two_kinds"),
    "document.jpg": (pdf_and_jpeg, "two_kinds"),
    "drawing.svg": (lambda: SVG, "svg"),
    "late.svg": (lambda: LATE_SVG, "svg"),
    "drawing.png": (lambda: SVG, "svg"),
    "page.jpg": (lambda: b"\n <!DOCTYPE html><title>x</title>", "markup"),
    "page.pdf": (lambda: b"<html><script>alert(1)</script>", "markup"),
    "cut.jpg": (lambda: jpeg((400, 400))[:900], "damaged"),
    "cut.png": (lambda: picture("PNG", (400, 400), noisy=True)[:-4000], "damaged"),
    "cut.webp": (lambda: picture("WEBP", (400, 400), noisy=True)[:-4000], "damaged"),
    "cut.avif": (lambda: picture("AVIF", (400, 400), noisy=True)[:-4000], "damaged"),
    "cut.pdf": (lambda: b"%PDF-1.7\n1 0 obj", "damaged"),
    "archive.zip": (archive, "archive"),
    "macros.xlsx": (workbook_with_macros, "macros"),
    "macros.odt": (text_with_macros, "macros"),
    "archive.mp4": (archive_in_a_box_of_a_film, "two_kinds"),
    "old.xls": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_office"),
    "setup.pdf": (lambda: b"MZ" + bytes(600), "program"),
    "scan.tif": (lambda: picture("TIFF"), "other_picture"),
    "data.txt": (lambda: b"text\x00\x01\x02", "unknown"),
    "nothing.jpg": (lambda: b"", "empty"),
}  # fmt: skip
# name → (content, what is left of it)
CLEANED: dict[str, tuple[Callable[[], bytes], Callable[[], bytes]]] = {
    "page.gif": (gif_and_page, lambda: picture("GIF")),
    "archive.jpg": (lambda: jpeg() + archive(), jpeg),
    "archive.png": (lambda: picture("PNG") + archive(), lambda: picture("PNG")),
    "archive.webp": (lambda: picture("WEBP") + archive(), lambda: picture("WEBP")),
    "archive.avif": (lambda: picture("AVIF") + archive(), lambda: picture("AVIF")),
}
