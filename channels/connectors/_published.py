"""What a channel that is given everything at once has of it: the snapshot that stands, and its files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Manifest:
    """A published snapshot: where it is, how many products it holds, and its SHA-256, so that a reader sees whether it is
    whole."""

    location: str
    sha256: str
    products: int


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file of the snapshot that stands, for people to look at. `made_at`: ISO 8601."""

    name: str
    bytes: int
    products: int
    made_at: str
