"""What the people's room keeps for itself."""

from enrichment.models.comment import Comment, Notification, Thread
from enrichment.models.pictures import PictureFile, PictureMatch
from enrichment.models.review import ReviewNote
from enrichment.models.saved_view import DefaultView, SavedView

__all__ = [
    "Comment",
    "DefaultView",
    "Notification",
    "PictureFile",
    "PictureMatch",
    "ReviewNote",
    "SavedView",
    "Thread",
]
