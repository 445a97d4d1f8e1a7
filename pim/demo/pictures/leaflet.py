"""A leaflet of two pages as PDF: drawn with Pillow, like the pictures."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

A4 = (992, 1403)  # at 120 dots per inch
MARGIN = 96
INK, SOFT, ACCENT = (40, 42, 46), (110, 112, 116), (92, 110, 84)


def leaflet(title: str, steps: list[str]) -> bytes:
    """The same bytes for the same words."""
    pages = [_page(title, steps[: len(steps) // 2], 1), _page(title, steps[len(steps) // 2 :], 2)]
    with BytesIO() as out:
        pages[0].save(
            out, "PDF", save_all=True, append_images=pages[1:], resolution=120, title=title, author="Tarnholt",
            creationDate=None, modDate=None,
        )  # fmt: skip
        return out.getvalue()


def _page(title: str, steps: list[str], number: int) -> Image.Image:
    page = Image.new("RGB", A4, "white")
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, A4[0], 18), fill=ACCENT)
    draw.text((MARGIN, 120), title, fill=INK, font=ImageFont.load_default(54))
    for place, step in enumerate(steps):
        top = 280 + place * 200
        draw.ellipse((MARGIN, top, MARGIN + 64, top + 64), outline=ACCENT, width=4)
        draw.text(
            (MARGIN + 32, top + 32),
            str(place + 1 + (number - 1) * 4),
            fill=ACCENT,
            font=ImageFont.load_default(30),
            anchor="mm",
        )
        draw.multiline_text(
            (MARGIN + 100, top + 6), step, fill=INK, font=ImageFont.load_default(26), spacing=10
        )
    draw.text(
        (A4[0] - MARGIN, A4[1] - 80), str(number), fill=SOFT, font=ImageFont.load_default(22), anchor="rm"
    )
    return page
