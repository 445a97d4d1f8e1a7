"""Places where a test may end the process, as a power cut would.

`PIM_FAIL="delivery.sent:3"` ends the process with status 137 when it reaches `failpoint("delivery.sent")` for the
third time. Without that variable a call costs one comparison.
"""

import os
from collections.abc import Callable
from itertools import count

EXIT_STATUS = 137


def _nothing(name: str) -> None:
    """There is no PIM_FAIL."""


def armed(setting: str, *, end: Callable[[int], object] = os._exit) -> Callable[[str], None]:
    """The function for a setting `name` or `name:n`, n from 1. Raises ValueError for another form."""
    wanted, _colon, number = setting.partition(":")
    due = int(number or 1)
    if not wanted or due < 1:
        raise ValueError(f"PIM_FAIL must be a name, or name:n with n from 1, not {setting!r}.")
    hits = count(1)

    def strike(name: str) -> None:
        if name == wanted and next(hits) == due:
            end(EXIT_STATUS)

    return strike


failpoint = armed(os.environ["PIM_FAIL"]) if os.environ.get("PIM_FAIL") else _nothing
