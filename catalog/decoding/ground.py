"""What a picture stands on: how much of its edge is white. Shops ask it of a product's first picture."""

from __future__ import annotations

from PIL import Image, ImageChops

from catalog.decoding.colours import in_srgb

_SIDE = 128  # of the copy that is looked at, in pixels
_RING = 2  # of these pixels, all around: the edge
_WHITE = 250  # of 255 in each colour: what a JPEG makes of white


def white_edge(picture: Image.Image) -> int:
    """Percent of the edge, 0 to 100, rounded down; what is transparent counts as white, on which it is laid.

    The edge is where the ground shows whatever the product's shape is. A product that is cut off by the edge costs what
    it covers.
    """
    scale = min(1.0, _SIDE / max(picture.size))
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    # Single pixels of the original, not their mean: a palette has none, and nothing of it is copied whole.
    seen = in_srgb(picture.resize(size, Image.Resampling.NEAREST))
    if seen.mode == "RGBA":
        ground = Image.new("RGBA", size, "white")
        ground.alpha_composite(seen)
        seen = ground.convert("RGB")
    red, green, blue = seen.split()
    darkest = ImageChops.darker(ImageChops.darker(red, green), blue)
    white, pixels = _white(darkest), size[0] * size[1]
    if min(size) > 2 * _RING:
        inner = darkest.crop((_RING, _RING, size[0] - _RING, size[1] - _RING))
        white, pixels = white - _white(inner), pixels - inner.width * inner.height
    return white * 100 // pixels


def _white(grey: Image.Image) -> int:
    return sum(grey.histogram()[_WHITE:])
