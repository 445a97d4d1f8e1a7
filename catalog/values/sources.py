"""How a document keeps where each of its values came from: one source for nearly all of them, and the exceptions.

Stored: {"": the source of every value that is not listed, key: another source, key: null where none is known}. Written out
it would be a third of the document. What has no "" is the older form, {key: source}, and is read as it stands: a product
takes the present form when it is next written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

DEFAULT = ""  # no key is empty


def compact(sources: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, str | None]:
    """The stored form of {key: source}; what is said of keys that `values` has not is left out."""
    if len(given := set(sources.values())) == 1 and sources.keys() == values.keys():
        return {DEFAULT: given.pop()}
    counted = Counter(sources[key] for key in values if key in sources)
    if not counted:
        return {}
    usual = min(counted, key=lambda source: (-counted[source], source))
    others = {key: sources.get(key) for key in values if sources.get(key) != usual}
    return {DEFAULT: usual, **others}


def whole(stored: Mapping[str, str | None], values: Mapping[str, Any]) -> dict[str, str]:
    """{key: source} of the values beside which `stored` is."""
    if DEFAULT not in stored:
        return stored  # type: ignore[return-value]  # the older form has a source for each key
    sources = dict.fromkeys(values, stored[DEFAULT])
    if len(stored) > 1:
        sources |= {key: source for key, source in stored.items() if key in values}
    return {key: source for key, source in sources.items() if source is not None}
