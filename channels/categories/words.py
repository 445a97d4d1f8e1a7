"""Names of categories taken apart, so that those of two catalogues can be laid side by side."""

from __future__ import annotations

import re
import unicodedata

# What stands between names in the languages that lists of categories come in.
_BETWEEN = frozenset(
    re.findall(
        "[a-z]+",
        "and or for with of the und oder fur mit et ou de des du la le les pour avec e i y o per con di da en voor met",
    )
)
_ENDINGS = ("ern", "en", "es", "er", "e", "s", "n")
_SHORTEST = 4  # letters that are left of a word without its ending


def words_of(name: str) -> frozenset[str]:
    """Lower case, without accents and the endings of plurals: "Tassen & Becher" and "Tasse" share a word. In any script."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return frozenset(_stem(word) for word in re.findall(r"[^\W_]+", plain) if word not in _BETWEEN)


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            return word.removesuffix(ending)
    # Short English ones as well, "mugs" and "beds", and not the German "Glas".
    is_plural = len(word) == _SHORTEST and word[-1] == "s" and word[-2] not in "aeiousz"
    return word[:-1] if is_plural else word
