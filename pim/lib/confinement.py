"""Limits a child process sets on itself before it opens what a stranger sent."""

from __future__ import annotations

import resource

MIB = 1024 * 1024


def confine(*, memory: int, cpu: int, file_size: int = MIB) -> None:
    """`memory`: bytes of address space; `cpu`: seconds of processor time; `file_size`: of what it may write, in bytes.

    Applies to this process. A kind of limit the operating system does not know is left out.
    """
    wanted = (
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_CPU, cpu, cpu + 5),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_FSIZE, file_size, file_size),
    )
    for kind, soft, hard in wanted:
        try:
            resource.setrlimit(kind, (soft, hard))
        except (OSError, ValueError):
            continue
