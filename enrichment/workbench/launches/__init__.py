"""Scheduling launches from the grid: what is asked, the gate, and each launch's own page."""
