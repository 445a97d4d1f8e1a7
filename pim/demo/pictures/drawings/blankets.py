"""Blankets: a folded stack seen from the front, woven plain, checked, striped, rolled with straps, waffled."""

from __future__ import annotations

from pim.demo.pictures.canvas import Canvas
from pim.demo.pictures.palette import CREAM, LEATHER, RGB, STEEL, dark, light

TOP = "M 240 400 L 760 400 Q 800 404 830 470 L 850 520 L 150 520 L 170 470 Q 200 404 240 400 Z"


def draw(c: Canvas, shape: int, color: RGB, variation: int) -> None:
    (plain, checked, striped, rolled, waffle)[shape % 5](c, color)


def stack(c: Canvas, color: RGB) -> None:
    """Three folds under the top layer."""
    for n, y in enumerate((700, 610, 520)):
        tone = dark(color, 0.05 + 0.04 * (2 - n))
        c.path(
            f"M 164 {y} Q 120 {y + 4} 122 {y + 50} Q 124 {y + 98} 170 {y + 100} L 830 {y + 100} Q 876 {y + 98} 878 {y + 50} Q 880 {y + 4} 836 {y} Z",
            (light(tone, 0.14), tone, dark(tone, 0.26)),
            vertical=True,
        )
        c.line(f"M 836 {y + 46} Q 500 {y + 60} 170 {y + 50}", 4, dark(color, 0.4))
    c.path(
        "M 240 400 L 760 400 Q 800 404 836 470 L 868 530 Q 870 560 830 560 L 170 560 Q 130 560 132 530 L 164 470 Q 200 404 240 400 Z",
        (light(color, 0.26), light(color, 0.06)),
        vertical=True,
    )


def label(c: Canvas) -> None:
    c.box(690, 628, 760, 676, 4, (CREAM, dark(CREAM, 0.1)), vertical=True)
    c.path("M 706 662 L 722 640 L 730 650 L 736 644 L 748 662 Z", (90, 84, 76))


def fringe(c: Canvas, color: RGB) -> None:
    for x in range(168, 838, 17):
        c.line(f"M {x} 796 L {x + (3 if x % 2 else -3)} 832", 6, dark(color, 0.1 if x % 3 else 0.22))


def plain(c: Canvas, color: RGB) -> None:
    fringe(c, color)
    stack(c, color)
    for x in range(200, 820, 31):
        c.line(f"M {250 + (x - 200) * 0.8:.1f} 420 L {x} 544", 2.4, light(color, 0.34))
    for y in (540, 632, 722):
        c.stitch(f"M 150 {y + 26} L 850 {y + 26}", light(color, 0.3), 3)
    label(c)


def checked(c: Canvas, color: RGB) -> None:
    fringe(c, color)
    stack(c, color)
    other = light(color, 0.72) if sum(color) < 480 else dark(color, 0.45)
    for n in range(5):
        left, top = 190 + n * 150, 256 + n * 119
        c.path(f"M {left} 520 L {left + 44} 520 L {left + 44} 800 L {left} 800 Z", other, alpha=92)
        c.path(f"M {top + 4} 402 L {top + 40} 402 L {left + 44} 556 L {left} 556 Z", other, alpha=92)
    for y in (424, 488, 542, 566, 640, 664, 730, 754):
        c.path(f"M 130 {y} L 870 {y} L 870 {y + 13} L 130 {y + 13} Z", other, alpha=92)
    for y in (572, 662, 752):
        c.line(f"M 150 {y - 4} Q 500 {y + 8} 850 {y - 4}", 3, dark(color, 0.45))
    label(c)


def striped(c: Canvas, color: RGB) -> None:
    stack(c, color)
    for n in range(9):
        left, top = 176 + n * 78, 254 + n * 61
        c.path(f"M {top} 402 L {top + 22} 402 L {left + 30} 556 L {left} 556 Z", light(CREAM, 0.3), alpha=200)
        c.path(
            f"M {left} 556 L {left + 30} 556 L {left + 30} 800 L {left} 800 Z", light(CREAM, 0.1), alpha=170
        )
    for y in (572, 662, 752):
        c.line(f"M 150 {y - 4} Q 500 {y + 8} 850 {y - 4}", 4, dark(color, 0.4))
    label(c)


def rolled(c: Canvas, color: RGB) -> None:
    c.path(
        "M 220 520 L 780 520 Q 900 530 900 668 Q 900 806 780 816 L 220 816 Z",
        (light(color, 0.24), light(color, 0.08), color, dark(color, 0.3)),
        vertical=True,
    )
    c.ellipse(220, 668, 130, 148, (light(color, 0.2), dark(color, 0.2)), vertical=True)
    for r in (112, 88, 64, 40, 18):
        c.ellipse(220, 668, r, r * 1.14, dark(color, 0.42))
        c.ellipse(220, 668, r - 9, (r - 9) * 1.14, light(color, 0.16) if r != 88 else light(CREAM, 0.1))
    for x in (430, 690):
        c.path(
            f"M {x} 520 L {x + 44} 520 Q {x + 66} 668 {x + 44} 816 L {x} 816 Q {x + 22} 668 {x} 520 Z",
            (light(LEATHER, 0.2), LEATHER, dark(LEATHER, 0.32)),
            vertical=True,
        )
        c.box(x + 4, 616, x + 70, 676, 8, (STEEL, dark(STEEL, 0.3)), vertical=True)
        c.box(x + 18, 628, x + 56, 664, 4, dark(LEATHER, 0.1))
    c.line("M 452 520 C 460 400 700 400 712 520", 22, LEATHER)
    c.line("M 452 516 C 460 396 700 396 712 516", 6, light(LEATHER, 0.3))


def waffle(c: Canvas, color: RGB) -> None:
    stack(c, color)
    for n in range(24):
        left, top = 156 + n * 30, 244 + n * 22.4
        c.line(f"M {top:.0f} 406 L {left} 552", 4, dark(color, 0.14))
        for y in (566, 656, 746):
            c.line(f"M {left} {y} L {left} {y + 42}", 4, dark(color, 0.2))
    for y in (420, 440, 462, 486, 512, 540):
        c.line(f"M {236 - (y - 420) * 0.72:.0f} {y} L {764 + (y - 420) * 0.72:.0f} {y}", 4, dark(color, 0.14))
    for y in (580, 600, 670, 690, 760, 780):
        c.line(f"M 140 {y} L 860 {y}", 4, dark(color, 0.2))
    label(c)
