"""Jackets: rain shell, quilted, softshell, parka."""

from __future__ import annotations

from pim.demo.pictures.canvas import Canvas, soft
from pim.demo.pictures.palette import INK, RGB, STEEL, dark, light

SLEEVE = "M 360 303 C 280 318 238 360 214 440 C 190 540 170 650 166 744 Q 200 772 250 758 C 262 680 286 600 318 520 Z"


def draw(c: Canvas, shape: int, color: RGB, variation: int) -> None:
    (shell, quilted, softshell, parka)[shape % 4](c, color)


def sleeves(c: Canvas, color: RGB) -> None:
    c.path(SLEEVE, (light(color, 0.06), color, dark(color, 0.2)))
    c.path(SLEEVE, (dark(color, 0.2), dark(color, 0.05), dark(color, 0.28)), mirrored=True)
    c.path("M 166 720 Q 204 742 254 732 L 250 762 Q 200 776 165 748 Z", dark(color, 0.4), both=True)


def hood(c: Canvas, color: RGB, top: int = 168) -> None:
    c.path(
        f"M 380 300 C 360 210 420 {top} 500 {top} C 580 {top} 640 210 620 300 Q 560 340 500 340 Q 440 340 380 300 Z",
        soft(color),
        vertical=True,
    )
    c.path(
        "M 418 296 C 404 230 450 200 500 200 C 550 200 596 230 582 296 Q 540 326 500 326 Q 460 326 418 296 Z",
        (dark(color, 0.55), dark(color, 0.36)),
        vertical=True,
    )
    c.line("M 418 296 C 404 230 450 200 500 200 C 550 200 596 230 582 296", 6, light(color, 0.2))


def body(c: Canvas, color: RGB, bottom: int) -> None:
    path = f"M 392 292 Q 500 340 608 292 C 660 304 690 330 700 380 L 694 {bottom - 20} Q 690 {bottom} 660 {bottom} L 340 {bottom} Q 310 {bottom} 306 {bottom - 20} L 300 380 C 310 330 340 304 392 292 Z"
    c.path(path, (dark(color, 0.1), light(color, 0.14), color, dark(color, 0.2)))


def zipper(c: Canvas, color: RGB, top: int, bottom: int) -> None:
    c.line(f"M 500 {top} L 500 {bottom}", 11, dark(color, 0.45))
    c.stitch(f"M 500 {top} L 500 {bottom}", light(STEEL, 0.2), 3.4, 1)
    c.box(492, top + 6, 508, top + 44, 5, (230, 160, 70))


def pocket(c: Canvas, color: RGB, path: str) -> None:
    c.line(path, 8, dark(color, 0.42), both=True)
    c.line(path, 2.6, light(color, 0.22), both=True)


def logo(c: Canvas, color: RGB) -> None:
    tone = light(color, 0.7) if sum(color) < 540 else dark(color, 0.5)
    c.path("M 580 436 L 600 408 L 610 422 L 617 414 L 634 436 Z", tone)


def shell(c: Canvas, color: RGB) -> None:
    hood(c, color)
    sleeves(c, color)
    body(c, color, 800)
    c.path(
        "M 392 292 Q 500 340 608 292 C 660 304 690 330 700 380 L 699 420 Q 500 452 301 420 L 300 380 C 310 330 340 304 392 292 Z",
        (light(color, 0.28), light(color, 0.06)),
        vertical=True,
    )
    c.path(
        "M 404 300 L 440 250 L 500 330 L 560 250 L 596 300 L 540 400 L 500 350 L 460 400 Z",
        (light(color, 0.12), dark(color, 0.14)),
        vertical=True,
    )
    zipper(c, color, 348, 790)
    pocket(c, color, "M 372 560 L 352 700")
    c.stitch("M 308 776 L 692 776", light(color, 0.3))
    c.path(
        "M 318 470 C 330 560 330 680 322 780 L 340 780 C 352 680 350 560 340 474 Z", (255, 255, 255), alpha=36
    )
    logo(c, color)


def quilted(c: Canvas, color: RGB) -> None:
    hood(c, color, 176)
    rows = range(318, 790, 58)
    sleeves(c, color)
    for n, y in enumerate(range(360, 740, 56)):
        x = 262 - n * 14
        seam = f"M {x - 60} {y + 4} Q {x + 8} {y + 32} {x + 70} {y + 2} L {x + 70} {y + 8} Q {x + 8} {y + 38} {x - 60} {y + 10} Z"
        c.path(seam, dark(color, 0.5), both=True, alpha=150)
        c.path(seam.replace(f"{y + 4} ", f"{y + 12} "), light(color, 0.4), both=True, alpha=40)
    body(c, color, 790)
    for y in rows:
        c.path(
            f"M 304 {y} Q 400 {y + 26} 500 {y + 8} Q 600 {y + 26} 696 {y} L 696 {y + 20} Q 600 {y + 44} 500 {y + 26} Q 400 {y + 44} 304 {y + 20} Z",
            (255, 255, 255),
            alpha=34,
        )
        c.line(f"M 304 {y} Q 400 {y + 26} 500 {y + 8} Q 600 {y + 26} 696 {y}", 5, dark(color, 0.3))
    zipper(c, color, 330, 784)
    pocket(c, color, "M 380 590 L 352 690")
    c.box(306, 772, 694, 796, 8, (dark(color, 0.3), dark(color, 0.42)))
    logo(c, color)


def softshell(c: Canvas, color: RGB) -> None:
    c.path(
        "M 420 300 L 424 226 Q 500 206 576 226 L 580 300 Q 500 344 420 300 Z",
        (light(color, 0.1), dark(color, 0.25)),
        vertical=True,
    )
    c.ellipse(500, 228, 74, 18, dark(color, 0.6))
    sleeves(c, color)
    body(c, color, 780)
    panel = INK if sum(color) > 260 else (104, 110, 118)
    c.path(
        "M 300 380 C 310 330 340 304 392 292 L 372 420 C 350 540 350 680 352 780 L 340 780 Q 310 780 306 760 Z",
        (light(panel, 0.14), panel),
        both=True,
    )
    zipper(c, color, 240, 774)
    pocket(c, color, "M 400 580 L 382 690")
    c.line("M 560 400 L 650 400", 7, dark(color, 0.42))
    logo(c, color)


def parka(c: Canvas, color: RGB) -> None:
    hood(c, color, 140)
    fur = (226, 214, 192)
    for x, y in ((412, 296), (402, 268), (406, 238), (422, 212), (446, 194), (474, 184)):
        c.ellipse(x, y, 24, 22, (light(fur, 0.4), dark(fur, 0.1)), vertical=True)
        c.ellipse(1000 - x, y, 24, 22, (light(fur, 0.2), dark(fur, 0.16)), vertical=True)
    c.ellipse(500, 180, 26, 22, (light(fur, 0.4), dark(fur, 0.1)), vertical=True)
    sleeves(c, color)
    body(c, color, 858)
    c.path("M 470 330 L 530 330 L 536 856 L 468 856 Z", (light(color, 0.16), color, dark(color, 0.14)))
    for y in (380, 480, 580, 680, 780):
        c.ellipse(486, y, 9, 9, metal_button())
    c.line("M 302 560 Q 500 584 698 560", 6, dark(color, 0.32))
    for d in (
        "M 336 620 L 446 624 L 444 760 Q 390 770 338 756 Z",
        "M 352 420 L 440 424 L 438 510 L 354 506 Z",
    ):
        c.path(d, (light(color, 0.14), dark(color, 0.06)), vertical=True, both=True)
    c.path(
        "M 332 612 L 450 616 L 448 662 L 392 672 L 334 658 Z",
        (light(color, 0.2), dark(color, 0.12)),
        vertical=True,
        both=True,
    )
    c.path(
        "M 348 414 L 444 418 L 442 446 L 350 442 Z",
        (light(color, 0.2), dark(color, 0.12)),
        vertical=True,
        both=True,
    )


def metal_button() -> tuple[RGB, ...]:
    return (light(STEEL, 0.4), dark(STEEL, 0.3))
