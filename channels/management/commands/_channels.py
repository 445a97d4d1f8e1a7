"""Finding the channel a command names."""

from __future__ import annotations

from django.core.management.base import CommandError

from catalog.structure.snapshot import Structure
from channels import profile
from channels.profile import ChannelSpec


def channel_of(code: str) -> tuple[ChannelSpec, Structure]:
    """The channel by its code, whatever case. Raises CommandError, listing those there are."""
    structure = Structure.current()
    profiles = profile.current(structure)
    spec = profiles.by_code(code)
    if spec is None:
        known = ", ".join(one.code for one in profiles.by_id.values()) or "none"
        raise CommandError(f"There is no channel {code}; there are: {known}.")
    return spec, structure
