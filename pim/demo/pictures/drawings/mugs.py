"""Mugs: stoneware, small cup on a saucer, enamel, insulated tumbler, wooden cup."""

from __future__ import annotations

from pim.demo.pictures.canvas import Canvas, round_body
from pim.demo.pictures.palette import CREAM, INK, LEATHER, RGB, dark, light, mix

COFFEE: RGB = (86, 54, 36)


def draw(c: Canvas, shape: int, color: RGB, variation: int) -> None:
    (stoneware, cup, enamel, tumbler, wooden)[shape % 5](c, color, variation)


def handle(c: Canvas, path: str, width: float, color: RGB) -> None:
    c.line(path, width, dark(color, 0.32))
    c.line(path, width * 0.72, color)
    c.line(path, width * 0.28, light(color, 0.22))


def rim(c: Canvas, y: float, rx: float, ry: float, lip: RGB, fill: RGB | None, depth: float = 10) -> None:
    c.ellipse(460, y, rx, ry, (light(lip, 0.3), lip, dark(lip, 0.1)))
    c.ellipse(460, y + 3, rx - 13, ry - 9, (dark(lip, 0.34), dark(lip, 0.12)))
    if fill:
        c.ellipse(460, y + depth + 6, rx - 22, ry - 16, (dark(fill, 0.25), fill, light(fill, 0.14)))


def stoneware(c: Canvas, color: RGB, variation: int) -> None:
    handle(c, "M 660 460 C 820 430 840 650 650 690", 46, color)
    c.path(
        "M 235 390 C 232 560 250 720 300 790 Q 460 842 620 790 C 670 720 688 560 685 390 Z", round_body(color)
    )
    raw = mix((196, 164, 130), color, 0.15)
    c.path(
        "M 268 712 C 276 744 286 772 300 790 Q 460 842 620 790 C 634 772 644 744 652 712 C 600 742 560 730 520 744 C 470 758 420 736 370 748 C 330 752 300 738 268 712 Z",
        round_body(raw),
    )
    for x, y, r in (
        (330, 520, 4),
        (402, 620, 5),
        (520, 500, 4),
        (590, 600, 4),
        (470, 570, 3),
        (360, 660, 3),
        (560, 680, 4),
    ):
        c.ellipse(x, y, r, r, dark(color, 0.26))
    rim(c, 390, 225, 62, light(color, 0.08), COFFEE if variation % 2 else None)
    c.path(
        "M 272 470 C 272 560 284 650 300 700 L 322 700 C 302 640 296 560 298 474 Z", (255, 255, 255), alpha=60
    )


def cup(c: Canvas, color: RGB, variation: int) -> None:
    c.ellipse(480, 770, 330, 62, (light(color, 0.2), color, dark(color, 0.2)))
    c.ellipse(480, 762, 292, 48, (dark(color, 0.12), light(color, 0.12)), vertical=True)
    handle(c, "M 650 540 C 770 520 770 660 620 668", 30, color)
    c.path(
        "M 250 480 C 262 640 330 742 400 760 Q 460 772 520 760 C 590 742 658 640 670 480 Z", round_body(color)
    )
    rim(c, 480, 210, 52, light(color, 0.1), COFFEE if variation % 2 == 0 else (176, 122, 62))
    c.path(
        "M 284 550 C 300 630 330 690 366 722 L 382 716 C 346 680 322 620 312 552 Z", (255, 255, 255), alpha=70
    )


def enamel(c: Canvas, color: RGB, variation: int) -> None:
    handle(c, "M 680 470 C 820 460 824 690 672 690", 30, color)
    c.path(
        "M 248 400 L 262 770 Q 266 800 300 806 Q 460 834 620 806 Q 654 800 658 770 L 672 400 Z",
        round_body(color),
    )
    c.ellipse(460, 398, 220, 58, INK)
    c.ellipse(460, 396, 206, 50, (dark(CREAM, 0.16), light(CREAM, 0.4)))
    c.ellipse(460, 412, 186, 34, (dark(CREAM, 0.1), CREAM))
    c.path(
        "M 262 770 Q 266 800 300 806 Q 460 834 620 806 Q 654 800 658 770 Q 460 808 262 770 Z",
        (dark(color, 0.5), dark(color, 0.35)),
    )
    peak = light(color, 0.75) if sum(color) < 520 else dark(color, 0.55)
    c.path("M 340 660 L 420 540 L 458 596 L 496 550 L 578 660 Z", peak)
    c.path(
        "M 420 540 L 458 596 L 436 612 L 416 592 L 398 606 L 390 584 Z",
        light(color, 0.2) if sum(color) < 520 else light(color, 0.3),
    )
    c.path("M 290 470 L 300 740 L 322 744 L 314 474 Z", (255, 255, 255), alpha=70)


def tumbler(c: Canvas, color: RGB, variation: int) -> None:
    c.path(
        "M 350 280 L 384 790 Q 388 816 420 820 Q 500 832 580 820 Q 612 816 616 790 L 650 280 Z",
        round_body(color),
    )
    c.path(
        "M 384 770 L 386 796 Q 390 816 420 820 Q 500 832 580 820 Q 610 816 614 796 L 616 770 Q 500 792 384 770 Z",
        round_body((178, 184, 188)),
    )
    c.path("M 346 268 Q 500 306 654 268 L 650 300 Q 500 336 350 300 Z", round_body((178, 184, 188)))
    c.path(
        "M 336 236 Q 336 214 360 212 Q 500 196 640 212 Q 664 214 664 236 L 660 272 Q 500 308 340 272 Z",
        round_body(dark(color, 0.5)),
    )
    c.ellipse(500, 222, 132, 20, (dark(color, 0.3), dark(color, 0.6)))
    c.box(540, 208, 590, 222, 6, dark(color, 0.8))
    c.path("M 392 340 L 420 770 L 440 772 L 416 342 Z", (255, 255, 255), alpha=70)
    c.ellipse(520, 560, 26, 26, light(color, 0.5) if sum(color) < 560 else dark(color, 0.35))
    c.path("M 500 570 L 516 544 L 524 556 L 532 548 L 544 570 Z", color)


def wooden(c: Canvas, color: RGB, variation: int) -> None:
    handle(c, "M 640 560 C 770 520 800 600 700 640", 40, color)
    c.line("M 742 570 C 830 580 840 690 770 750", 10, LEATHER)
    c.path(
        "M 240 500 C 246 660 310 790 400 808 Q 460 816 520 808 C 610 790 674 660 680 500 Z", round_body(color)
    )
    for y, a in ((560, 0), (610, 18), (660, 42), (712, 74), (755, 112)):
        c.line(f"M {256 + a} {y} Q 460 {y + 46} {664 - a} {y}", 2.6, dark(color, 0.16))
    c.ellipse(460, 500, 220, 60, (light(color, 0.35), light(color, 0.12)))
    c.ellipse(460, 504, 196, 47, (dark(color, 0.36), dark(color, 0.05)))
    c.ellipse(460, 518, 150, 28, (dark(color, 0.2), light(color, 0.05)))
