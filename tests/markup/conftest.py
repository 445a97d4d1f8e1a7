"""The same people and the same desk as in the people's room."""

from tests.enrichment.conftest import _forget_profiles, _no_nudges, channel, desk, world

__all__ = ["_forget_profiles", "_no_nudges", "channel", "desk", "world"]
