"""The glossary: one line for each concept, with its words in every language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from catalog.admin.base import StructureAdmin, label_matches
from catalog.models import Term
from catalog.models.term import NEVER_LENGTH, TERM_LENGTH
from catalog.transfer.admin import TransferAdmin
from catalog.transfer.glossary import TermResource


@admin.register(Term)
class TermAdmin(TransferAdmin, StructureAdmin):
    view_verb = "product.view"
    edit_verb = "glossary.edit"
    kind = "glossary"
    resource_classes = [TermResource]
    texts_by_locale = {"preferred": TERM_LENGTH, "forbidden": NEVER_LENGTH}
    list_display = ["code", "used", "never", "note"]
    search_fields = ["code", "note"]
    search_help_text = _("Searches words of all languages, concepts and notes.")
    fields = ["code", "preferred", "forbidden", "note", ("matches_case", "whole_words")]
    empty_sentence = _(
        "The glossary says what things are called in each language, and what they are never called. Whoever writes is told"
        " beside the field."
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if not search_term.split():
            return found, may_repeat
        either = Q(pk__in=found.values("pk"))
        for field in ("preferred", "forbidden"):
            either |= Q(pk__in=label_matches(queryset, search_term, Q(pk=None), field=field).values("pk"))
        return queryset.filter(either), False

    @admin.display(description=_("use this"))
    def used(self, term: Term) -> SafeString:
        return _by_locale(term.preferred)

    @admin.display(description=_("never this"))
    def never(self, term: Term) -> SafeString:
        return _by_locale(term.forbidden)


def _by_locale(texts: Mapping[str, str]) -> SafeString:
    """ "de_DE Becher" on a line for each language."""
    return format_html_join(
        "",
        '<span class="block"><span class="text-font-subtle-light dark:text-font-subtle-dark text-xs">{}</span>'
        ' <span lang="{}">{}</span></span>',
        ((code, code.replace("_", "-"), texts[code]) for code in sorted(texts)),
    )
