"""Import profiles: what an import remembered of a supplier's files. They are made and changed by importing."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import path
from django.utils.translation import gettext_lazy as _

from catalog.admin import _pickup_views
from catalog.admin.base import CatalogAdmin, FixedCodeForm
from catalog.importing.pickup.places import PLACES
from catalog.models import ImportProfile


@admin.register(ImportProfile)
class ImportProfileAdmin(CatalogAdmin):
    view_verb = edit_verb = "import.run"
    form = FixedCodeForm
    change_form_outer_before_template = "catalog/imports/profile_links.html"
    list_display = ["label", "code", "source", "dialect", "column_count", "files"]
    list_filter = ["source"]
    list_select_related = ["source", "pickup"]
    search_fields = ["code"]
    search_labels = True
    fields = ["code", "labels", "source", "dialect", "column_count"]
    readonly_fields = ["dialect", "column_count"]
    empty_sentence = _(
        "A profile remembers how a supplier's file is read. Save one at the end of an import's mapping."
    )

    def get_urls(self) -> list[Any]:
        wrap, views, one = self.admin_site.admin_view, _pickup_views, "<int:pk>/files"
        return [
            path(f"{one}/", wrap(views.page), name="catalog_importprofile_pickup"),
            path(f"{one}/test/", wrap(views.test), name="catalog_importprofile_pickup_test"),
            path(f"{one}/look/", wrap(views.look_now), name="catalog_importprofile_pickup_look"),
            path(f"{one}/accept-key/", wrap(views.accept_key), name="catalog_importprofile_pickup_key"),
            path(f"{one}/leave-out/", wrap(views.leave_out), name="catalog_importprofile_pickup_leave_out"),
            path(f"{one}/remove/", wrap(views.remove), name="catalog_importprofile_pickup_remove"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description=_("label"))
    def label(self, profile: ImportProfile) -> str:
        return str(profile)

    @admin.display(description=_("columns"))
    def column_count(self, profile: ImportProfile) -> int:
        return len(profile.mapping)

    @admin.display(description=_("files come from"))
    def files(self, profile: ImportProfile) -> str:
        pickup = _pickup_views.pickup_of(profile)
        place = PLACES.get(pickup.kind) if pickup else None
        return place.described(pickup.settings) if pickup and place else "–"
