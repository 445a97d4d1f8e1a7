"""The library in the admin: our own pages for looking and uploading, the theme's form for what is known of a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from catalog.access import can, visible
from catalog.admin.base import CatalogAdmin
from catalog.assets import quality, usage
from catalog.assets.changing import announce_assets
from catalog.assets.describing import refresh_search, set_tags, words
from catalog.assets.jobs import enqueue_due
from catalog.assets.screens import browsing, changing, cropping, serving, uploading
from catalog.assets.screens.cropping import renditions_of
from catalog.labels import LabelsField
from catalog.models import Asset, ReferenceRecord

PRODUCTS_SHOWN = 30
RECORDS_SHOWN = 30


class AssetForm(forms.ModelForm):  # type: ignore[type-arg]
    tag_words = forms.CharField(
        label=_("Tags"), required=False, widget=UnfoldAdminTextInputWidget(), help_text=_("With commas, such as: studio, spring.")
    )  # fmt: skip

    class Meta:
        model = Asset
        fields = (
            "name", "titles", "alts", "credit", "copyright", "licence", "valid_from", "valid_until", "focus_x", "focus_y",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["tag_words"] = ", ".join(self.instance.tags.values_list("name", flat=True))

    def clean_tag_words(self) -> str:
        return ", ".join(words(self.cleaned_data["tag_words"]))


@admin.register(Asset)
class AssetAdmin(CatalogAdmin):
    view_verb = "product.view"
    edit_verb = "asset.edit"
    form = AssetForm
    search_fields = ["name"]
    change_form_outer_before_template = "catalog/library/asset.html"
    change_form_outer_after_template = "catalog/library/usage.html"

    class Media:
        css = {
            "all": [
                "catalog/library.css", "catalog/asset_page.css", "catalog/asset_field.css", "catalog/library_dialog.css",
            ]
        }  # fmt: skip
        js = ["catalog/focus.js", "catalog/library_dialog.js", "catalog/replace.js"]

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        one = "<str:sha256>"
        return [
            path("upload/", wrap(uploading.upload), name="catalog_asset_upload"),
            path("picker/", wrap(browsing.picker), name="catalog_asset_picker"),
            path("remove/", wrap(changing.remove), name="catalog_asset_remove"),
            path(f"{one}/file", wrap(serving.original), name="catalog_asset_file"),
            path(f"{one}/<int:size>.webp", wrap(serving.screen), name="catalog_asset_thumbnail"),
            path(f"{one}/rendition/<str:preset>", wrap(serving.rendition), name="catalog_asset_rendition"),
            path(f"{one}/crop/<str:preset>/", wrap(cropping.crop), name="catalog_asset_crop"),
            path(f"{one}/replace/", wrap(changing.replace), name="catalog_asset_replace"),
            path(
                f"{one}/replace/<str:by>/",
                wrap(changing.replace_preview),
                name="catalog_asset_replace_preview",
            ),
            path(
                f"{one}/replace/<str:by>/run/", wrap(changing.replace_run), name="catalog_asset_replace_run"
            ),
            path(f"{one}/public/<str:signature>", serving.public, name="catalog_asset_public"),
            path(
                f"{one}/public/<int:size>.webp/<str:signature>",
                serving.public_screen,
                name="catalog_asset_public_screen",
            ),
            path(
                f"{one}/public/<str:preset>/<str:key>/<str:signature>",
                serving.public_rendition,
                name="catalog_asset_public_rendition",
            ),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # files are dropped into the library

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # they are taken out of it, where nothing uses them

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(removed_at=None)

    def get_fieldsets(self, request: HttpRequest, obj: Asset | None = None) -> Any:
        is_picture = obj is not None and obj.kind == Asset.Kind.IMAGE
        described = ["name", "titles", *(["alts"] if is_picture else []), "tag_words"]
        parts: list[Any] = [
            (_("Description"), {"fields": described}),
            (_("Rights"), {"fields": ["credit", "copyright", "licence", "valid_from", "valid_until"]}),
        ]
        if is_picture:
            parts.append((
                _("Focus"),
                {
                    "fields": [("focus_x", "focus_y")],
                    "description": _("What stays in the middle where the picture is cut, in percent. Click into the picture, or write numbers."),
                },
            ))  # fmt: skip
        return parts

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in ("titles", "alts"):
            help_text = (
                _("What the picture shows, for those who cannot see it; channels get it.")
                if db_field.name == "alts"
                else ""
            )
            return LabelsField(label=capfirst(db_field.verbose_name), help_text=help_text)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return browsing.overview(request)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        asset = self.get_object(request, object_id)
        extra = _panel(request, asset) if asset is not None and request.method == "GET" else {}
        return super().change_view(
            request, object_id, form_url, {"asset": asset, **extra, **(extra_context or {})}
        )

    def save_model(self, request: HttpRequest, obj: Asset, form: Any, change: bool) -> None:
        """Django runs this in the form's transaction."""
        if {"focus_x", "focus_y"} & set(form.changed_data):
            obj.renditions_due = True
            enqueue_due()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not form.has_changed():
            return
        set_tags(form.instance, words(form.cleaned_data["tag_words"]))
        refresh_search(form.instance)
        announce_assets([form.instance.pk], by=request.user.pk)


def _panel(request: HttpRequest, asset: Asset) -> dict[str, Any]:
    """What stands around the form: facts, renditions, where it is used. A constant number of queries."""
    showing = visible(request.user, usage.products_showing([asset.sha256]).order_by())
    products = list(
        showing.order_by("label", "pk").only("pk", "sku", "label", "image", "kind")[: PRODUCTS_SHOWN + 1]
    )
    return {
        "rights": asset.rights(timezone.now()),
        "faults": quality.sentences(asset),
        "is_on_white": (asset.white_edge or 0) >= quality.WHITE_ENOUGH,
        "icon": browsing.ICONS[asset.kind],
        "products": products[:PRODUCTS_SHOWN],
        "more_products": len(products) > PRODUCTS_SHOWN,
        "campaigns": sorted({document.campaign.label() for document in usage.campaigns_naming([asset.sha256]).select_related("campaign")}),
        "records": [str(row) for row in ReferenceRecord.objects.filter(image=asset).order_by("entity", "code")[:RECORDS_SHOWN]],
        "renditions": renditions_of(asset),
        "may_edit": can(request.user, "asset.edit"),
        "is_used": usage.used(Asset.objects.filter(pk=asset.pk)).exists(),
    }  # fmt: skip
