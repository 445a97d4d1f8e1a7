"""Launches: products that go on channels at a moment by themselves, and are kept off them before (docs/decisions/0039)."""
