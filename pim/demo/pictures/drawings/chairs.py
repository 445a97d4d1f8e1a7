"""Seats: folding chair, lounge chair, stool, garden armchair, bench, deck chair."""

from __future__ import annotations

from pim.demo.pictures.canvas import Canvas, metal
from pim.demo.pictures.palette import RGB, STEEL, WOOD, dark, light

FRAME: RGB = (70, 74, 80)


def draw(c: Canvas, shape: int, color: RGB, variation: int) -> None:
    (folding, lounge, stool, garden, bench, deck)[shape % 6](c, color)


def tube(c: Canvas, path: str, width: float = 16, color: RGB = FRAME, *, both: bool = False) -> None:
    c.line(path, width, dark(color, 0.2), both=both)
    c.line(path, width * 0.4, light(color, 0.28), both=both)


def folding(c: Canvas, color: RGB) -> None:
    tube(c, "M 300 600 L 690 812", both=True)
    tube(c, "M 286 240 L 300 600", both=True)
    c.path(
        "M 276 240 Q 500 212 724 240 L 706 500 Q 500 540 294 500 Z",
        (light(color, 0.2), color, dark(color, 0.14)),
        vertical=True,
    )
    c.path("M 276 240 Q 500 212 724 240 L 722 276 Q 500 250 278 276 Z", dark(color, 0.22))
    c.stitch("M 300 300 Q 500 278 700 300", light(color, 0.45))
    c.path(
        "M 262 560 Q 500 528 738 560 L 756 634 Q 500 690 244 634 Z",
        (light(color, 0.1), dark(color, 0.2)),
        vertical=True,
    )
    c.path("M 244 634 Q 500 690 756 634 L 754 656 Q 500 714 246 656 Z", dark(color, 0.4))
    tube(c, "M 250 640 L 236 812", both=True)
    tube(c, "M 280 430 L 212 452 L 236 640", both=True)
    c.path(
        "M 196 436 L 300 414 Q 314 424 304 444 L 204 466 Q 186 456 196 436 Z",
        (light(WOOD, 0.2), dark(WOOD, 0.15)),
        vertical=True,
        both=True,
    )


def lounge(c: Canvas, color: RGB) -> None:
    tube(c, "M 250 540 L 720 812", both=True)
    c.path(
        "M 262 160 Q 500 130 738 160 L 716 520 Q 500 600 284 520 Z",
        (light(color, 0.2), color, dark(color, 0.12)),
        vertical=True,
    )
    c.path(
        "M 300 180 Q 500 156 700 180 L 694 270 Q 500 250 306 270 Z",
        (light(color, 0.4), light(color, 0.12)),
        vertical=True,
    )
    for x in (400, 600):
        c.stitch(f"M {x} 290 L {x} 540", dark(color, 0.25))
    c.path(
        "M 236 520 Q 500 560 764 520 L 790 640 Q 500 740 210 640 Z",
        (light(color, 0.12), dark(color, 0.18)),
        vertical=True,
    )
    c.path("M 210 640 Q 500 740 790 640 L 788 668 Q 500 770 212 668 Z", dark(color, 0.4))
    tube(c, "M 214 660 L 190 812", both=True)
    tube(c, "M 266 380 L 170 410 L 206 640", both=True)
    c.path(
        "M 150 394 L 286 362 Q 304 376 292 398 L 160 430 Q 140 416 150 394 Z",
        (light(WOOD, 0.2), dark(WOOD, 0.15)),
        vertical=True,
        both=True,
    )


def stool(c: Canvas, color: RGB) -> None:
    for d in ("M 330 470 L 660 812", "M 670 470 L 340 812", "M 500 480 L 500 816"):
        c.line(d, 26, dark(WOOD, 0.28))
        c.line(d, 15, WOOD)
        c.line(d, 5, light(WOOD, 0.3))
    c.ellipse(500, 640, 26, 22, metal(STEEL))
    c.path(
        "M 260 440 Q 250 400 300 396 Q 500 360 700 396 Q 750 400 740 440 Q 640 560 500 566 Q 360 560 260 440 Z",
        (light(color, 0.2), color, dark(color, 0.26)),
        vertical=True,
    )
    c.stitch("M 284 436 Q 380 536 500 542 Q 620 536 716 436", light(color, 0.5))
    c.path("M 250 404 L 330 392 L 350 440 L 270 462 Z", (150, 98, 60), both=True)


def slats(c: Canvas, places: list[tuple[int, int]], top: int, bottom: int, color: RGB) -> None:
    for left, right in places:
        c.box(left, top, right, bottom, 8, (light(color, 0.18), color, dark(color, 0.16)))


def garden(c: Canvas, color: RGB) -> None:
    tube(c, "M 300 640 L 280 700", 34, color, both=True)
    for n in range(6):
        x = 300 + n * 68
        top = 196 + abs(n - 2.5) * 14
        c.box(x, top, x + 56, 600, 16, (light(color, 0.16), color, dark(color, 0.18)))
    c.box(280, 320, 720, 362, 10, (light(color, 0.1), dark(color, 0.2)), vertical=True)
    for n in range(4):
        y = 590 + n * 24
        c.path(
            f"M {262 - n * 12} {y} L {738 + n * 12} {y} L {746 + n * 12} {y + 20} L {254 - n * 12} {y + 20} Z",
            (light(color, 0.22), dark(color, 0.04)),
            vertical=True,
        )
    c.box(216, 682, 784, 722, 8, (dark(color, 0.08), dark(color, 0.3)), vertical=True)
    for x in (222, 740):
        c.box(x, 470, x + 40, 822, 8, (light(color, 0.1), dark(color, 0.25)))
    c.path(
        "M 176 440 L 306 440 L 316 480 L 166 480 Q 156 456 176 440 Z",
        (light(color, 0.24), dark(color, 0.1)),
        vertical=True,
        both=True,
    )


def bench(c: Canvas, color: RGB) -> None:
    for y in (300, 366, 432):
        c.box(110, y, 890, y + 52, 10, (light(color, 0.2), color, dark(color, 0.14)), vertical=True)
        c.line(f"M 140 {y + 30} Q 500 {y + 20} 860 {y + 32}", 2.2, dark(color, 0.14))
    for n in range(3):
        y = 560 + n * 30
        c.path(
            f"M {110 - n * 14} {y} L {890 + n * 14} {y} L {898 + n * 14} {y + 25} L {102 - n * 14} {y + 25} Z",
            (light(color, 0.25), dark(color, 0.05)),
            vertical=True,
        )
    c.box(80, 648, 920, 676, 6, (dark(color, 0.1), dark(color, 0.34)), vertical=True)
    tube(c, "M 170 280 L 150 812", 20, (54, 56, 60), both=True)
    tube(c, "M 120 660 L 104 816", 20, (54, 56, 60), both=True)
    tube(c, "M 166 470 L 82 480 L 104 660", 18, (54, 56, 60), both=True)


def deck(c: Canvas, color: RGB) -> None:
    tube(c, "M 330 170 L 180 812", 22, WOOD)
    tube(c, "M 700 170 L 850 812", 22, WOOD)
    c.path(
        "M 344 176 L 686 176 C 690 360 690 520 720 640 Q 500 720 300 640 C 336 520 342 360 344 176 Z",
        (light(color, 0.22), color, dark(color, 0.18)),
        vertical=True,
    )
    for left, right in ((392, 430), (490, 540), (600, 638)):
        middle = (left + right) / 2
        shift = (middle - 510) * 0.2
        c.path(
            f"M {left} 178 L {right} 178 C {right + shift * 0.4} 380 {right + shift} 560 {right + shift * 1.5} 668 L {left + shift * 1.5} 668 C {left + shift} 560 {left + shift * 0.4} 380 {left} 178 Z",
            light(color, 0.62),
        )
    c.line("M 320 176 L 710 176", 24, dark(WOOD, 0.2))
    c.line("M 320 172 L 710 172", 9, light(WOOD, 0.25))
    c.line("M 284 640 L 736 640", 22, dark(WOOD, 0.22))
    c.line("M 284 636 L 736 636", 8, light(WOOD, 0.2))
    tube(c, "M 300 420 L 760 812", 18, dark(WOOD, 0.12))
    tube(c, "M 730 420 L 270 812", 18, dark(WOOD, 0.12))
    c.path(
        "M 344 176 L 686 176 C 690 360 690 520 720 640 Q 500 720 300 640 C 336 520 342 360 344 176 Z",
        (255, 255, 255),
        alpha=14,
    )
