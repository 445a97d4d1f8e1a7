"""Secrets in logs."""

import logging

import pytest

from pim.lib.redaction import RedactingFilter, redact


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Authorization: Bearer abc.DEF-123", "Authorization: [redacted]"),
        ("{'webhook-signature': 'v1,c2VjcmV0'}", "{'webhook-signature': [redacted]}"),
        ('{"api_key": "s3cr3t", "sku": "A-1"}', '{"api_key": [redacted], "sku": "A-1"}'),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_[redacted]"),
        ("password=hunter2&next=/admin/", "password=[redacted]&next=/admin/"),
        ("redis://:hunter2@redis:6379/0", "redis://:[redacted]@redis:6379/0"),
        ("access_token=abc", "access_token=[redacted]"),
        ("sent with Bearer abcdefgh12345", "sent with Bearer [redacted]"),
    ],
)
def test_a_secret_is_masked_and_its_name_stays(said, kept):
    assert redact(said) == kept


@pytest.mark.parametrize(
    "said",
    [
        "Product A-1 was saved.",
        "3 tokens found",
        "the secretary wrote",
        "https://shop.example/items?keys=a,b",
    ],
)
def test_an_ordinary_sentence_stays_as_it_is(said):
    assert redact(said) == said


def test_the_filter_masks_arguments_and_tracebacks():
    try:
        raise ValueError("token=abc123")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "header %s", ("secret=canary",), info)
    assert RedactingFilter().filter(record) is True
    line = logging.Formatter().format(record)
    assert "canary" not in line
    assert "abc123" not in line
    assert line.startswith("header secret=[redacted]")
