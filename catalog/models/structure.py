"""The mark by which processes know that their snapshot of the structure is old."""

from __future__ import annotations

from django.db import models


class StructureVersion(models.Model):
    """One row (id 1), set anew by catalog.structure.announce in the transaction of the change.

    Random, not counted: a number raised in a transaction that is rolled back would be given again to another change,
    and a process that looked inside the first would take its snapshot for the second's.
    """

    version = models.CharField(max_length=32, default="")

    def __str__(self) -> str:
        return self.version
