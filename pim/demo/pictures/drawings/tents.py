"""Tents: trekking wedge, tunnel, geodesic dome, tipi."""

from __future__ import annotations

from pim.demo.pictures.canvas import Canvas, soft
from pim.demo.pictures.palette import CREAM, INK, RGB, WOOD, dark, light


def draw(c: Canvas, shape: int, color: RGB, variation: int) -> None:
    (trekking, tunnel, dome, tipi)[shape % 4](c, color)


def pegs(c: Canvas, *places: tuple[int, int, int, int]) -> None:
    for x, y, px, py in places:
        c.line(f"M {x} {y} L {px} {py}", 2.2, (150, 146, 138))
        c.line(f"M {px - 5} {py - 10} L {px + 4} {py + 8}", 6, (120, 120, 122))


def trekking(c: Canvas, color: RGB) -> None:
    pegs(c, (470, 318, 60, 792), (530, 318, 955, 786))
    c.path(
        "M 96 790 C 210 640 320 420 440 322 Q 500 290 560 322 C 690 430 800 640 905 784 L 700 806 L 300 812 Z",
        (light(color, 0.1), color, dark(color, 0.24)),
    )
    c.path(
        "M 440 322 Q 500 290 560 322 C 690 430 800 640 905 784 L 690 806 C 660 620 580 420 500 304 Z",
        (dark(color, 0.08), dark(color, 0.3)),
    )
    c.path(
        "M 300 812 C 370 640 440 460 500 304 C 575 450 650 630 690 806 Z",
        (light(color, 0.24), light(color, 0.08)),
        vertical=True,
    )
    c.path(
        "M 392 810 C 440 660 476 520 502 400 C 540 520 580 660 606 808 Z",
        (dark(color, 0.62), (38, 38, 42)),
        vertical=True,
    )
    c.path(
        "M 502 400 C 470 540 452 660 458 810 L 392 810 C 440 660 476 520 502 400 Z",
        (light(CREAM, 0.1), dark(CREAM, 0.14)),
    )
    c.path("M 606 808 C 580 660 540 520 502 400 C 552 500 630 650 668 807 Z", (light(color, 0.3), color))
    c.line("M 300 812 C 370 640 440 460 500 304", 5, light(color, 0.36))
    c.line("M 690 806 C 650 630 575 450 500 304", 5, light(color, 0.3))
    c.stitch("M 180 716 C 240 690 300 680 345 690", light(color, 0.4))
    c.stitch("M 735 700 C 770 690 815 690 845 704", light(color, 0.25))
    c.path("M 640 470 L 690 540 L 640 548 Z", dark(color, 0.42))
    c.line("M 96 790 L 300 812 L 690 806 L 905 784", 7, dark(color, 0.45))


def tunnel(c: Canvas, color: RGB) -> None:
    pegs(c, (170, 560, 30, 800), (880, 500, 972, 806))
    c.path(
        "M 90 806 C 92 600 150 470 250 420 C 420 360 620 330 740 330 C 880 350 930 560 936 812 L 620 820 Z",
        (dark(color, 0.18), color, light(color, 0.14), color),
    )
    for d, w in (("M 240 808 C 236 640 250 500 310 400", 9), ("M 420 814 C 412 620 430 470 490 368", 9)):
        c.line(d, w, dark(color, 0.35))
        c.line(d, 3, light(color, 0.3))
    c.path(
        "M 600 820 C 596 540 640 356 740 330 C 880 350 930 560 936 812 Z",
        (light(color, 0.26), light(color, 0.06), dark(color, 0.06)),
    )
    c.path(
        "M 668 818 C 664 600 700 450 768 430 C 850 450 872 620 876 815 Z",
        (dark(color, 0.7), (40, 40, 44)),
        vertical=True,
    )
    c.path("M 668 818 C 664 600 700 450 768 430 C 720 520 712 660 722 817 Z", (CREAM, dark(CREAM, 0.16)))
    c.path(
        "M 722 817 L 876 815 C 874 780 873 760 872 745 C 820 735 770 735 719 748 Z",
        (dark(WOOD, 0.35), dark(WOOD, 0.5)),
        vertical=True,
    )
    c.line("M 600 820 C 596 540 640 356 740 330 C 880 350 930 560 936 812", 7, dark(color, 0.4))
    c.path("M 300 560 Q 350 540 392 545 L 390 640 Q 345 636 296 650 Z", (205, 218, 222), alpha=210)
    c.line("M 300 560 Q 350 540 392 545 L 390 640 Q 345 636 296 650 L 300 560", 3.5, light(color, 0.4))
    c.line("M 90 806 L 600 820", 7, dark(color, 0.45))


def dome(c: Canvas, color: RGB) -> None:
    pegs(c, (300, 420, 50, 806), (700, 420, 950, 806))
    c.path(
        "M 110 808 C 130 520 300 316 500 310 C 700 316 870 520 890 808 Q 500 846 110 808 Z",
        (light(color, 0.16), color, dark(color, 0.26)),
    )
    c.path(
        "M 500 310 C 400 440 330 620 310 826 Q 500 842 690 826 C 670 620 600 440 500 310 Z",
        (light(color, 0.3), light(color, 0.04)),
        vertical=True,
    )
    for d in ("M 110 808 C 260 560 420 380 640 336", "M 310 826 C 330 620 400 440 500 310"):
        c.line(d, 9, dark(color, 0.4), both=True)
        c.line(d, 3.4, (226, 196, 120), both=True)
    c.path(
        "M 420 832 C 430 700 460 600 500 540 C 540 600 570 700 580 832 Z",
        (dark(color, 0.6), INK),
        vertical=True,
    )
    c.path(
        "M 500 540 C 470 620 455 720 458 833 L 420 832 C 430 700 460 600 500 540 Z",
        (CREAM, dark(CREAM, 0.15)),
    )
    c.path("M 84 806 Q 500 862 916 806 L 930 828 Q 500 886 70 828 Z", (light(color, 0.05), dark(color, 0.3)))
    c.path("M 460 392 Q 500 372 540 392 L 560 430 Q 500 404 440 430 Z", dark(color, 0.35))


def tipi(c: Canvas, color: RGB) -> None:
    for d in ("M 476 150 L 512 260", "M 528 140 L 494 262", "M 502 120 L 503 250"):
        c.line(d, 9, WOOD)
    pegs(c, (300, 560, 70, 806), (700, 560, 930, 806))
    c.path("M 500 196 C 440 380 300 640 150 806 Q 500 866 850 806 C 700 640 560 380 500 196 Z", soft(color))
    c.path(
        "M 500 196 C 470 420 400 660 350 838 Q 250 826 150 806 C 300 640 440 380 500 196 Z",
        (light(color, 0.28), light(color, 0.06)),
    )
    c.path(
        "M 500 196 C 530 420 600 660 650 838 Q 750 826 850 806 C 700 640 560 380 500 196 Z",
        (dark(color, 0.06), dark(color, 0.22)),
    )
    c.path(
        "M 500 380 C 460 540 424 700 412 843 Q 500 850 588 843 C 576 700 540 540 500 380 Z",
        ((74, 62, 52), (54, 46, 42)),
        vertical=True,
    )
    c.path(
        "M 500 380 C 462 540 430 700 412 843 L 470 846 C 446 720 470 560 500 380 Z",
        (light(color, 0.4), dark(color, 0.1)),
    )
    c.path(
        "M 500 380 C 538 540 570 700 588 843 L 540 846 C 560 720 532 560 500 380 Z",
        (light(color, 0.2), dark(color, 0.16)),
    )
    c.line("M 434 700 Q 452 712 470 704", 6, (150, 100, 66))
    c.stitch("M 500 200 C 470 420 400 660 350 836", dark(color, 0.3))
    c.stitch("M 500 200 C 530 420 600 660 650 836", dark(color, 0.35))
    c.path("M 480 230 L 520 230 L 530 268 L 470 268 Z", (150, 100, 66))
