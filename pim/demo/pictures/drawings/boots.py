"""Boots: mountain boot, light shoe, winter boot; one from the side with its pair behind."""

from __future__ import annotations

from pim.demo.pictures.canvas import Canvas, metal
from pim.demo.pictures.palette import CREAM, INK, RGB, dark, light

SOLE = ((70, 70, 74), (44, 44, 48))


def draw(c: Canvas, shape: int, color: RGB, variation: int) -> None:
    (mountain, hiking, winter)[shape % 3](c, color)


def lugs(c: Canvas, left: int, right: int, y: int) -> None:
    for x in range(left, right, 52):
        c.path(f"M {x} {y} L {x + 36} {y} L {x + 32} {y + 20} L {x + 4} {y + 20} Z", (36, 36, 40))


def laces(c: Canvas, places: list[tuple[int, int]], color: RGB, reach: int = 58) -> None:
    for x, y in places:
        c.line(f"M {x} {y} L {x + reach} {y + 26}", 11, color)
        c.ellipse(x - 4, y - 2, 9, 9, metal((196, 160, 92)))


def mountain(c: Canvas, color: RGB) -> None:
    c.path(
        "M 300 200 C 290 330 262 500 236 610 C 216 690 214 740 224 772 L 860 772 C 884 690 840 640 760 620 C 660 596 610 540 590 450 L 580 210 Q 440 170 300 200 Z",
        (dark(color, 0.12), light(color, 0.12), color, dark(color, 0.12)),
    )
    c.path(
        "M 292 190 Q 440 150 590 200 L 588 276 Q 440 232 288 270 Z",
        (light(color, 0.06), dark(color, 0.36)),
        vertical=True,
    )
    c.path(
        "M 470 240 L 590 262 L 592 450 C 612 540 660 596 740 616 L 690 650 C 590 616 520 560 490 470 Z",
        (dark(color, 0.3), dark(color, 0.16)),
    )
    c.path(
        "M 236 610 C 216 690 214 740 224 772 L 430 772 C 420 680 360 620 250 580 Z",
        (dark(color, 0.34), dark(color, 0.18)),
    )
    c.path(
        "M 690 772 C 690 700 730 650 790 630 C 850 650 880 700 860 772 Z",
        (dark(color, 0.2), dark(color, 0.4)),
    )
    c.stitch("M 258 588 C 360 626 414 680 424 768", light(color, 0.4))
    c.stitch("M 476 260 L 496 468 C 526 556 594 610 686 642", light(color, 0.4))
    c.stitch("M 696 768 C 700 704 736 660 790 640", light(color, 0.35))
    laces(c, [(498, 290), (504, 348), (508, 406), (518, 464), (548, 524), (600, 574)], (206, 74, 46))
    c.path("M 210 764 L 876 764 Q 892 790 872 812 L 214 812 Q 196 790 210 764 Z", SOLE, vertical=True)
    c.line("M 214 774 L 872 774", 6, (214, 178, 110))
    lugs(c, 222, 850, 810)
    c.line("M 306 230 C 270 200 270 250 298 300", 12, dark(color, 0.4))


def hiking(c: Canvas, color: RGB) -> None:
    c.path(
        "M 240 420 C 236 520 190 600 178 690 C 172 730 176 752 184 766 L 872 766 C 900 690 850 646 760 624 C 650 596 580 520 530 400 C 470 440 330 450 240 420 Z",
        (dark(color, 0.1), light(color, 0.14), color, dark(color, 0.14)),
    )
    c.path(
        "M 236 404 Q 380 450 536 388 L 552 436 C 460 490 330 490 232 458 Z",
        (dark(color, 0.42), dark(color, 0.2)),
        vertical=True,
    )
    c.path(
        "M 470 440 L 540 412 C 590 524 650 590 750 620 L 680 660 C 580 620 510 550 470 440 Z",
        (dark(color, 0.36), dark(color, 0.2)),
    )
    c.path(
        "M 178 690 C 172 730 176 752 184 766 L 400 766 C 380 690 300 640 196 626 Z",
        (dark(color, 0.3), dark(color, 0.14)),
    )
    c.path("M 300 640 C 420 620 520 640 620 700 L 600 720 C 500 670 420 660 310 680 Z", light(color, 0.4))
    c.path("M 330 700 C 420 690 500 700 580 744 L 560 760 C 480 724 420 720 340 736 Z", light(color, 0.28))
    laces(c, [(486, 466), (510, 516), (548, 566), (598, 606)], light(CREAM, 0.2), 64)
    c.path(
        "M 170 756 L 884 756 Q 900 784 876 802 L 180 802 Q 156 784 170 756 Z",
        ((236, 232, 224), (206, 200, 190)),
        vertical=True,
    )
    c.path("M 172 786 L 884 786 L 876 808 L 180 808 Z", INK)
    lugs(c, 190, 850, 806)


def winter(c: Canvas, color: RGB) -> None:
    c.path(
        "M 286 180 C 282 360 262 520 240 610 L 596 640 C 600 520 590 340 586 190 Q 440 150 286 180 Z",
        (dark(color, 0.1), light(color, 0.16), color, dark(color, 0.18)),
    )
    c.path(
        "M 276 150 Q 440 110 596 156 Q 612 200 594 236 Q 440 196 282 226 Q 262 190 276 150 Z",
        (light(CREAM, 0.3), dark(CREAM, 0.14)),
        vertical=True,
    )
    for x in range(296, 590, 26):
        c.line(f"M {x} {162 + abs(x - 440) // 14} L {x - 4} {206 + abs(x - 440) // 14}", 3, dark(CREAM, 0.16))
    rubber = (74, 72, 72)
    c.path(
        "M 240 600 C 214 680 210 740 222 776 L 858 776 C 884 690 830 640 750 624 C 690 612 640 590 600 556 Q 420 640 240 600 Z",
        (light(rubber, 0.1), light(rubber, 0.24), rubber, dark(rubber, 0.2)),
    )
    c.path(
        "M 690 640 C 760 640 830 670 838 730 L 820 730 C 800 680 750 660 690 656 Z", (255, 255, 255), alpha=50
    )
    c.path("M 280 300 L 588 310 L 590 350 L 278 340 Z", (dark(color, 0.4), dark(color, 0.55)), vertical=True)
    c.path("M 270 450 L 594 464 L 596 504 L 264 488 Z", (dark(color, 0.4), dark(color, 0.55)), vertical=True)
    for y in (328, 480):
        c.box(520, y - 26, 566, y + 22, 8, metal((190, 194, 198)))
    c.stitch("M 250 596 Q 420 632 596 566", light(color, 0.45))
    c.path("M 210 764 L 872 764 Q 890 790 868 812 L 214 812 Q 196 790 210 764 Z", SOLE, vertical=True)
    lugs(c, 222, 850, 810)
