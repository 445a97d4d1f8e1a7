"""Knives: chef's, vegetable, bread and fish, fixed outdoor blade, folding knife, axe. They lie on a slope."""

from __future__ import annotations

from pim.demo.pictures.canvas import Canvas, metal
from pim.demo.pictures.palette import LEATHER, RGB, STEEL, WOOD, dark, light

BLADE = (light(STEEL, 0.5), light(STEEL, 0.15), STEEL)


def draw(c: Canvas, shape: int, color: RGB, variation: int) -> None:
    (chef, vegetable, slicer, fixed, folding, axe)[shape % 6](c, color)


def rivets(c: Canvas, *places: tuple[int, int]) -> None:
    for x, y in places:
        c.ellipse(x, y, 10, 10, metal((205, 172, 104)))


def grain(c: Canvas, color: RGB, *paths: str) -> None:
    for path in paths:
        c.line(path, 2.4, dark(color, 0.18))


def chef(c: Canvas, color: RGB) -> None:
    c.path("M 60 600 C 200 500 420 440 640 436 L 640 560 C 460 590 230 620 60 600 Z", BLADE, vertical=True)
    c.path("M 60 600 C 230 620 460 590 640 560 L 640 540 C 460 566 240 596 60 600 Z", light(STEEL, 0.75))
    c.line("M 90 582 C 220 500 430 446 640 440", 3, light(STEEL, 0.7))
    c.path("M 628 430 L 664 430 L 668 566 L 628 562 Z", metal(STEEL))
    c.path(
        "M 662 432 C 740 424 840 430 910 446 Q 950 460 946 496 Q 936 540 890 532 C 820 516 740 510 664 528 Z",
        (light(color, 0.2), color, dark(color, 0.3)),
        vertical=True,
    )
    grain(c, color, "M 680 462 C 760 452 850 458 920 474", "M 680 490 C 760 478 840 484 910 502")
    rivets(c, (712, 480), (792, 474), (872, 486))


def vegetable(c: Canvas, color: RGB) -> None:
    c.path(
        "M 90 470 Q 110 430 170 428 L 630 420 L 630 580 L 190 584 C 130 584 92 540 90 470 Z",
        BLADE,
        vertical=True,
    )
    c.path(
        "M 100 520 C 116 566 146 584 190 584 L 630 580 L 630 558 L 200 562 C 150 562 120 548 100 520 Z",
        light(STEEL, 0.75),
    )
    for x in range(230, 600, 62):
        c.ellipse(x, 520, 20, 26, (STEEL, light(STEEL, 0.5)), vertical=True)
    c.path("M 624 420 L 660 424 L 660 560 L 624 580 Z", metal(STEEL))
    c.path(
        "M 656 428 L 900 428 Q 944 436 944 480 Q 940 524 900 526 L 656 530 Z",
        (light(color, 0.2), color, dark(color, 0.3)),
        vertical=True,
    )
    grain(c, color, "M 676 456 L 920 458", "M 676 500 L 914 498")
    rivets(c, (712, 478), (800, 478), (888, 478))


def slicer(c: Canvas, color: RGB) -> None:
    c.path("M 40 548 C 120 500 300 486 640 480 L 640 548 C 400 566 160 570 40 548 Z", BLADE, vertical=True)
    for x in range(90, 636, 26):
        c.ellipse(x, 556 + (x - 340) * (x - 340) / 16000 * -0.6 + 4, 11, 7, light(STEEL, 0.75))
    c.path("M 630 470 L 660 470 L 662 560 L 630 556 Z", metal(STEEL))
    c.path(
        "M 656 472 C 740 466 850 470 918 486 Q 956 500 948 530 Q 936 560 890 552 C 810 536 740 536 658 546 Z",
        (light(color, 0.2), color, dark(color, 0.3)),
        vertical=True,
    )
    grain(c, color, "M 676 494 C 760 486 850 494 922 510")
    rivets(c, (712, 510), (796, 506), (878, 516))


def fixed(c: Canvas, color: RGB) -> None:
    c.path(
        "M 110 760 Q 100 716 140 700 L 520 640 Q 560 640 566 676 Q 566 720 530 736 L 180 812 Q 122 812 110 760 Z",
        (light(LEATHER, 0.16), LEATHER, dark(LEATHER, 0.25)),
        vertical=True,
    )
    c.stitch("M 150 790 L 524 716 Q 546 700 544 676", light(LEATHER, 0.6))
    c.path("M 470 640 L 520 560 L 566 570 L 556 660 Z", (dark(LEATHER, 0.1), dark(LEATHER, 0.3)))
    c.path("M 96 478 C 180 400 300 376 520 372 L 520 484 C 360 496 210 506 96 478 Z", BLADE, vertical=True)
    c.path("M 96 478 C 210 506 360 496 520 484 L 520 462 C 360 474 220 486 96 478 Z", light(STEEL, 0.75))
    c.box(512, 356, 544, 506, 8, metal((190, 160, 96)))
    c.path(
        "M 540 372 C 620 356 700 384 780 376 C 850 368 896 384 906 430 C 910 480 870 506 800 492 C 720 478 640 500 540 492 Z",
        (light(color, 0.22), color, dark(color, 0.32)),
        vertical=True,
    )
    grain(c, color, "M 556 408 C 650 396 760 416 890 410", "M 556 452 C 660 442 760 464 880 452")
    rivets(c, (600, 432), (720, 434))
    c.ellipse(864, 430, 14, 14, (236, 232, 226))


def folding(c: Canvas, color: RGB) -> None:
    c.path("M 470 640 C 380 520 270 380 170 250 C 240 262 330 320 400 400 L 540 570 Z", BLADE)
    c.line("M 176 256 C 260 350 370 490 474 634", 4, light(STEEL, 0.8))
    c.path("M 452 560 L 520 500 L 556 540 L 488 606 Z", metal((196, 160, 92)))
    c.path(
        "M 470 596 L 540 530 C 640 590 760 660 836 700 Q 890 736 862 786 Q 836 818 780 790 C 680 740 560 680 470 596 Z",
        (light(color, 0.2), color, dark(color, 0.32)),
        vertical=True,
    )
    grain(c, color, "M 520 590 C 620 660 740 720 840 762", "M 552 570 C 650 630 760 690 850 736")
    c.ellipse(514, 566, 15, 15, metal(STEEL))
    c.ellipse(826, 758, 14, 14, (236, 232, 226))
    c.line("M 826 758 C 900 760 920 820 870 836", 8, LEATHER)


def axe(c: Canvas, color: RGB) -> None:
    c.path(
        "M 300 250 L 346 232 C 470 420 600 600 760 770 Q 786 800 760 816 Q 736 830 706 806 C 560 640 420 450 300 250 Z",
        (light(WOOD, 0.2), WOOD, dark(WOOD, 0.25)),
    )
    grain(c, WOOD, "M 340 300 C 460 480 600 650 736 796")
    c.path("M 690 760 L 740 716 L 776 770 Q 786 800 760 816 Q 736 830 706 806 Z", (color, dark(color, 0.3)))
    c.path(
        "M 276 262 L 372 206 L 424 286 L 330 344 C 280 390 250 440 240 520 C 170 470 140 400 150 320 C 190 320 240 290 276 262 Z",
        (light(STEEL, 0.1), dark(STEEL, 0.3), dark(STEEL, 0.5)),
    )
    c.path("M 240 520 C 170 470 140 400 150 320 L 186 316 C 178 390 204 450 256 482 Z", light(STEEL, 0.55))
    c.path("M 372 206 L 412 184 L 462 262 L 424 286 Z", (dark(STEEL, 0.4), dark(STEEL, 0.6)))
