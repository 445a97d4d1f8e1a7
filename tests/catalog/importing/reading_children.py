"""The reading child processes: which live at this moment, and what they cost."""

import resource

import psutil


def children() -> list[int]:
    """Their process ids. Other children of this process (multiprocessing's tracker, servers) are not meant."""
    return [
        child.pid for child in psutil.Process().children() if "catalog.importing.readers" in child.cmdline()
    ]


def processor_seconds() -> float:
    """Of this process and its children that ended: what a busy machine does not change."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
