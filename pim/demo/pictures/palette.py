"""Colours: one hex value for each option of `color`, and the shades a drawing makes of it."""

from __future__ import annotations

RGB = tuple[int, int, int]

COLORS: dict[str, RGB] = {
    "moss": (104, 119, 77),
    "pine": (52, 84, 71),
    "sage": (157, 173, 146),
    "slate": (104, 115, 127),
    "charcoal": (66, 70, 76),
    "midnight": (44, 64, 98),
    "glacier": (143, 180, 198),
    "ochre": (208, 153, 54),
    "rust": (176, 84, 50),
    "clay": (199, 132, 104),
    "berry": (133, 52, 82),
    "cream": (233, 223, 203),
    "sand": (208, 185, 145),
    "brass": (196, 157, 82),
    "oak": (201, 160, 108),
    "walnut": (118, 80, 55),
}
STEEL: RGB = (186, 192, 197)
IRON: RGB = (58, 60, 63)
WOOD: RGB = (196, 150, 98)
WALNUT: RGB = (112, 74, 50)
LEATHER: RGB = (158, 103, 62)
INK: RGB = (47, 49, 54)
CREAM: RGB = (240, 232, 215)
GLOW: RGB = (255, 240, 200)


def mix(a: RGB, b: RGB, share: float) -> RGB:
    return tuple(round(x + (y - x) * share) for x, y in zip(a, b, strict=True))  # type: ignore[return-value]


def light(color: RGB, share: float = 0.2) -> RGB:
    return mix(color, (255, 250, 242), share)


def dark(color: RGB, share: float = 0.2) -> RGB:
    return mix(color, (18, 20, 28), share)
