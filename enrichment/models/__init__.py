"""What the people's room keeps for itself."""

from enrichment.models.assignment import Assignment
from enrichment.models.comment import Comment, Notification, Thread
from enrichment.models.digest import Digest
from enrichment.models.memory import MemoryMark, MemoryStale
from enrichment.models.pictures import PictureFile, PictureMatch
from enrichment.models.presence import Presence
from enrichment.models.review import ReviewNote
from enrichment.models.rule import ProductFlag, Rule, RuleMark, RuleRun
from enrichment.models.saved_view import DefaultView, SavedView

__all__ = [
    "Assignment",
    "Comment",
    "DefaultView",
    "Digest",
    "MemoryMark",
    "MemoryStale",
    "Notification",
    "PictureFile",
    "PictureMatch",
    "Presence",
    "ProductFlag",
    "ReviewNote",
    "Rule",
    "RuleMark",
    "RuleRun",
    "SavedView",
    "Thread",
]
