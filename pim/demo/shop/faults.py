"""Scripted misbehaviour, for tests of delivery: POST /_faults with one object or a list.

    {"mode": "500", "times": 3}
    {"mode": "429", "times": 1, "retry_after": 2}
    {"mode": "apply_then_timeout", "seconds": 30}    takes the batch, then never answers
    {"mode": "drop_items", "drop": 1}                takes the batch, leaves the last results out of the answer
    {"mode": "401"}   {"mode": "slow", "seconds": 2}
    {"mode": "clear"}                                forgets what is scripted

`on` is "push" (default) or "read". Faults are used up in order, one a request.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

MODES = ("500", "429", "apply_then_timeout", "drop_items", "401", "slow")


class UnknownFault(ValueError):
    """No such mode or key."""


@dataclass(slots=True)
class Fault:
    mode: str
    times: int = 1
    retry_after: float = 1
    seconds: float = 30
    drop: int = 1
    on: str = "push"


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, data: Any) -> int:
        """How many requests will be spoilt. Raises UnknownFault, changing nothing."""
        entries = data if isinstance(data, list) else [data]
        if not all(isinstance(entry, dict) for entry in entries):
            raise UnknownFault("A fault is an object with a mode.")
        fresh: list[Fault] = []
        clear = False
        for entry in entries:
            mode = str(entry.get("mode"))
            if mode == "clear":
                clear, fresh = True, []
                continue
            try:
                fault = Fault(**{**entry, "mode": mode})
            except TypeError as error:
                raise UnknownFault(f"Unknown key of a fault: {error}") from error
            if mode not in MODES or fault.on not in ("push", "read"):
                raise UnknownFault(f"The mode is one of: {', '.join(MODES)}, clear; on is push or read.")
            fresh.append(fault)
        with self._lock:
            self._waiting = [*([] if clear else self._waiting), *fresh]
            return sum(fault.times for fault in self._waiting)

    def next(self, on: str) -> Fault | None:
        with self._lock:
            for fault in self._waiting:
                if fault.on == on:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._waiting.remove(fault)
                    return fault
        return None
