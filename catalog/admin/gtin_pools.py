"""Pools of GTINs: where the numbers come from, and how many are left."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from catalog.admin.base import StructureAdmin
from catalog.models import GtinPool
from catalog.transfer.admin import TransferAdmin
from catalog.transfer.numbering import GtinPoolResource
from pim.lib.grouped import Grouped


@admin.register(GtinPool)
class GtinPoolAdmin(TransferAdmin, StructureAdmin):
    kind = "gtin_pool"
    resource_classes = [GtinPoolResource]
    list_display = ["label", "code", "attribute", "numbers", "used_count", "free_count", "is_active"]
    list_filter = ["is_active"]
    list_select_related = ["attribute"]
    search_fields = ["code", "prefix"]
    search_labels = True
    autocomplete_fields = ["attribute"]
    fields = ["code", "labels", "attribute", "length", "prefix", "first", "last", "is_active", "position"]
    empty_sentence = _(
        "A pool is a range of GTINs of your company prefix, from which products get the next free one."
    )

    def get_readonly_fields(self, request: HttpRequest, obj: GtinPool | None = None) -> list[str]:
        """Once numbers were given, what they were made of stays; the range may still grow at its end."""
        return (
            ["attribute", "length", "prefix", "first", "used_count", "free_count"] if obj and obj.used else []
        )

    def get_fields(self, request: HttpRequest, obj: GtinPool | None = None) -> list[Any]:
        return [*self.fields, "used_count", "free_count"] if obj and obj.used else list(self.fields)

    @admin.display(description=_("numbers"))
    def numbers(self, pool: GtinPool) -> SafeString:
        return format_html("{} … {}", pool.gtin(pool.first), pool.gtin(pool.last))

    @admin.display(description=_("used"))
    def used_count(self, pool: GtinPool) -> str:
        return str(Grouped(pool.used))

    @admin.display(description=_("free"))
    def free_count(self, pool: GtinPool) -> Any:
        if pool.free:
            return str(Grouped(pool.free))
        return format_html('<strong class="text-red-700 dark:text-red-400">{}</strong>', _("none: exhausted"))
