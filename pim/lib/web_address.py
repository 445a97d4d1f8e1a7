"""Addresses that somebody else told us, before a page links to them."""

from __future__ import annotations

from urllib.parse import urlsplit


def web_address(text: str) -> str:
    """The text where it is a whole http or https address; "" for all else, such as "javascript:…"."""
    try:
        parts = urlsplit(text)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return ""
    return text if is_one else ""
