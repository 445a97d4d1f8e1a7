"""Lamps: camp lantern, mushroom table lamp, pendant, torch, storm lantern."""

from __future__ import annotations

from pim.demo.pictures.canvas import Canvas, metal, round_body
from pim.demo.pictures.palette import GLOW, LEATHER, RGB, STEEL, dark, light, mix

GLASS = ((255, 226, 160), (255, 244, 214), (255, 250, 234), (255, 238, 196), (246, 214, 150))


def draw(c: Canvas, shape: int, color: RGB, variation: int) -> None:
    (lantern, mushroom, pendant, torch, storm)[shape % 5](c, color)


def lantern(c: Canvas, color: RGB) -> None:
    c.line("M 330 330 C 330 100 670 100 670 330", 12, dark(STEEL, 0.35))
    c.path("M 400 210 L 600 210 L 640 290 L 360 290 Z", round_body(color))
    c.box(440, 176, 560, 216, 10, round_body(dark(color, 0.15)))
    c.box(326, 284, 674, 326, 12, round_body(color))
    c.path("M 364 326 Q 330 460 364 600 L 636 600 Q 670 460 636 326 Z", GLASS)
    c.box(476, 410, 524, 600, 20, ((255, 255, 255), (255, 246, 220)), vertical=True)
    for d in ("M 352 326 L 352 600", "M 430 326 Q 410 460 430 600"):
        c.line(d, 7, dark(color, 0.35), both=True)
    c.box(330, 596, 670, 636, 12, round_body(color))
    c.path("M 344 636 L 656 636 L 690 784 Q 694 820 650 822 L 350 822 Q 306 820 310 784 Z", round_body(color))
    c.ellipse(500, 730, 32, 32, metal(STEEL))
    c.ellipse(500, 730, 20, 20, (dark(color, 0.5), dark(color, 0.2)), vertical=True)
    c.line("M 500 730 L 512 716", 4, light(STEEL, 0.5))


def mushroom(c: Canvas, color: RGB) -> None:
    c.path("M 430 780 Q 462 640 452 470 L 548 470 Q 538 640 570 780 Z", round_body(color))
    c.path(
        "M 320 790 Q 330 762 430 758 L 570 758 Q 670 762 680 790 Q 682 822 640 824 L 360 824 Q 318 822 320 790 Z",
        round_body(color),
    )
    c.path(
        "M 330 470 Q 500 440 670 470 L 600 516 Q 500 534 400 516 Z",
        ((255, 240, 200), (255, 252, 236), (255, 232, 180)),
    )
    c.path(
        "M 206 462 C 210 290 350 200 500 200 C 650 200 790 290 794 462 Q 794 486 766 486 Q 500 516 234 486 Q 206 486 206 462 Z",
        round_body(color),
    )
    c.path(
        "M 226 474 Q 500 512 774 474 Q 780 492 752 494 Q 500 520 248 494 Q 220 492 226 474 Z",
        mix(GLOW, color, 0.25),
    )
    c.path("M 290 420 C 300 320 370 262 450 246 C 390 290 344 350 334 430 Z", (255, 255, 255), alpha=70)


def pendant(c: Canvas, color: RGB) -> None:
    c.line("M 452 250 C 440 120 560 120 548 250", 20, LEATHER)
    c.line("M 452 250 C 440 120 560 120 548 250", 6, light(LEATHER, 0.25))
    c.box(440, 236, 560, 300, 12, round_body(color))
    c.path(
        "M 470 298 L 530 298 C 560 400 720 440 740 600 Q 740 622 716 624 L 284 624 Q 260 622 260 600 C 280 440 440 400 470 298 Z",
        round_body(color),
    )
    c.path("M 300 622 L 700 622 C 690 740 600 800 500 800 C 400 800 310 740 300 622 Z", GLASS)
    c.path("M 256 604 Q 500 640 744 604 L 740 632 Q 500 664 260 632 Z", round_body(dark(color, 0.2)))
    c.path(
        "M 470 340 C 440 420 340 470 320 570 L 350 574 C 370 480 450 440 486 344 Z", (255, 255, 255), alpha=66
    )


def torch(c: Canvas, color: RGB) -> None:
    c.path(
        "M 250 720 L 540 430 L 610 500 L 320 790 Q 290 812 262 784 Q 232 752 250 720 Z",
        (light(color, 0.24), color, dark(color, 0.34)),
    )
    for n in range(6):
        x = 320 + n * 28
        c.line(f"M {x} {664 - n * 28} L {x + 62} {726 - n * 28}", 8, dark(color, 0.42))
    c.path(
        "M 530 440 L 600 300 Q 620 280 640 296 L 746 402 Q 760 420 742 440 L 602 512 Z",
        (light(color, 0.2), dark(color, 0.1), dark(color, 0.4)),
    )
    c.path("M 596 300 Q 640 232 700 290 L 752 342 Q 812 402 742 446 Z", metal(dark(STEEL, 0.1)))
    c.path("M 612 300 Q 650 260 696 302 L 742 348 Q 784 394 740 430 Z", GLASS)
    c.ellipse(690, 350, 26, 26, ((255, 255, 255), (255, 244, 210)))
    c.ellipse(494, 520, 20, 20, metal((214, 110, 60)))
    c.line("M 272 776 C 200 830 330 850 300 770", 9, LEATHER)


def storm(c: Canvas, color: RGB) -> None:
    c.line("M 350 360 C 330 120 670 120 650 360", 11, dark(color, 0.3))
    c.path("M 420 230 Q 500 190 580 230 L 620 300 L 380 300 Z", round_body(color))
    c.box(350, 296, 650, 330, 10, round_body(color))
    c.path("M 390 330 C 330 420 330 600 390 690 L 610 690 C 670 600 670 420 610 330 Z", GLASS)
    c.path(
        "M 500 470 C 530 520 540 560 500 600 C 460 560 470 520 500 470 Z",
        ((255, 214, 120), (255, 168, 70)),
        vertical=True,
    )
    for d in ("M 366 330 C 300 430 300 590 366 690", "M 450 330 C 424 430 424 590 450 690"):
        c.line(d, 8, color, both=True)
    c.line("M 318 510 Q 500 550 682 510", 8, dark(color, 0.12))
    c.path("M 340 690 L 660 690 L 690 780 Q 692 820 650 822 L 350 822 Q 308 820 310 780 Z", round_body(color))
    c.line("M 320 740 Q 500 764 680 740", 4, dark(color, 0.3))
