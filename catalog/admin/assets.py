"""Pictures over HTTP: upload, file and rendition for people, the signed address for channels."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe
from unfold.admin import ModelAdmin

from catalog import assets
from catalog.access import PolicyAdmin, endpoint
from catalog.models import Asset


def _answer(stored: str, mime: str, *, shared: bool) -> HttpResponse:
    try:
        response = FileResponse(default_storage.open(stored), content_type=mime)
    except FileNotFoundError as error:
        raise Http404("The file is gone from the storage.") from error
    response["Cache-Control"] = f"{'public' if shared else 'private'}, max-age=31536000, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _asset(sha256: str) -> Asset:
    try:
        return Asset.objects.get(sha256=sha256)
    except Asset.DoesNotExist as error:
        raise Http404("There is no such picture.") from error


@require_safe
@endpoint("product.view")
def show(request: HttpRequest, sha256: str) -> HttpResponse:
    """The original."""
    asset = _asset(sha256)
    return _answer(asset.file.name, asset.mime, shared=False)


@require_safe
@endpoint("product.view")
def rendition(request: HttpRequest, sha256: str, size: int) -> HttpResponse:
    """The picture in one of the sizes of catalog.assets."""
    try:
        return _answer(assets.thumbnail(sha256, size), "image/webp", shared=False)
    except (Asset.DoesNotExist, ValueError, FileNotFoundError) as error:
        raise Http404("There is no such picture.") from error


@require_safe
def public(request: HttpRequest, sha256: str, signature: str) -> HttpResponse:
    """The original for whoever holds the signed address: channels, which have no login."""
    if not assets.is_signed(sha256, signature):
        raise Http404("There is no such picture.")
    asset = _asset(sha256)
    return _answer(asset.file.name, asset.mime, shared=True)


public.policy_verb = None  # type: ignore[attr-defined]  # the signature is the permission


@require_POST
@endpoint("product.edit")
def upload(request: HttpRequest) -> JsonResponse:
    """Takes one picture (`file`). 201 {sha256, name, width, height, url, thumbnail}; 400 {code, message}."""
    given = request.FILES.get("file")
    if given is None:
        return JsonResponse({"code": "no_file", "message": "Send the picture as `file`."}, status=400)
    try:
        asset = assets.store(given, name=given.name or "", user=request.user)
    except assets.PictureRefused as refused:
        return JsonResponse({"code": refused.code, "message": refused.message}, status=400)
    answer = {"sha256": asset.sha256, "name": asset.name, "width": asset.width, "height": asset.height}
    answer["url"] = reverse("admin:catalog_asset_file", args=[asset.sha256])
    answer["thumbnail"] = reverse("admin:catalog_asset_thumbnail", args=[asset.sha256, 320])
    return JsonResponse(answer, status=201)


@admin.register(Asset)
class AssetAdmin(PolicyAdmin, ModelAdmin):
    """No pages of its own: the files' addresses only."""

    def get_urls(self) -> list[Any]:
        person = self.admin_site.admin_view
        return [
            path("upload/", person(upload), name="catalog_asset_upload"),
            path("<str:sha256>/file", person(show), name="catalog_asset_file"),
            path("<str:sha256>/<int:size>.webp", person(rendition), name="catalog_asset_thumbnail"),
            path("<str:sha256>/public/<str:signature>", public, name="catalog_asset_public"),
        ]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False
