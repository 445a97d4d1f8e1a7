"""The one form in which texts are compared, the same on every database."""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """Lower case without accents, so that "Aluminium-Becher für" is found by "becher fur"."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))
