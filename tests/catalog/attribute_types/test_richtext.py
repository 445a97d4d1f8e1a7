import pytest

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.attribute_types.richtext import EDITOR, plain_text
from tests.catalog.attribute_types.refusals import clean, refusal
from tests.catalog.attribute_types.specs import attribute

RICH = ATTRIBUTE_TYPES["richtext"]


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("<p>a<script>alert(1)</script></p>", "<p>a</p>"),
        ('<p onclick="x()" style="color:red" class="c">a</p>', "<p>a</p>"),
        ('<a href="javascript:alert(1)">a</a>', "<p>a</p>"),
        ('<p><a href="/relative">a</a></p>', "<p>a</p>"),
        ('<p><a href="https://e.test/?a=1&b=2" target="_blank" rel="x">a</a></p>', '<p><a href="https://e.test/?a=1&amp;b=2">a</a></p>'),
        ('<p><a href="mailto:a@e.test">a</a></p>', '<p><a href="mailto:a@e.test">a</a></p>'),
        ("<img src=x onerror=alert(1)><p>a</p>", "<p>a</p>"),
        ("<svg><style><img src=x onerror=alert(1)></style></svg><p>a</p>", "<p>a</p>"),
        ("<p>a<!-- secret --></p>", "<p>a</p>"),
    ],
)  # fmt: skip
def test_only_allowed_markup_passes(raw, stored) -> None:
    assert clean(attribute("richtext"), raw) == stored


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("<b>a</b> <i>b</i>", "<strong>a</strong> <em>b</em>"),
        ("<div>one</div><DIV class=x>two</DIV>", "<p>one</p><p>two</p>"),
        ("<div><p>one</p></div>", "<p>one</p>"),
        ("<h1>a</h1><h6>b</h6>", "<h2>a</h2><h4>b</h4>"),
        ("<table><tr><td colspan=2 width=9>a</td></tr></table>", '<table><tbody><tr><td colspan="2">a</td></tr></tbody></table>'),
        ("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
    ],
)  # fmt: skip
def test_what_other_editors_write_is_kept_in_our_words(raw, stored) -> None:
    assert clean(attribute("richtext"), raw) == stored


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("one & two\r\nthree\n\n\nfour", "<p>one &amp; two<br>three</p><p>four</p>"),
        ("5 < 6 mm", "<p>5 &lt; 6 mm</p>"),
        ("AT&amp;T", "<p>AT&amp;T</p>"),
    ],
)
def test_plain_text_becomes_paragraphs(raw, stored) -> None:
    assert clean(attribute("richtext"), raw) == stored


@pytest.mark.parametrize(
    "raw", ["<p></p>", "<p><br></p>", "<p>&nbsp;</p>", "<script>x</script>", "<p> </p><p></p>"]
)
def test_markup_without_words_is_empty(raw) -> None:
    assert clean(attribute("richtext"), raw) is None


def test_the_length_counts_what_is_read() -> None:
    spec = attribute("richtext", max_length=5)
    assert clean(spec, "<p><strong>12&amp;45</strong></p>") == "<p><strong>12&amp;45</strong></p>"
    assert refusal(spec, "<p>123456</p>")[1] == "6 characters, 1 over the limit of 5: shorten it."


def test_plain_text_keeps_words_of_neighbouring_blocks_apart() -> None:
    assert (
        plain_text("<h2>Warm</h2><ul><li>dry</li><li>light &amp; soft</li></ul>") == "Warm dry light & soft"
    )
    assert RICH.search_text("<p>a<br>b</p>", attribute("richtext")) == "a b"


def test_the_editor_offers_exactly_what_the_server_keeps() -> None:
    from django_prose_editor.config import allowlist_from_extensions

    from catalog.attribute_types.richtext import TAGS

    assert set(allowlist_from_extensions(EDITOR)["tags"]) <= TAGS
