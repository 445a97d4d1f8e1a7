"""What accumulates: how much of it there is, how long it is kept, when it was thinned last."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from catalog.access import PolicyAdmin
from catalog.models.retention import Thinning
from catalog.retention import RULES

COUNTED = 100_000  # tables that the database's statistics call larger are not counted


@admin.register(Thinning)
class RetentionAdmin(PolicyAdmin, ModelAdmin):
    """One page. The policy itself is set in the environment (.env.example)."""

    view_verb = "job.view"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        known = {state.rule: state for state in Thinning.objects.all()}
        counted: dict[type[Model], tuple[int, bool]] = {}
        lines = []
        for code in RULES:
            rule = RULES[code]
            if rule.model not in counted:
                counted[rule.model] = rows_of(rule.model)
            count, exact = counted[rule.model]
            lines.append(
                {
                    "label": rule.label,
                    "says": rule.says(),
                    "count": count,
                    "exact": exact,
                    "state": known.get(code),
                }
            )
        context = {**self.admin_site.each_context(request), "title": _("Retention"), "lines": lines}
        return TemplateResponse(request, "catalog/retention.html", context)


def rows_of(model: type[Model]) -> tuple[int, bool]:
    """(rows, whether that is exact): of a large table the database's own estimate, since counting it takes long."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table])
            estimate = int(cursor.fetchone()[0])
        if estimate > COUNTED:
            return estimate, False
    return model._default_manager.count(), True
