"""A small vector canvas over Pillow: paths in SVG notation on a square of 1000 units, drawn at twice the size."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw

from pim.demo.pictures.palette import RGB, dark, light

UNITS = 1000
PIXELS = 2400
SCALE = PIXELS / UNITS
STEPS = 18  # straight pieces of one curve

Point = tuple[float, float]
_TOKEN = re.compile(r"[MLQCZ]|-?\d+(?:\.\d+)?")


@lru_cache(maxsize=2000)
def points(path: str, mirrored: bool = False) -> tuple[Point, ...]:
    """The path's points in units. Commands M, L, Q, C and Z with absolute coordinates."""
    tokens = _TOKEN.findall(path)
    found: list[Point] = []
    index, command = 0, "M"

    def take(count: int) -> list[Point]:
        nonlocal index
        values = [float(token) for token in tokens[index : index + count * 2]]
        index += count * 2
        return list(zip(values[::2], values[1::2], strict=True))

    while index < len(tokens):
        if tokens[index].isalpha():
            command = tokens[index]
            index += 1
            if command == "Z":
                continue
        if command in "ML":
            found += take(1)
            continue
        start = found[-1]
        handles = take(2 if command == "Q" else 3)
        for step in range(1, STEPS + 1):
            t, s = step / STEPS, 1 - step / STEPS
            weights = (
                (s * s, 2 * s * t, t * t) if command == "Q" else (s**3, 3 * s * s * t, 3 * s * t * t, t**3)
            )
            corners = [start, *handles]
            found.append(
                (
                    sum(w * c[0] for w, c in zip(weights, corners, strict=True)),
                    sum(w * c[1] for w, c in zip(weights, corners, strict=True)),
                )
            )
    if mirrored:
        found = [(UNITS - x, y) for x, y in found]
    return tuple(found)


@lru_cache(maxsize=500)
def _strip(stops: tuple[RGB, ...], vertical: bool) -> Image.Image:
    """The stops side by side; enlarging it with bilinear filtering makes the gradient."""
    size = (1, len(stops)) if vertical else (len(stops), 1)
    strip = Image.new("RGB", size)
    strip.putdata(stops)
    return strip


Fill = RGB | tuple[RGB, ...]


class Canvas:
    """Draws into one RGBA layer. A fill is a colour, or several: a gradient across the shape's box."""

    def __init__(self) -> None:
        self.image = Image.new("RGBA", (PIXELS, PIXELS), (0, 0, 0, 0))
        self.draw = ImageDraw.Draw(self.image)

    def path(
        self,
        path: str,
        fill: Fill,
        *,
        vertical: bool = False,
        both: bool = False,
        mirrored: bool = False,
        alpha: int = 255,
    ) -> None:
        """`both`: also mirrored at the vertical middle. `alpha` < 255 blends, for shadows and gloss."""
        self.shape(points(path, mirrored), fill, vertical=vertical, alpha=alpha)
        if both:
            self.shape(points(path, True), fill, vertical=vertical, alpha=alpha)

    def shape(
        self, outline: Sequence[Point], fill: Fill, *, vertical: bool = False, alpha: int = 255
    ) -> None:
        pixels = [(x * SCALE, y * SCALE) for x, y in outline]
        flat = isinstance(fill[0], int)
        if flat and alpha == 255:
            self.draw.polygon(pixels, fill=fill)  # type: ignore[arg-type]
            return
        left, top = (max(0, int(min(p[axis] for p in pixels))) for axis in (0, 1))
        right, bottom = (min(PIXELS, int(max(p[axis] for p in pixels)) + 1) for axis in (0, 1))
        size = (max(1, right - left), max(1, bottom - top))
        mask = Image.new("L", size, 0)
        ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in pixels], fill=alpha)
        if flat:
            paint: Image.Image = Image.new("RGBA", size, fill)  # type: ignore[arg-type]
        else:
            paint = _strip(fill, vertical).resize(size, Image.Resampling.BILINEAR).convert("RGBA")  # type: ignore[arg-type]
        if alpha == 255:
            self.image.paste(paint, (left, top), mask)
            return
        # Never beyond what is drawn already: gloss and shade stay on the product.
        box = (left, top, right, bottom)
        below = self.image.crop(box)
        mask = ImageChops.multiply(mask, below.getchannel("A"))
        blended = Image.composite(paint, below, mask)
        blended.putalpha(below.getchannel("A"))
        self.image.paste(blended, box)

    def ellipse(
        self,
        x: float,
        y: float,
        rx: float,
        ry: float,
        fill: Fill,
        *,
        vertical: bool = False,
        alpha: int = 255,
    ) -> None:
        k = 0.5523
        self.path(
            f"M {x - rx:.2f} {y:.2f} C {x - rx:.2f} {y - ry * k:.2f} {x - rx * k:.2f} {y - ry:.2f} {x:.2f} {y - ry:.2f} "
            f"C {x + rx * k:.2f} {y - ry:.2f} {x + rx:.2f} {y - ry * k:.2f} {x + rx:.2f} {y:.2f} "
            f"C {x + rx:.2f} {y + ry * k:.2f} {x + rx * k:.2f} {y + ry:.2f} {x:.2f} {y + ry:.2f} "
            f"C {x - rx * k:.2f} {y + ry:.2f} {x - rx:.2f} {y + ry * k:.2f} {x - rx:.2f} {y:.2f} Z",
            fill, vertical=vertical, alpha=alpha,
        )  # fmt: skip

    def box(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        radius: float,
        fill: Fill,
        *,
        vertical: bool = False,
        alpha: int = 255,
    ) -> None:
        r = min(radius, (right - left) / 2, (bottom - top) / 2)
        self.path(
            f"M {left + r:.2f} {top:.2f} L {right - r:.2f} {top:.2f} Q {right:.2f} {top:.2f} {right:.2f} {top + r:.2f} "
            f"L {right:.2f} {bottom - r:.2f} Q {right:.2f} {bottom:.2f} {right - r:.2f} {bottom:.2f} "
            f"L {left + r:.2f} {bottom:.2f} Q {left:.2f} {bottom:.2f} {left:.2f} {bottom - r:.2f} "
            f"L {left:.2f} {top + r:.2f} Q {left:.2f} {top:.2f} {left + r:.2f} {top:.2f} Z",
            fill, vertical=vertical, alpha=alpha,
        )  # fmt: skip

    def line(self, path: str, width: float, color: RGB, *, both: bool = False) -> None:
        """A stroke with round ends and joints."""
        for mirrored in (False, True) if both else (False,):
            pixels = [(x * SCALE, y * SCALE) for x, y in points(path, mirrored)]
            self.draw.line(pixels, fill=color, width=max(1, round(width * SCALE)), joint="curve")
            radius = width * SCALE / 2
            for x, y in (pixels[0], pixels[-1]):
                self.draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=color)

    def stitch(self, path: str, color: RGB, width: float = 2.2, dash: int = 2, *, both: bool = False) -> None:
        """A dashed seam along the path."""
        for mirrored in (False, True) if both else (False,):
            outline = points(path, mirrored)
            dense: list[Point] = []
            for (ax, ay), (bx, by) in itertools.pairwise(outline):
                pieces = max(1, round(((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5 / 5))
                dense += [(ax + (bx - ax) * n / pieces, ay + (by - ay) * n / pieces) for n in range(pieces)]
            for start in range(0, len(dense) - dash, dash + 1):
                pixels = [(x * SCALE, y * SCALE) for x, y in dense[start : start + dash]]
                self.draw.line(pixels, fill=color, width=round(width * SCALE))


def round_body(color: RGB) -> tuple[RGB, ...]:
    """A cylinder lit from the left."""
    return (
        dark(color, 0.16),
        light(color, 0.1),
        light(color, 0.2),
        color,
        dark(color, 0.08),
        dark(color, 0.28),
    )


def soft(color: RGB) -> tuple[RGB, ...]:
    """Cloth lit from above left."""
    return (light(color, 0.14), color, dark(color, 0.1))


def metal(color: RGB) -> tuple[RGB, ...]:
    return (dark(color, 0.25), light(color, 0.35), color, light(color, 0.2), dark(color, 0.3))
