"""The studio: background, light and shadow around a drawing, and the encoded picture."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageFilter, ImageOps

from pim.demo.catalogue.records import ImageSpec
from pim.demo.pictures.canvas import Canvas
from pim.demo.pictures.drawings import DRAWINGS
from pim.demo.pictures.palette import COLORS, RGB, mix

SIZE = 1200
QUALITY = 88
# Papers of the studio: outer and inner colour. The variation picks one, so that a page of products is not monotonous.
PAPERS: tuple[tuple[RGB, RGB], ...] = (
    ((222, 219, 213), (250, 249, 246)),
    ((216, 219, 220), (248, 249, 250)),
    ((224, 217, 207), (251, 247, 241)),
    ((214, 219, 213), (247, 249, 246)),
)
LYING = frozenset({"jackets", "knives"})  # laid out flat: no contact with a floor
FLOOR = 0.7  # height of the horizon


@lru_cache(maxsize=8)
def background(paper: int) -> Image.Image:
    outer, inner = PAPERS[paper % len(PAPERS)]
    glow = Image.radial_gradient("L").resize((SIZE * 2, SIZE * 2), Image.Resampling.BICUBIC)
    glow = glow.crop((SIZE // 2, int(SIZE * 0.58), SIZE // 2 + SIZE, int(SIZE * 0.58) + SIZE))
    wall = ImageOps.colorize(glow, black=inner, white=outer)
    floor = Image.new("L", (1, SIZE), 0)
    floor.putdata([max(0, min(46, int((y / SIZE - FLOOR) * 260))) for y in range(SIZE)])
    return Image.composite(
        Image.new("RGB", (SIZE, SIZE), mix(outer, inner, 0.05)), wall, floor.resize((SIZE, SIZE))
    )


def shadowed(paper: Image.Image, layer: Image.Image, standing: bool) -> Image.Image:
    """A wide soft shadow of the whole shape, and a dark narrow one where a standing product meets the floor."""
    small = SIZE // 6
    alpha = layer.getchannel("A").reduce(layer.width // small)
    box = alpha.getbbox()
    if box is None:
        return paper
    wide = Image.new("L", (small, small), 0)
    wide.paste(alpha, (3, 5))
    masks = [wide.filter(ImageFilter.GaussianBlur(7)).point(lambda value: value * 0.3)]
    bottom = box[3]
    foot = alpha.crop((0, bottom - 6, small, bottom)).getbbox() if standing else None
    if foot is not None:
        left, right = foot[0], foot[2]
        height = max(4, (right - left) // 16)
        contact = Image.new("L", (small, small), 0)
        contact.paste(
            215, (left + 2, bottom - height, max(left + 3, right - 2), min(small, bottom + height // 2))
        )
        masks.append(contact.filter(ImageFilter.GaussianBlur(5)).point(lambda value: value * 0.42))
    result = paper.copy()
    for mask in masks:
        result.paste((44, 42, 46), (0, 0), mask.resize((SIZE, SIZE), Image.Resampling.BICUBIC))
    return result


def render(spec: ImageSpec) -> Image.Image:
    """The picture as an RGB image of SIZE × SIZE."""
    canvas = Canvas()
    DRAWINGS[spec.family](canvas, spec.shape, COLORS[spec.color], spec.variation)
    result = shadowed(background(spec.variation), canvas.image, spec.family not in LYING)
    layer = canvas.image.reduce(canvas.image.width // SIZE)
    result.paste(layer, (0, 0), layer)
    if spec.detail:
        # Closer, off the middle: where most drawings have their finest part.
        left, top, edge = int(SIZE * 0.3), int(SIZE * 0.26), int(SIZE * 0.46)
        result = result.crop((left, top, left + edge, top + edge)).resize(
            (SIZE, SIZE), Image.Resampling.BICUBIC
        )
    return result


@lru_cache(maxsize=64)
def picture(spec: ImageSpec) -> bytes:
    """JPEG bytes, the same on every run. KeyError for a family or colour without a drawing."""
    with BytesIO() as out:
        render(spec).save(out, "JPEG", quality=QUALITY, subsampling=0, optimize=False)
        return out.getvalue()
