"""Locales and currencies."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from catalog.admin.base import StructureAdmin
from catalog.models import Currency, Locale
from catalog.transfer.admin import TransferAdmin
from catalog.transfer.resources import CurrencyResource, LocaleResource


@admin.register(Locale)
class LocaleAdmin(TransferAdmin, StructureAdmin):
    kind = "locale"
    resource_classes = [LocaleResource]
    list_display = ["code", "name", "fallback", "translated_from", "is_active", "own_approval", "position"]
    list_filter = ["is_active"]
    list_select_related = ["fallback", "translated_from"]
    search_fields = ["code", "name"]
    fields = ["code", "name", "fallback", "translated_from", "is_active", "own_approval", "position"]
    empty_sentence = _(
        "A locale is a language of a region, such as en_US. Texts are written and translated by locale."
    )


@admin.register(Currency)
class CurrencyAdmin(TransferAdmin, StructureAdmin):
    kind = "currency"
    resource_classes = [CurrencyResource]
    list_display = ["code", "name", "is_active", "position"]
    list_filter = ["is_active"]
    search_fields = ["code", "name"]
    fields = ["code", "name", "is_active", "position"]
    empty_sentence = _("Prices have an amount in each currency that is active here.")
