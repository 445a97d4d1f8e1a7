"""What a file is, by its first bytes. Its name and what the browser said of it are not asked."""

from __future__ import annotations

import re

from catalog.decoding.refusal import Refusal

HEAD = 4096
PICTURES = {
    "JPEG": ("image/jpeg", "jpg"),
    "PNG": ("image/png", "png"),
    "WEBP": ("image/webp", "webp"),
    "GIF": ("image/gif", "gif"),
    "AVIF": ("image/avif", "avif"),
}
_MP4_BRANDS = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash", b"mmp4"}
)
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"mif1", b"msf1"})
_MARKUP = re.compile(rb"<\s*(!doctype|html|head|body|script|svg|iframe|\?xml|\?php|!--)", re.IGNORECASE)


def kind_of(head: bytes) -> str:
    """A key of PICTURES, "PDF", "ZIP", "MP4", "WEBM" or "TEXT". Raises Refusal for everything else, with advice where there is some."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return "GIF"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        return _of_brand(head[8:12])
    if head.startswith(b"%PDF-"):
        return "PDF"
    if head.startswith(b"PK\x03\x04"):
        return "ZIP"
    if head.startswith(b"\x1aE\xdf\xa3"):
        if b"webm" in head[:64]:
            return "WEBM"
        raise Refusal("other_video")
    _refuse_by_name(head)
    return "TEXT"


def _of_brand(brand: bytes) -> str:
    if brand in (b"avif", b"avis"):
        return "AVIF"
    if brand in _MP4_BRANDS:
        return "MP4"
    raise Refusal("other_picture" if brand in _HEIC_BRANDS else "other_video")


def _refuse_by_name(head: bytes) -> None:
    if head[:4] in (b"II*\x00", b"MM\x00*", b"8BPS") or head[:2] == b"BM":
        raise Refusal("other_picture")
    if head.startswith(b"%!PS"):
        raise Refusal("other_picture")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refusal("old_office")
    if head[:2] == b"MZ" or head.startswith((b"\x7fELF", b"#!")):
        raise Refusal("program")
    if b"<svg" in head.lower():
        raise Refusal("svg")
    if _MARKUP.search(head):
        raise Refusal("markup")
