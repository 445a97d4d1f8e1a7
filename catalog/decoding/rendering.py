"""Making a picture in another size, form and weight. What comes out carries pixels only: no EXIF, no place, no author."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageColor, ImageOps

from catalog.decoding.colours import in_srgb
from catalog.decoding.limits import MAX_PICTURE_BYTES, MAX_PIXELS
from catalog.decoding.pictures import DAMAGE, ORIENTATION
from catalog.decoding.refusal import Refusal
from catalog.decoding.sniffing import PICTURES, kind_of

# Qualities tried in turn where a weight is asked for, below the wanted one.
_STEPS = (90, 82, 74, 66, 58, 50, 42, 35)


def render(
    path: Path, wishes: Iterable[Mapping[str, Any]], *, focus: tuple[int, int]
) -> list[dict[str, Any]]:
    """One answer per wish, in order: {"width", "height", "size", "mime"}, or {"refused": code, "params": {…}}.

    A wish: {"out": path, "width", "height", "fit": inside | crop | pad, "background": "#rrggbb", "format", "quality",
    "max_kb", "box"}. `box`: [left, top, width, height] in pixels of the picture as it is shown, the part of it that is used; None:
    all of it, of which a crop keeps the focus. `focus` in percent of width and height: what a crop keeps in the middle. Of an animation the first frame.
    """
    wishes = list(wishes)
    with path.open("rb") as file:
        kind = kind_of(file.read(64))
        if kind not in PICTURES or path.stat().st_size > MAX_PICTURE_BYTES:
            raise Refusal("not_a_picture")
        file.seek(0)
        try:
            source, scale = _opened(file, kind, wishes)
            return [_answer(source, scale, wish, focus) for wish in wishes]
        except DAMAGE as error:
            if isinstance(error, Refusal):
                raise
            raise Refusal("damaged") from error


def _opened(file: Any, kind: str, wishes: list[Mapping[str, Any]]) -> tuple[Image.Image, float]:
    """The picture as it is shown, perhaps decoded smaller than it is: by how much is the second."""
    with Image.open(file, formats=(kind,)) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise Refusal("too_many_pixels")
        turned = picture.getexif().get(ORIENTATION, 1) in (5, 6, 7, 8)
        width, height = (picture.height, picture.width) if turned else picture.size
        longest = max(_whole(wish, (width, height)) for wish in wishes) * 2
        picture.draft("RGB", (longest, longest))
        source = in_srgb(ImageOps.exif_transpose(picture))
    return source, source.width / width


def _whole(wish: Mapping[str, Any], size: tuple[int, int]) -> int:
    """How large the whole picture is to be, so that the part that is used is as large as is asked for."""
    times = max(size[0] / wish["box"][2], size[1] / wish["box"][3]) if wish["box"] else 1
    return round(max(wish["width"], wish["height"]) * times)


def _answer(
    source: Image.Image, scale: float, wish: Mapping[str, Any], focus: tuple[int, int]
) -> dict[str, Any]:
    try:
        shaped = _shaped(source, scale, wish, focus)
        data = _encoded(shaped, wish)
    except Refusal as refusal:
        return {"refused": refusal.code, "params": refusal.params}
    Path(wish["out"]).write_bytes(data)
    return {
        "width": shaped.width,
        "height": shaped.height,
        "size": len(data),
        "mime": PICTURES[wish["format"]][0],
    }


def _shaped(
    source: Image.Image, scale: float, wish: Mapping[str, Any], focus: tuple[int, int]
) -> Image.Image:
    """Never larger than the original: what is not there cannot be sharpened out of nothing."""
    width, height = wish["width"], wish["height"]
    if wish["box"]:
        source, focus = source.crop(_scaled(wish["box"], scale, source.size)), (50, 50)
    if wish["fit"] == "crop":
        source = source.crop(crop_box(source.size, (width, height), focus))
    shaped = source.copy()
    shaped.thumbnail((width, height), Image.Resampling.LANCZOS)
    if wish["fit"] == "pad" or (wish["format"] == "JPEG" and shaped.mode == "RGBA"):
        return _on_ground(shaped, wish)
    return shaped


def _scaled(box: Sequence[int], scale: float, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The box in the picture as it was decoded: left, top, right and bottom, at least one pixel wide and high."""
    left, top = (min(round(start * scale), most - 1) for start, most in zip(box[:2], size, strict=True))
    right, bottom = (
        min(max(round((start + length) * scale), least + 1), most)
        for start, length, least, most in zip(box[:2], box[2:], (left, top), size, strict=True)
    )
    return left, top, right, bottom


def crop_box(
    size: tuple[int, int], wanted: tuple[int, int], focus: tuple[int, int]
) -> tuple[int, int, int, int]:
    """The largest part of the wanted proportions, with the focus as near to its middle as the picture allows."""
    width, height = size
    across = min(width, max(1, round(height * wanted[0] / wanted[1])))
    down = min(height, max(1, round(width * wanted[1] / wanted[0])))
    left = min(max(round(width * focus[0] / 100 - across / 2), 0), width - across)
    top = min(max(round(height * focus[1] / 100 - down / 2), 0), height - down)
    return left, top, left + across, top + down


def _on_ground(shaped: Image.Image, wish: Mapping[str, Any]) -> Image.Image:
    size = (wish["width"], wish["height"]) if wish["fit"] == "pad" else shaped.size
    ground = Image.new("RGB", size, ImageColor.getrgb(wish["background"] or "#ffffff"))
    place = ((size[0] - shaped.width) // 2, (size[1] - shaped.height) // 2)
    ground.paste(shaped, place, shaped if shaped.mode == "RGBA" else None)
    return ground


def _encoded(shaped: Image.Image, wish: Mapping[str, Any]) -> bytes:
    most = wish["max_kb"] * 1024 if wish["max_kb"] else 0
    lighter = (step for step in _STEPS if step < wish["quality"]) if wish["format"] != "PNG" else ()
    size = 0
    for quality in (wish["quality"], *(lighter if most else ())):
        data = _saved(shaped, wish["format"], quality)
        if not most or len(data) <= most:
            return data
        size = len(data)
    raise Refusal("too_heavy", kilobytes=size // 1024, most=wish["max_kb"])


def _saved(shaped: Image.Image, form: str, quality: int) -> bytes:
    every: dict[str, dict[str, Any]] = {
        "JPEG": {"quality": quality, "optimize": True, "progressive": True},
        "PNG": {"optimize": True},
        "WEBP": {"quality": quality, "method": 4},
        "AVIF": {"quality": quality, "speed": 7},
    }
    shaped.info.clear()  # what the encoder would carry along: profiles, comments, EXIF
    with BytesIO() as out:
        shaped.save(out, form, **every[form])
        return out.getvalue()
