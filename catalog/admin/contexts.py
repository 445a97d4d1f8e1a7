"""The tree of contexts: master, audiences, channels."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from catalog.admin.base import StructureAdmin, indented
from catalog.models import Context
from catalog.structure.snapshot import Structure
from catalog.transfer.admin import TransferAdmin
from catalog.transfer.settings import ContextResource


@admin.register(Context)
class ContextAdmin(TransferAdmin, StructureAdmin):
    resource_classes = [ContextResource]
    kind = "context"
    list_display = ["tree", "code", "kind_of", "position"]
    sortable_by = ()
    list_filter = ["kind"]
    search_fields = ["code"]
    search_labels = True
    fields = ["code", "labels", "kind", "parent", "position"]
    empty_sentence = _(
        "Values hold for everybody (master) unless a context says otherwise: an audience, or below it a channel."
    )

    def get_ordering(self, request: HttpRequest) -> Any:
        """Each below the one it inherits from: there are few, so their places are told to the database."""
        places = [When(code=branch[-1], then=Value(number)) for number, branch in enumerate(_branches())]
        return (
            [Case(*places, default=Value(len(places)), output_field=IntegerField()), "code"]
            if places
            else ["code"]
        )

    def get_queryset(self, request: HttpRequest) -> Any:
        depths = [When(code=branch[-1], then=Value(len(branch) - 1)) for branch in _branches()]
        rows = super().get_queryset(request)
        return rows.annotate(
            depth=Case(*depths, default=Value(0), output_field=IntegerField()) if depths else Value(0)
        )

    @admin.display(description=_("context"))
    def tree(self, context: Any) -> SafeString:
        return indented(context, getattr(context, "depth", 0))

    @admin.display(description=_("kind"), ordering="kind")
    def kind_of(self, context: Context) -> str:
        return context.get_kind_display()


def _branches() -> list[tuple[str, ...]]:
    """Each context with those above it, from the audience down, in the order of the tree."""
    return sorted(spec.chain[-2::-1] for spec in Structure.current().contexts.values())
