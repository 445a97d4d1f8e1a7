"""Numbers of things, written as their reader's language groups digits: 40,967 and 40.967 and 40 967.

Django groups either every whole number that a template shows, ids in addresses and fields of forms too, or none
(USE_THOUSAND_SEPARATOR, off here). So what is a number of things says so.
"""

from __future__ import annotations

from typing import Any

from django.utils.formats import number_format


class Grouped(int):
    """As text it is grouped: in a template, with `%s`, in an f-string. With `%d` and in JSON it is its bare number."""

    def __str__(self) -> str:
        return str(number_format(int(self), use_l10n=True, force_grouping=True))


def grouped(value: Any) -> Any:
    """A whole number as a Grouped; anything else as it is."""
    return Grouped(value) if isinstance(value, int) and not isinstance(value, bool) else value
