"""Presence over HTTP: a page's sign of life, answered with who else is there."""
