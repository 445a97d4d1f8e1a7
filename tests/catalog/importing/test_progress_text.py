"""What a run under way says of its pace, in the reader's language and numbers."""

from __future__ import annotations

import pytest
from django.utils import translation

from catalog.importing.screens.run import _text


@pytest.mark.parametrize(
    ("language", "given", "said"),
    [
        ("en", (1, 1, 1.2, 1), "1 of 1 row · 1 row a second · about 1 second left"),
        ("en", (12_000, 100_000, 2_000.0, 100), "12,000 of 100,000 rows · 2,000 rows a second · about 2 minutes left"),
        ("de", (12_000, 100_000, 2_000.0, 44), "12.000 von 100.000 Zeilen · 2.000 Zeilen je Sekunde · noch etwa 44 Sekunden"),
        ("fr", (0, 0, None, None), "0 sur 0 ligne"),
    ],
)  # fmt: skip
def test_numbers_are_written_and_agree(
    language: str, given: tuple[int, int, float | None, int | None], said: str
) -> None:
    done, total, rate, left = given
    with translation.override(language):
        assert _text(done, total, rate, left, waiting=False) == said
