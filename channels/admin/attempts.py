"""Attempts: each request to a channel, as an operator reads it. Nothing here can be changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from catalog.structure.product_names import NAMES
from channels.admin._telling import TellingAdmin
from channels.models import Attempt
from channels.models.listing import OPERATIONS, OUTCOMES
from channels.told import Told

OUTCOME_COLOURS = {
    "ok": "success", "submitted": "info", "retry": "warning", "unknown": "warning", "data": "danger", "config": "danger",
}  # fmt: skip


class OutcomeFilter(admin.SimpleListFilter):
    title = _("outcome")
    parameter_name = "outcome"
    words = OUTCOMES

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(self.words.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Attempt]) -> QuerySet[Attempt]:
        return (
            queryset.filter(**{self.parameter_name: self.value()}) if self.value() in self.words else queryset
        )


class OperationFilter(OutcomeFilter):
    title = _("operation")
    parameter_name = "operation"
    words = OPERATIONS


@admin.register(Attempt)
class AttemptAdmin(TellingAdmin):
    view_verb = "channel.view"
    list_display = ["at", "channel", "sku", "operation_label", "outcome_label", "message", "milliseconds"]
    list_filter = [OutcomeFilter, OperationFilter, "listing__channel"]
    search_fields = ["listing__product__sku", "message_id"]
    list_select_related = ["listing__channel", "listing__product"]
    ordering = ["-id"]
    show_facets = admin.ShowFacets.NEVER
    fields = readonly_fields = [
        "at", "channel", "sku", "operation_label", "outcome_label", "message", "revision", "message_id", "milliseconds", "answered", "sent",
    ]  # fmt: skip
    empty_sentence = _("Each request to a channel is noted here, with what it answered.")

    def get_queryset(self, request: HttpRequest) -> Any:
        return (
            super()
            .get_queryset(request)
            .select_related("listing__channel", "listing__product")
            .defer(
                "request",
                "listing__sent_sheet",
                "listing__submitted",
                "listing__channel__credentials",
                "listing__product__tokens",
                "listing__product__search",
            )
        )

    def tell(self, rows: Sequence[Attempt]) -> None:
        told = Told(attempt.listing for attempt in rows)
        for attempt in rows:
            attempt.message = told.message(attempt, attempt.listing)
            attempt.answer = told.answer(attempt, attempt.listing)

    @admin.display(description=_("channel"), ordering="listing__channel__code")
    def channel(self, attempt: Attempt) -> str:
        return str(attempt.listing.channel)

    @admin.display(description=_("SKU"), ordering="listing__product__sku")
    def sku(self, attempt: Attempt) -> str:
        return attempt.listing.product.sku

    @display(description=_("outcome"), ordering="outcome", label=OUTCOME_COLOURS)
    def outcome_label(self, attempt: Attempt) -> tuple[str, str]:
        return attempt.outcome, attempt.outcome_label

    @admin.display(description=_("operation"), ordering="operation")
    def operation_label(self, attempt: Attempt) -> str:
        return attempt.operation_label

    @admin.display(description=_("answer"))
    def answered(self, attempt: Attempt) -> SafeString | str:
        return _as_json(attempt.answer)

    # Kept where it was refused or may not have arrived; what was taken stands at the listing.
    @admin.display(description=_("what was sent"))
    def sent(self, attempt: Attempt) -> SafeString | str:
        return (
            _as_json(attempt.request) if NAMES.sees_all else "—"
        )  # it may name products that they may not see


def _as_json(value: Any) -> SafeString | str:
    if not value:
        return "—"
    return format_html(
        '<pre class="overflow-x-auto text-xs" tabindex="0">{}</pre>',
        json.dumps(value, ensure_ascii=False, indent=2),
    )
