"""Backpacks: daypack, trekking pack, roll-top, children's pack."""

from __future__ import annotations

from pim.demo.pictures.canvas import Canvas, round_body, soft
from pim.demo.pictures.palette import INK, LEATHER, RGB, STEEL, dark, light


def draw(c: Canvas, shape: int, color: RGB, variation: int) -> None:
    (daypack, trekking, rolltop, children)[shape % 4](c, color)


def loop(c: Canvas, top: int, color: RGB) -> None:
    c.line(f"M 455 {top + 46} C 455 {top - 14} 545 {top - 14} 545 {top + 46}", 17, dark(color, 0.5))


def zipper(c: Canvas, path: str, color: RGB) -> None:
    c.line(path, 9, dark(color, 0.5))
    c.stitch(path, light(STEEL, 0.1), 3, 1)


def straps(c: Canvas, color: RGB) -> None:
    c.path(
        "M 268 400 C 210 500 210 660 250 760 L 292 770 C 262 660 262 520 300 420 Z",
        (dark(color, 0.5), dark(color, 0.3)),
        both=True,
    )


def daypack(c: Canvas, color: RGB) -> None:
    straps(c, color)
    loop(c, 184, color)
    c.path(
        "M 300 360 C 300 240 380 200 500 200 C 620 200 700 240 700 360 L 716 740 C 718 806 690 822 640 822 L 360 822 C 310 822 282 806 284 740 Z",
        round_body(color),
    )
    zipper(c, "M 316 470 C 316 290 400 250 500 250 C 600 250 684 290 684 470", color)
    c.path(
        "M 322 560 C 380 540 620 540 678 560 L 690 742 C 690 786 670 796 640 796 L 360 796 C 330 796 310 786 310 742 Z",
        (light(color, 0.2), light(color, 0.06), dark(color, 0.12)),
    )
    zipper(c, "M 330 590 C 400 572 600 572 670 590", color)
    c.stitch("M 330 742 C 330 770 344 780 362 780 L 638 780 C 656 780 670 770 670 742", light(color, 0.4))
    c.box(462, 420, 538, 486, 10, (LEATHER, dark(LEATHER, 0.2)), vertical=True)
    c.stitch("M 470 428 L 530 428 L 530 478 L 470 478 L 470 428", light(LEATHER, 0.5), 1.8)
    c.line("M 664 590 L 676 622", 5, LEATHER)
    c.path("M 284 700 L 310 690 L 312 800 Q 286 790 284 740 Z", dark(color, 0.35), both=True)


def trekking(c: Canvas, color: RGB) -> None:
    c.path(
        "M 250 690 C 180 690 150 720 150 760 L 240 790 Z", (dark(color, 0.55), dark(color, 0.35)), both=True
    )
    c.path(
        "M 292 330 C 240 420 236 620 262 780 L 300 790 L 310 340 Z",
        (dark(color, 0.35), dark(color, 0.2)),
        both=True,
    )
    c.path(
        "M 300 300 L 700 300 L 712 770 C 708 812 680 824 640 824 L 360 824 C 320 824 292 812 288 770 Z",
        round_body(color),
    )
    c.path(
        "M 288 640 Q 500 668 712 640 L 712 770 C 708 812 680 824 640 824 L 360 824 C 320 824 292 812 288 770 Z",
        (dark(color, 0.22), dark(color, 0.45)),
        vertical=True,
    )
    c.path(
        "M 350 420 Q 500 396 650 420 L 640 640 Q 500 656 360 640 Z",
        (light(color, 0.16), dark(color, 0.06)),
        vertical=True,
    )
    c.stitch("M 362 432 Q 500 410 638 432", light(color, 0.45))
    for x in (400, 600):
        c.line(f"M {x} 250 L {x} 800", 13, dark(color, 0.58))
        c.box(x - 16, 372, x + 16, 402, 6, (INK, dark(INK, 0.3)), vertical=True)
        c.box(x - 16, 688, x + 16, 716, 6, (INK, dark(INK, 0.3)), vertical=True)
    c.path(
        "M 276 320 C 270 220 330 170 500 168 C 670 170 730 220 724 320 Q 500 366 276 320 Z",
        (light(color, 0.28), color, dark(color, 0.14)),
        vertical=True,
    )
    zipper(c, "M 330 292 Q 500 326 670 292", color)
    c.line("M 340 168 C 350 130 430 120 470 164", 10, (226, 150, 60))
    c.box(456, 214, 544, 250, 8, (LEATHER, dark(LEATHER, 0.2)), vertical=True)
    c.path("M 288 560 L 330 540 L 336 690 L 288 720 Z", dark(color, 0.42), both=True)


def rolltop(c: Canvas, color: RGB) -> None:
    straps(c, color)
    c.path("M 300 300 L 700 300 L 714 780 Q 712 822 670 822 L 330 822 Q 288 822 286 780 Z", round_body(color))
    c.path(
        "M 300 300 L 700 300 L 704 420 Q 500 452 296 420 Z",
        (light(color, 0.05), dark(color, 0.25)),
        vertical=True,
    )
    c.path(
        "M 286 222 Q 500 190 714 222 L 720 262 Q 500 236 280 262 Z",
        (light(color, 0.34), light(color, 0.1)),
        vertical=True,
    )
    c.path(
        "M 280 258 Q 500 232 720 258 L 716 306 Q 500 330 284 306 Z", (color, dark(color, 0.4)), vertical=True
    )
    c.line("M 286 242 C 262 330 268 420 288 470", 14, dark(color, 0.6), both=True)
    c.line("M 500 236 L 500 560", 18, dark(color, 0.58))
    c.path("M 476 470 L 524 470 L 518 530 L 482 530 Z", metal_hook())
    c.path(
        "M 330 590 L 670 590 L 676 770 Q 674 796 650 796 L 350 796 Q 326 796 324 770 Z",
        (light(color, 0.14), dark(color, 0.08)),
        vertical=True,
    )
    c.line("M 336 612 L 664 612", 8, dark(color, 0.5))
    c.path("M 300 690 L 312 690 L 312 760 L 296 760 Z", (232, 236, 238), both=True)
    c.box(560, 650, 650, 690, 6, (light(color, 0.55), light(color, 0.35)), vertical=True)


def metal_hook() -> tuple[RGB, ...]:
    return (light(STEEL, 0.4), dark(STEEL, 0.25))


def children(c: Canvas, color: RGB) -> None:
    straps(c, color)
    loop(c, 246, color)
    c.path(
        "M 310 440 C 310 310 390 266 500 266 C 610 266 690 310 690 440 L 700 740 C 700 800 676 820 620 820 L 380 820 C 324 820 300 800 300 740 Z",
        round_body(color),
    )
    c.path(
        "M 300 470 C 300 320 380 262 500 262 C 620 262 700 320 700 470 Q 690 560 500 566 Q 310 560 300 470 Z",
        (light(color, 0.34), light(color, 0.1), color),
        vertical=True,
    )
    c.stitch("M 316 480 Q 330 546 500 550 Q 670 546 684 480", light(color, 0.6))
    for x, y, r in ((430, 420, 15), (570, 420, 15)):
        c.ellipse(x, y, r, r, dark(color, 0.6))
        c.ellipse(x - 4, y - 5, 4, 4, (255, 255, 255))
    c.line("M 455 468 Q 500 506 545 468", 7, dark(color, 0.6))
    c.path(
        "M 350 640 Q 500 622 650 640 L 646 766 Q 640 790 610 790 L 390 790 Q 360 790 354 766 Z",
        soft(light(color, 0.14)),
    )
    c.line("M 360 664 Q 500 646 640 664", 8, dark(color, 0.45))
    c.line("M 500 540 L 500 610", 24, LEATHER)
    c.box(482, 580, 518, 616, 8, (STEEL, dark(STEEL, 0.2)), vertical=True)
    c.path("M 318 742 L 352 742 L 352 754 L 318 754 Z", (240, 242, 240), both=True)
