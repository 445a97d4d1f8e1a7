"""One file a family: `draw(canvas, shape, color, variation)` on a square of 1000 units, standing at about y = 820."""

from __future__ import annotations

from collections.abc import Callable

from pim.demo.pictures.canvas import Canvas
from pim.demo.pictures.drawings import (
    backpacks,
    blankets,
    boots,
    bottles,
    chairs,
    jackets,
    knives,
    lamps,
    mugs,
    pans,
    tents,
)
from pim.demo.pictures.palette import RGB

DRAWINGS: dict[str, Callable[[Canvas, int, RGB, int], None]] = {
    "backpacks": backpacks.draw,
    "blankets": blankets.draw,
    "boots": boots.draw,
    "bottles": bottles.draw,
    "chairs": chairs.draw,
    "jackets": jackets.draw,
    "knives": knives.draw,
    "lamps": lamps.draw,
    "mugs": mugs.draw,
    "pans": pans.draw,
    "tents": tents.draw,
}
