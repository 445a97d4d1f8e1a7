"""How much a file may cost to look at. The child sets memory and processor time on itself before it opens anything."""

from __future__ import annotations

MIB = 1024 * 1024
MAX_PIXELS = 50_000_000  # of one frame
MAX_FRAMES = 200
MAX_TOTAL_PIXELS = 150_000_000  # of all frames together
MAX_SCANS = 100  # of a progressive JPEG: each costs a pass over all pixels
MAX_PICTURE_BYTES = 50 * MIB
MAX_MEMBERS = 5_000  # of an office file, which is a ZIP
MEMORY = 1024 * MIB  # of address space
CPU = 120  # seconds in the child's life, which may see many files
WAIT = 20  # seconds the parent waits for one answer
MAX_OUTPUT = 64 * MIB  # of one rendition
