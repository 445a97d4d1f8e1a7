"""A picture is taken in when every pixel of it decodes within the limits, and when it is nothing else besides."""

from __future__ import annotations

import re
import struct
import warnings
import zipfile
import zlib
from io import BytesIO
from mmap import mmap
from typing import Any

from PIL import Image, UnidentifiedImageError

from catalog.decoding.containers import walk
from catalog.decoding.ground import white_edge
from catalog.decoding.limits import MAX_FRAMES, MAX_PICTURE_BYTES, MAX_PIXELS, MAX_TOTAL_PIXELS
from catalog.decoding.refusal import Refusal
from catalog.decoding.sniffing import PICTURES

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)
ORIENTATION = 0x0112
# Long enough that compressed pixels never hold one by chance.
_MARKUP = re.compile(rb"<script|<html[\s>]|<!doctype|<iframe|javascript:", re.IGNORECASE)
# What decoders raise on broken input. Pillow: "may raise any of these", and its plugins do.
DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    zlib.error,
    IndexError,
    KeyError,
    TypeError,
)


def examine(kind: str, data: mmap | bytes) -> dict[str, Any]:
    """{"kind", "mime", "extension", "width", "height", "frames", "length", "white_edge"}: size as shown, `length` the bytes
    that count, `white_edge` as catalog.decoding.ground says, of the first frame.

    Raises Refusal. Size and number of frames are judged before a pixel is decoded.
    """
    if len(data) > MAX_PICTURE_BYTES:
        raise Refusal("too_large", megabytes=MAX_PICTURE_BYTES >> 20)
    length, frames = walk(kind, data)
    own = memoryview(data)[:length]
    try:
        _refuse_polyglot(kind, own)
        width, height, frames, white = _decoded(kind, own, frames)
    finally:
        own.release()
    mime, extension = PICTURES[kind]
    return {
        "kind": "image", "mime": mime, "extension": extension, "width": width, "height": height, "frames": frames,
        "length": length, "white_edge": white,
    }  # fmt: skip


def _refuse_polyglot(kind: str, own: memoryview) -> None:
    if _MARKUP.search(own):
        raise Refusal("markup_inside")
    if b"%PDF-" in bytes(own[:1024]) or zipfile.is_zipfile(BytesIO(own[-70_000:])):
        raise Refusal("two_kinds")


def _decoded(kind: str, own: memoryview, frames: int) -> tuple[int, int, int, int]:
    try:
        with Image.open(BytesIO(own), formats=(kind,)) as picture:
            width, height = picture.size
            if kind == "AVIF":
                frames = getattr(picture, "n_frames", 1)
            if frames > MAX_FRAMES:
                raise Refusal("too_many_frames")
            if width * height > MAX_PIXELS or width * height * frames > MAX_TOTAL_PIXELS:
                raise Refusal("too_many_pixels")
            for number in range(frames):
                if number:
                    picture.seek(number)
                picture.load()
            if frames > 1:
                picture.seek(0)
            white = white_edge(picture)
            turned = picture.getexif().get(ORIENTATION, 1) in (5, 6, 7, 8)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refusal("too_many_pixels") from error
    except UnidentifiedImageError as error:
        raise Refusal("damaged") from error
    except DAMAGE as error:
        if isinstance(error, Refusal):
            raise
        raise Refusal("damaged") from error
    return (height, width, frames, white) if turned else (width, height, frames, white)
