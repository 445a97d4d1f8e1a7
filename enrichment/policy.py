"""How the rows of this room are seen."""

from __future__ import annotations

from catalog.access import covers

covers("enrichment.ReviewNote", product="product")
