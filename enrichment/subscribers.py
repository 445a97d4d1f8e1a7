"""Imported when the app is ready, in web processes and workers alike: what has to be known in both."""

from enrichment.workbench.grid import bulk  # noqa: F401  (registers the job "grid.bulk")
