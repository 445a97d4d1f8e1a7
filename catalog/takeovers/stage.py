"""A part of a job for those who believe to have it for themselves: their progress counts within the whole's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from catalog.jobs import JobHandle


class Stage:
    """Answers as a JobHandle. What is told of `size` steps lies between `base` and `base` + `size` of `whole`."""

    def __init__(self, handle: JobHandle, base: int, whole: int, *, size: int) -> None:
        self._handle, self._base, self._whole, self._size = handle, base, whole, size
        self._within = 0
        self.message = ""

    def turn(self, within: int, message: str) -> None:
        """What follows begins `within` steps of it."""
        self._within, self.message = within, message
        self.progress(0)

    def progress(self, done: int, total: int | None = None, message: str | None = None) -> None:
        at = min(self._within + done, self._size)
        self._handle.progress(self._base + at, self._whole, message or self.message)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._handle, name)
