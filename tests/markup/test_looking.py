"""The eye that looks for running markup finds each of the payloads where it is let through."""

from __future__ import annotations

import pytest

from tests.markup.looking import look
from tests.markup.payloads import PAYLOADS

PLACES = (
    "<p>%s</p>",
    "<p title=%s>x</p>",
    '<p title="%s">x</p>',
    "<p title='%s'>x</p>",
    '<a href="%s">x</a>',
    "<textarea>%s</textarea>",
    "<script nonce=x>const text = '%s';</script>",
    "<!-- %s -->",
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_each_payload_is_seen_somewhere(payload: str) -> None:
    assert [place for place in PLACES if look(place % payload).wrong]


def test_what_is_escaped_is_only_text() -> None:
    from django.utils.html import escape

    page = "".join(
        f'<p title="{escape(text)}" data-name="{escape(text)}">{escape(text)}</p>' for text in PAYLOADS
    )
    eye = look(page)
    assert eye.wrong == []
    assert sum(text in eye.text for text in PAYLOADS) == len(PAYLOADS)
