"""Pans and pots: frying pan, grill or waffle iron, casserole, camp pot, kettle."""

from __future__ import annotations

from pim.demo.pictures.canvas import Canvas, metal, round_body
from pim.demo.pictures.palette import IRON, RGB, STEEL, WOOD, dark, light


def draw(c: Canvas, shape: int, color: RGB, variation: int) -> None:
    (frying, grill, casserole, camp_pot, kettle)[shape % 5](c, color)


def frying(c: Canvas, color: RGB) -> None:
    tone = IRON if sum(color) < 300 else (96, 102, 110)
    c.path(
        "M 640 500 L 900 280 Q 936 256 952 282 Q 962 304 934 330 L 690 560 Z",
        (light(tone, 0.2), dark(tone, 0.2)),
    )
    c.ellipse(920, 302, 13, 11, (236, 234, 230))
    c.ellipse(430, 600, 330, 214, (light(tone, 0.24), tone, dark(tone, 0.3)))
    c.ellipse(430, 584, 318, 198, (dark(tone, 0.1), light(tone, 0.3)), vertical=True)
    c.ellipse(430, 594, 292, 176, (dark(tone, 0.42), dark(tone, 0.05)), vertical=True)
    c.ellipse(430, 610, 236, 136, (dark(tone, 0.22), light(tone, 0.1)), vertical=True)
    c.path("M 250 560 C 290 500 380 470 470 480 C 390 500 310 540 280 600 Z", (255, 255, 255), alpha=34)
    c.path("M 118 560 Q 92 540 98 576 Q 104 606 130 612 Z", light(tone, 0.1))


def grill(c: Canvas, color: RGB) -> None:
    tone = IRON
    c.path("M 640 520 L 890 330 Q 920 306 938 330 Q 950 354 922 378 L 690 580 Z", (WOOD, dark(WOOD, 0.3)))
    c.path("M 640 520 L 720 460 L 760 510 L 690 580 Z", (light(tone, 0.2), dark(tone, 0.1)))
    c.path(
        "M 130 560 Q 140 440 260 424 L 600 424 Q 716 440 728 560 L 716 690 Q 700 790 590 800 L 270 800 Q 156 790 142 690 Z",
        (light(tone, 0.2), tone, dark(tone, 0.3)),
    )
    c.path(
        "M 158 560 Q 166 462 270 448 L 590 448 Q 690 462 700 560 L 690 670 Q 676 756 580 764 L 280 764 Q 182 756 168 670 Z",
        (dark(tone, 0.45), dark(tone, 0.12)),
        vertical=True,
    )
    for x in range(210, 670, 52):
        c.line(
            f"M {x} {486 if 240 < x < 630 else 530} L {x} {724 if 240 < x < 630 else 680}",
            17,
            dark(tone, 0.55),
        )
        c.line(
            f"M {x - 4} {486 if 240 < x < 630 else 530} L {x - 4} {724 if 240 < x < 630 else 680}",
            9,
            light(tone, 0.22),
        )


def casserole(c: Canvas, color: RGB) -> None:
    tone = IRON if sum(color) < 260 else color
    c.path("M 190 520 Q 110 510 112 560 Q 114 600 196 596 Z", (light(tone, 0.14), dark(tone, 0.2)), both=True)
    c.path(
        "M 190 470 L 204 750 Q 210 806 280 814 Q 500 836 720 814 Q 790 806 796 750 L 810 470 Z",
        round_body(tone),
    )
    c.path(
        "M 176 470 Q 176 436 210 432 L 790 432 Q 824 436 824 470 Q 824 490 800 494 Q 500 528 200 494 Q 176 490 176 470 Z",
        round_body(light(tone, 0.08)),
    )
    c.path(
        "M 206 436 C 250 360 400 330 500 330 C 600 330 750 360 794 436 Q 500 474 206 436 Z", round_body(tone)
    )
    c.ellipse(500, 326, 60, 16, dark(tone, 0.4))
    c.path(
        "M 444 300 Q 444 268 500 266 Q 556 268 556 300 Q 556 326 500 328 Q 444 326 444 300 Z",
        metal((190, 160, 96)) if sum(color) >= 260 else metal(STEEL),
    )
    c.path("M 250 540 L 262 750 L 290 760 L 276 544 Z", (255, 255, 255), alpha=60)
    c.path(
        "M 300 396 C 360 366 430 356 480 356 L 480 366 C 420 370 360 384 320 408 Z", (255, 255, 255), alpha=70
    )


def camp_pot(c: Canvas, color: RGB) -> None:
    tone = light(STEEL, 0.05)
    c.line("M 210 480 C 240 130 760 130 790 480", 13, dark(STEEL, 0.35))
    c.line("M 210 480 C 240 130 760 130 790 480", 5, light(STEEL, 0.3))
    c.path(
        "M 214 430 L 226 770 Q 232 808 290 814 Q 500 832 710 814 Q 768 808 774 770 L 786 430 Z", metal(tone)
    )
    for y in (560, 620, 680):
        c.line(f"M 222 {y} Q 500 {y + 34} 778 {y}", 2.6, dark(tone, 0.22))
    c.path(
        "M 200 420 Q 200 400 226 398 L 774 398 Q 800 400 800 420 Q 800 440 774 442 Q 500 474 226 442 Q 200 440 200 420 Z",
        metal(light(tone, 0.2)),
    )
    c.path("M 240 400 C 290 350 420 336 500 336 C 580 336 710 350 760 400 Q 500 428 240 400 Z", metal(tone))
    c.ellipse(500, 320, 34, 24, (WOOD, dark(WOOD, 0.25)), vertical=True)
    for x in (204, 796):
        c.ellipse(x, 470, 17, 17, metal(dark(STEEL, 0.2)))


def kettle(c: Canvas, color: RGB) -> None:
    c.line("M 320 360 C 330 150 670 150 680 360", 15, dark(color, 0.6))
    c.line("M 420 216 Q 500 190 580 216", 34, WOOD)
    c.line("M 420 210 Q 500 184 580 210", 10, light(WOOD, 0.25))
    c.path(
        "M 250 620 C 190 560 170 470 130 420 L 186 396 C 220 450 250 480 300 500 Z",
        (light(color, 0.14), dark(color, 0.16)),
    )
    c.line("M 128 422 L 188 396", 12, (52, 52, 58))
    c.path(
        "M 330 380 C 260 480 230 640 250 780 Q 256 812 300 816 Q 500 834 700 816 Q 744 812 750 780 C 770 640 740 480 670 380 Z",
        round_body(color),
    )
    c.path(
        "M 248 770 Q 254 812 300 816 Q 500 834 700 816 Q 746 812 752 770 Q 500 812 248 770 Z",
        (dark(color, 0.5), dark(color, 0.4)),
    )
    c.ellipse(500, 380, 172, 34, (52, 52, 58))
    c.ellipse(500, 372, 164, 30, (light(color, 0.3), color, dark(color, 0.12)))
    c.ellipse(500, 348, 24, 20, (52, 52, 58))
    for x, y in ((400, 560), (560, 520), (640, 640), (470, 690), (340, 660), (590, 740)):
        c.ellipse(x, y, 5, 4, light(color, 0.55))
    c.path(
        "M 330 460 C 296 540 284 660 292 760 L 316 764 C 306 660 322 540 356 470 Z", (255, 255, 255), alpha=64
    )
