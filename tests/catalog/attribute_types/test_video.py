import pytest

from catalog.attribute_types import ATTRIBUTE_TYPES
from tests.catalog.attribute_types.refusals import clean, refusal
from tests.catalog.attribute_types.specs import attribute

VIDEO = ATTRIBUTE_TYPES["video"]
SPEC = attribute("video")
DIGEST = "ab" * 32


def test_an_uploaded_film_and_the_address_of_a_page_are_videos() -> None:
    assert clean(SPEC, DIGEST) == DIGEST
    assert clean(SPEC, " https://films.example.com/watch?v=1 ") == "https://films.example.com/watch?v=1"
    assert VIDEO.references(DIGEST) == {"asset": {DIGEST}}
    assert VIDEO.references("https://films.example.com/1") == {}
    assert VIDEO.sheet_value("https://films.example.com/1", SPEC) == {"page": "https://films.example.com/1"}


@pytest.mark.parametrize(
    "raw",
    [
        "http://films.example.com/1",
        "javascript:alert(1)",
        "https://films.example.com/<script>",
        "https://user:secret@films.example.com/",
        "https://films example.com",
        "film.mp4",
        "https://" + "a" * 2000 + ".example.com",
    ],
)
def test_anything_else_is_refused_with_the_two_ways(raw: str) -> None:
    code, message = refusal(SPEC, raw)
    assert code == "not_a_video"
    assert message.endswith(
        "upload an MP4 or WebM file, or write the page's address as https://example.com/film."
    )


def test_an_attribute_may_take_files_only() -> None:
    code, message = refusal(attribute("video", pages=False), "https://films.example.com/1")
    assert (code, message.endswith("is no video: upload an MP4 or WebM file.")) == ("not_a_video", True)


@pytest.mark.parametrize("written", ["www.films.example.com/watch", "https://films.example.com/a,b"])
def test_an_address_stays_where_it_was_written_also_where_it_is_refused(written: str) -> None:
    shown = VIDEO.form_field(SPEC).widget.render("film", written)
    assert f'type="url" inputmode="url" placeholder="https://" data-asset-address value="{written}"' in shown
    assert 'data-asset="www' not in shown
    assert 'data-asset="https' not in shown
