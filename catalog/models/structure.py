"""The counter by which processes know that their snapshot of the structure is old."""

from __future__ import annotations

from django.db import models


class StructureVersion(models.Model):
    """One row (id 1), raised by catalog.structure.announce in the transaction of the change."""

    version = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.version)
