"""The glossary as a file: a row for each concept, and for each locale a column of what is used and of what never is."""

from __future__ import annotations

from catalog.models import Term
from catalog.transfer.base import StructureMeta, StructureResource


class TermResource(StructureResource):
    announced = "glossary"
    by_locale = {"preferred": "use", "forbidden": "never"}

    class Meta(StructureMeta):
        model = Term
        fields = export_order = ("code", "note", "matches_case", "whole_words")
