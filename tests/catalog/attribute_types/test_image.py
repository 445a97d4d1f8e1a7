import pytest
from django.core.exceptions import ValidationError

from catalog.attribute_types import ATTRIBUTE_TYPES
from tests.catalog.attribute_types.refusals import clean, refusal
from tests.catalog.attribute_types.specs import attribute

IMAGE = ATTRIBUTE_TYPES["image"]
SPEC = attribute("image")
DIGEST = "ab" * 32


@pytest.mark.parametrize("raw", [DIGEST, DIGEST.upper(), f" {DIGEST} ", {"asset": DIGEST}])
def test_a_picture_is_named_by_its_hash(raw) -> None:
    assert clean(SPEC, raw) == DIGEST
    assert IMAGE.references(DIGEST) == {"asset": {DIGEST}}


@pytest.mark.parametrize("raw", ["front.jpg", "https://e.test/front.jpg", DIGEST[:-1], DIGEST + "\n\n0"])
def test_a_file_name_or_address_is_refused_with_the_way_out(raw) -> None:
    code, message = refusal(SPEC, raw)
    assert code == "not_an_asset"
    assert message.endswith("upload the file first, or write the hash of one that is there.")


def test_the_picker_offers_the_allowed_kinds() -> None:
    spec = attribute("image", extensions=["jpg", "png"], max_size_mb="2.50")
    html = IMAGE.form_field(spec).widget.render("picture", DIGEST, {"id": "id_picture"})
    assert 'accept=".jpg,.png"' in html
    assert 'data-max-size-mb="2.5"' in html
    assert f'<input type="hidden" name="picture" data-asset-value value="{DIGEST}">' in html


def test_unknown_kinds_of_file_are_refused() -> None:
    with pytest.raises(ValidationError, match="exe"):
        IMAGE.clean_params({"extensions": "jpg, exe"})


def test_what_is_no_hash_is_shown_again_and_can_be_taken_away() -> None:
    shown = IMAGE.form_field(SPEC).widget.render("photo", "shots/mug.jpg")
    assert 'data-asset="shots/mug.jpg"' in shown
    assert "mug.jpg/320.webp" not in shown
