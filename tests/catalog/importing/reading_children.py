"""The reading child processes that live at this moment."""

import psutil


def children() -> list[int]:
    """Their process ids. Other children of this process (multiprocessing's tracker, servers) are not meant."""
    return [
        child.pid for child in psutil.Process().children() if "catalog.importing.readers" in child.cmdline()
    ]
