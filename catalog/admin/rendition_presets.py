"""Rendition presets: the sizes of pictures that channels ask for by name."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from catalog.admin.base import StructureAdmin
from catalog.assets.jobs import enqueue_preset
from catalog.models import RenditionPreset
from catalog.transfer.admin import TransferAdmin
from catalog.transfer.resources import RenditionPresetResource


@admin.register(RenditionPreset)
class RenditionPresetAdmin(TransferAdmin, StructureAdmin):
    kind = "rendition_preset"
    resource_classes = [RenditionPresetResource]
    list_display = ["label", "code", "size", "fit", "format", "ahead"]
    search_fields = ["code"]
    search_labels = True
    fields = [
        "code", "labels", ("width", "height"), "fit", "background", ("format", "quality"), "max_kb", "ahead",
    ]  # fmt: skip
    empty_sentence = _(
        "A preset is a size of pictures by name: a channel's field that asks for it (transform: rendition preset=web) gets pictures in that size."
    )

    @admin.display(description=_("size"), ordering="width")
    def size(self, preset: RenditionPreset) -> str:
        return f"{preset.width} × {preset.height}"

    def delete_model(self, request: HttpRequest, obj: RenditionPreset) -> None:
        with transaction.atomic():
            super().delete_model(request, obj)
            enqueue_preset(obj.code, by=request.user.pk)  # which now deletes its files

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        with transaction.atomic():
            codes = list(queryset.values_list("code", flat=True))
            super().delete_queryset(request, queryset)
            for code in codes:
                enqueue_preset(code, by=request.user.pk)
