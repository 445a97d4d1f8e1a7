"""How much a file may cost to read. The child process sets the first two on itself before it opens anything."""

from __future__ import annotations

import resource
from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """`memory` in bytes of address space, `cpu` in seconds of processor time, `wait` in seconds the parent spends
    waiting for rows (its own work between batches does not count)."""

    memory: int = 1024 * MIB
    cpu: int = 120
    wait: int = 180

    def for_size(self, size: int) -> Limits:
        """A second more for every 5 MB of file: a million rows of CSV are slow, not hostile."""
        extra = size // (5 * MIB)
        return Limits(self.memory, self.cpu + extra, self.wait + extra)


USUAL = Limits()


def confine(*, memory: int, cpu: int) -> None:
    """Apply to this process. A kind of limit the operating system does not know is left out."""
    wanted = (
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_CPU, cpu, cpu + 5),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_FSIZE, MIB, MIB),
    )
    for kind, soft, hard in wanted:
        try:
            resource.setrlimit(kind, (soft, hard))
        except (OSError, ValueError):
            continue
