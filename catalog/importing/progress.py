"""How far a run is, for the page that watches it: told to a job's handle, or to nobody."""

from __future__ import annotations

from catalog.jobs import JobHandle


class Progress:
    """Counts rows. Without a handle (a test, a script) nothing is told and nobody cancels."""

    def __init__(self, handle: JobHandle | None = None) -> None:
        self.handle = handle
        self.done = 0
        self.total = 0

    def start(self, total: int, done: int = 0) -> None:
        self.done, self.total = done, total
        self.advance(0)

    def advance(self, rows: int) -> None:
        """Raises LeaseLost where another worker has the job."""
        self.done += rows
        if self.handle is not None:
            self.handle.progress(self.done, max(self.total, self.done))

    def hold(self) -> None:
        """Inside a step's transaction: the job stays ours until the commit. Raises LeaseLost."""
        if self.handle is not None:
            self.handle.check_lease()

    def cancelled(self) -> bool:
        return self.handle is not None and self.handle.cancelled()
