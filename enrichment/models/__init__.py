"""What the people's room keeps for itself."""

from enrichment.models.review import ReviewNote
from enrichment.models.saved_view import DefaultView, SavedView

__all__ = ["DefaultView", "ReviewNote", "SavedView"]
