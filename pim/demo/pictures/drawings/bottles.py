"""Bottles: plain with loop cap, thermo, sports lid, vacuum flask with cups."""

from __future__ import annotations

from pim.demo.pictures.canvas import Canvas, metal, round_body
from pim.demo.pictures.palette import INK, LEATHER, RGB, STEEL, WOOD, dark, light


def draw(c: Canvas, shape: int, color: RGB, variation: int) -> None:
    (plain, thermo, sports, flask)[shape % 4](c, color)


def gloss(c: Canvas, left: int, top: int, bottom: int) -> None:
    c.box(left, top, left + 26, bottom, 13, (255, 255, 255), alpha=74)


def mark(c: Canvas, y: int, color: RGB) -> None:
    tone = light(color, 0.62) if sum(color) < 540 else dark(color, 0.4)
    c.path(f"M 462 {y} L 496 {y - 44} L 512 {y - 22} L 522 {y - 34} L 546 {y} Z", tone)
    c.line(f"M 462 {y + 14} L 546 {y + 14}", 4, tone)


def plain(c: Canvas, color: RGB) -> None:
    c.path(
        "M 384 420 C 384 350 440 340 446 290 L 446 250 L 554 250 L 554 290 C 560 340 616 350 616 420 L 616 784 Q 614 822 576 824 L 424 824 Q 386 822 384 784 Z",
        round_body(color),
    )
    c.box(440, 226, 560, 272, 8, metal(STEEL))
    c.path("M 446 226 L 446 180 Q 448 162 470 160 L 530 160 Q 552 162 554 180 L 554 226 Z", metal(WOOD))
    c.line("M 470 166 C 460 100 540 100 530 166", 12, LEATHER)
    c.path("M 384 790 Q 386 822 424 824 L 576 824 Q 614 822 616 790 Z", metal(STEEL))
    mark(c, 620, color)
    gloss(c, 412, 430, 760)


def thermo(c: Canvas, color: RGB) -> None:
    c.path(
        "M 372 380 C 374 330 420 320 436 286 L 564 286 C 580 320 626 330 628 380 L 628 784 Q 626 822 588 824 L 412 824 Q 374 822 372 784 Z",
        round_body(color),
    )
    c.path(
        "M 432 290 L 432 196 Q 434 172 460 170 L 540 170 Q 566 172 568 196 L 568 290 Z",
        round_body(dark(color, 0.55)),
    )
    for x in range(448, 566, 15):
        c.line(f"M {x} 196 L {x} 274", 3, dark(color, 0.72))
    c.box(428, 284, 572, 304, 6, metal(STEEL))
    c.line("M 566 200 C 650 190 660 260 576 270", 14, dark(color, 0.6))
    c.path(
        "M 372 784 Q 374 822 412 824 L 588 824 Q 626 822 628 784 L 628 770 L 372 770 Z",
        round_body(dark(color, 0.5)),
    )
    mark(c, 600, color)
    gloss(c, 402, 400, 740)


def sports(c: Canvas, color: RGB) -> None:
    c.path(
        "M 386 360 Q 386 330 420 326 L 580 326 Q 614 330 614 360 L 606 520 Q 600 560 612 600 L 616 786 Q 614 822 578 824 L 422 824 Q 386 822 384 786 L 388 600 Q 400 560 394 520 Z",
        round_body(color),
    )
    c.box(392, 276, 608, 336, 12, round_body(INK))
    c.path("M 440 280 L 452 216 L 548 216 L 560 280 Z", round_body(dark(color, 0.2)))
    c.box(470, 176, 530, 224, 12, round_body(light(color, 0.45)))
    c.line("M 400 290 C 360 200 400 160 456 190", 12, dark(color, 0.5))
    for y in (470, 500, 530):
        c.line(f"M 398 {y} Q 500 {y + 16} 602 {y}", 5, dark(color, 0.24))
    mark(c, 720, color)
    gloss(c, 414, 380, 770)


def flask(c: Canvas, color: RGB) -> None:
    c.line("M 628 400 C 760 400 760 680 630 690", 34, dark(color, 0.45))
    c.line("M 628 400 C 760 400 760 680 630 690", 20, dark(color, 0.25))
    c.path(
        "M 360 360 Q 362 330 400 328 L 600 328 Q 638 330 640 360 L 640 790 Q 638 822 600 824 L 400 824 Q 362 822 360 790 Z",
        round_body(color),
    )
    c.box(372, 292, 628, 334, 8, metal(STEEL))
    c.path(
        "M 382 294 L 392 170 Q 394 150 420 148 L 580 148 Q 606 150 608 170 L 618 294 Z",
        metal(light(STEEL, 0.1)),
    )
    c.line("M 386 250 Q 500 266 614 250", 4, dark(STEEL, 0.3))
    for y in (380, 770):
        c.box(360, y, 640, y + 16, 4, metal(STEEL))
    mark(c, 590, color)
    gloss(c, 394, 410, 750)
