"""How much a file may cost to read. The child process sets the first two on itself before it opens anything."""

from __future__ import annotations

from dataclasses import dataclass

from pim.lib.confinement import MIB


@dataclass(frozen=True, slots=True)
class Limits:
    """`memory` in bytes of address space, `cpu` in seconds of processor time, `wait` in seconds the parent spends
    waiting for rows (its own work between batches does not count)."""

    memory: int = 1024 * MIB
    cpu: int = 120
    wait: int = 180

    def for_size(self, size: int) -> Limits:
        """A second more for every MB beyond four: a million rows are slow, not hostile, and in a workbook packed eightfold."""
        extra = max(0, size // MIB - 4)
        return Limits(self.memory, self.cpu + extra, self.wait + extra)


USUAL = Limits()
