from catalog.attribute_types import ATTRIBUTE_TYPES
from tests.catalog.attribute_types.refusals import clean, refusal
from tests.catalog.attribute_types.specs import attribute


def test_an_address_is_kept_as_written() -> None:
    assert clean(attribute("link"), " https://example.com/A?b=1#c ") == "https://example.com/A?b=1#c"
    assert clean(attribute("link"), "http://example.com") == "http://example.com"


def test_what_a_browser_could_run_or_not_open_is_refused() -> None:
    for text in (
        "javascript:alert(1)",
        "data:text/html,x",
        "example.com",
        "https://",
        "https://a b.com",
        "http://a b.com",
        "HTTP://",
        "//example.com",
    ):
        assert refusal(attribute("link"), text) == (
            "not_a_link",
            f"'{text}' is no address: write it whole, such as https://example.com/page.",
        )


def test_an_unencrypted_address_is_refused_where_https_is_asked_for() -> None:
    assert refusal(attribute("link", https_only=True), "http://example.com") == (
        "not_a_link",
        "'http://example.com' is not encrypted: an address beginning with https:// is needed.",
    )


def test_it_is_shown_as_a_link_that_tells_nothing_to_its_target() -> None:
    shown = ATTRIBUTE_TYPES["link"].markup('https://example.com/?a="<b>"', attribute("link"))
    address = "https://example.com/?a=&quot;&lt;b&gt;&quot;"
    assert shown == f'<a href="{address}" rel="noopener noreferrer" target="_blank">{address}</a>'
