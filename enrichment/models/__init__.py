"""What the people's room keeps for itself."""

from enrichment.models.review import ReviewNote

__all__ = ["ReviewNote"]
