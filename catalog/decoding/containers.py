"""Where a picture ends within its file, and how many frames it has: by walking its container, without decoding a pixel.

What lies behind the end belongs to another file (a ZIP behind a JPEG, a page behind a GIF) and is cut off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from mmap import mmap

from catalog.decoding.limits import MAX_FRAMES, MAX_SCANS
from catalog.decoding.refusal import Refusal

Bytes = bytes | mmap
# In a JPEG's compressed data FF is followed by 00 or a restart mark; anything else is the next marker.
_NEXT_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")


def walk(kind: str, data: Bytes) -> tuple[int, int]:
    """(end, frames) of a picture. `end` is the file's length where the container itself is cut short: decoding tells.

    Raises Refusal("too_many_frames") as soon as there are more than MAX_FRAMES.
    """
    end, frames = WALKERS[kind](data)
    if frames > MAX_FRAMES:
        raise Refusal("too_many_frames")
    return min(end, len(data)), frames


def _jpeg(data: Bytes) -> tuple[int, int]:
    position, scans = 2, 0
    while position + 4 <= len(data):
        if data[position] != 0xFF:
            break
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
        elif marker == 0xD9:
            return position + 2, 1
        elif 0xD0 <= marker <= 0xD8 or marker == 0x01:
            position += 2
        else:
            position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
            if marker == 0xDA:
                scans += 1
                if scans > MAX_SCANS:
                    raise Refusal("too_many_scans")
                found = _NEXT_MARKER.search(data, position)
                if found is None:
                    break
                position = found.end() - 2
    return len(data), 1


def _png(data: Bytes) -> tuple[int, int]:
    position, frames = 8, 1
    while position + 8 <= len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        name = data[position + 4 : position + 8]
        if name == b"acTL":
            frames = max(1, int.from_bytes(data[position + 8 : position + 12], "big"))
        position += 12 + length
        if name == b"IEND":
            return position, frames
        if frames > MAX_FRAMES:
            break
    return len(data), frames


def _gif(data: Bytes) -> tuple[int, int]:
    if len(data) < 13:
        return len(data), 1
    position, frames = 13 + _colours(data[10]), 0
    while position < len(data):
        block = data[position]
        if block == 0x3B:
            return position + 1, max(1, frames)
        if block == 0x21:
            position = _past_blocks(data, position + 2)
        elif block == 0x2C and position + 10 <= len(data):
            frames += 1
            if frames > MAX_FRAMES:
                break
            position = _past_blocks(data, position + 11 + _colours(data[position + 9]))
        else:
            break
    return len(data), max(1, frames)


def _colours(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _past_blocks(data: Bytes, position: int) -> int:
    while position < len(data) and data[position]:
        position += data[position] + 1
    return position + 1


def _webp(data: Bytes) -> tuple[int, int]:
    end = min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    position, frames = 12, 0
    while position + 8 <= end and frames <= MAX_FRAMES:
        frames += data[position : position + 4] == b"ANMF"
        length = int.from_bytes(data[position + 4 : position + 8], "little")
        position += 8 + length + (length & 1)
    return end, max(1, frames)


def _avif(data: Bytes) -> tuple[int, int]:
    """The frames of a sequence are counted by the decoder, which reads them from its index."""
    return max((end for _name, _start, end in boxes(data)), default=len(data)), 1


def boxes(data: Bytes) -> Iterator[tuple[bytes, int, int]]:
    """(name, start, end) of the outermost boxes of an ISO media file; ends before the first that is none."""
    position = 0
    while position + 8 <= len(data):
        size = int.from_bytes(data[position : position + 4], "big")
        name = bytes(data[position + 4 : position + 8])
        if size == 1:
            size = int.from_bytes(data[position + 8 : position + 16], "big")
        elif size == 0:
            size = len(data) - position
        if size < 8 or position + size > len(data) or not name.isalnum():
            return
        yield name, position, position + size
        position += size


WALKERS = {"JPEG": _jpeg, "PNG": _png, "GIF": _gif, "WEBP": _webp, "AVIF": _avif}
