"""Python's search for reference cycles, made rare while data goes by in bulk.

Rows are small objects by the thousand and hardly ever cycles. Looking through all of a process's objects each time some
thousands came about takes up to half of an import's time.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

THRESHOLD = 200_000  # objects made since the last search; the usual is 700
_lock = threading.Lock()
_within = 0
_usual: list[int] = []


@contextmanager
def seldom() -> Iterator[None]:
    """What is there now is not searched, what comes is searched seldom. May be nested, and used by several threads."""
    global _within
    with _lock:
        _within += 1
        if _within == 1:
            _usual[:] = gc.get_threshold()
            gc.freeze()
            gc.set_threshold(THRESHOLD, *_usual[1:])
    try:
        yield
    finally:
        with _lock:
            _within -= 1
            if not _within:
                gc.set_threshold(*_usual)
                gc.unfreeze()
