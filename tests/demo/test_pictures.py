from io import BytesIO

import pytest
from PIL import Image

from pim.demo.catalogue import ImageSpec, products
from pim.demo.catalogue.content import FAMILIES, family, read
from pim.demo.pictures import SIZE, picture, render
from pim.demo.pictures.drawings import DRAWINGS
from pim.demo.pictures.palette import COLORS


def test_every_family_and_every_colour_can_be_drawn():
    assert set(DRAWINGS) == set(FAMILIES)
    assert set(COLORS) == set(read("options")["color"])


@pytest.mark.parametrize("code", FAMILIES)
def test_each_shape_of_a_family_is_another_drawing(code):
    shapes = {model["shape"] for model in family(code)["models"]}
    drawn = {render(ImageSpec(code, shape, "rust")).reduce(8).tobytes() for shape in shapes}
    assert len(drawn) == len(shapes)


def test_a_picture_is_a_square_jpeg_and_the_same_each_time():
    spec = next(row.images["picture"] for row in products() if row.images)
    first = picture(spec)
    picture.cache_clear()
    assert picture(spec) == first
    with Image.open(BytesIO(first)) as image:
        assert (image.format, image.size) == ("JPEG", (SIZE, SIZE))


def test_colour_and_variation_change_the_picture():
    spec = ImageSpec("mugs", 0, "moss")
    others = [
        ImageSpec("mugs", 0, "rust"),
        ImageSpec("mugs", 0, "moss", 1),
        ImageSpec("mugs", 0, "moss", detail=True),
    ]
    assert picture(spec) not in [picture(other) for other in others]
