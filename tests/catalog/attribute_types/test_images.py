import pytest

from catalog.attribute_types import ATTRIBUTE_TYPES, CONFLICT
from tests.catalog.attribute_types.refusals import clean, refusal
from tests.catalog.attribute_types.specs import attribute

IMAGES = ATTRIBUTE_TYPES["images"]
SPEC = attribute("images", max_items=4)
A, B, C, D, E = ("abcdef"[number] * 64 for number in range(5))


def test_pictures_keep_their_order_and_each_stands_once() -> None:
    assert clean(SPEC, [B, A.upper(), B]) == [B, A]
    assert clean(SPEC, f"{B}, {A}") == [B, A]
    assert clean(SPEC, []) is None
    assert IMAGES.references([B, A]) == {"asset": {A, B}}


def test_too_many_and_what_is_no_picture_are_refused() -> None:
    assert refusal(SPEC, [A, B, C, D, E]) == (
        "too_many_items",
        "There are 5 pictures, at most 4 are possible: remove some.",
    )
    assert refusal(SPEC, [A, "front.jpg"])[0] == "not_an_asset"


@pytest.mark.parametrize(
    ("mine", "theirs", "merged"),
    [
        ([A, B, C], [A, B, D], [A, B, D, C]),  # both added
        ([B], [A, B, C], [B, C]),  # one took away, one added
        ([B, A], [A, B, C], [B, A, C]),  # one moved, one added
        ([B, A, C], [A, B, D], [B, A, C, D]),
        ([A, B], [B, A], [B, A]),
    ],
)
def test_two_people_merge_where_only_one_moved_pictures(
    mine: list[str], theirs: list[str], merged: list[str]
) -> None:
    assert IMAGES.merge([A, B], mine, theirs, SPEC) == merged


def test_two_orders_conflict_and_so_does_more_than_fits() -> None:
    assert IMAGES.merge([A, B, C], [B, A, C], [A, C, B], SPEC) is CONFLICT
    assert IMAGES.merge([A], [A, B, C], [A, D, E], SPEC) is CONFLICT


def test_the_form_posts_one_text_and_shows_each_picture() -> None:
    widget = IMAGES.form_field(SPEC).widget
    html = widget.render("gallery", [A, B], {"id": "id_gallery"})
    assert f'<input type="hidden" name="gallery" data-asset-value value="{A},{B}">' in html
    assert html.count(f'data-asset="{A}"') == html.count(f'data-asset="{B}"') == 1
    assert 'data-max-items="4"' in html
    assert widget.value_from_datadict({"gallery": f"{B},{A}"}, {}, "gallery") == [B, A]
