"""Uploads: one file a request, so that each has its own progress and its own reason where it is refused."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog import assets
from catalog.access import endpoint
from catalog.assets import quality
from catalog.models.asset import Asset
from catalog.models.user import User


@require_POST
@endpoint("product.edit")
def upload(request: HttpRequest) -> JsonResponse:
    """Takes one `file`; with `kind` (image, file, video) only that. 201 {sha256, name, kind, …}; 400 {code, message}.

    "known" says that the library had it already: then it is as it was, and `page` leads to it.
    """
    given = request.FILES.get("file")
    if given is None:
        return refused("no_file", _("Choose a file first."))
    try:
        taken = assets.take_in(given, name=given.name or "", user=cast("User", request.user))
    except assets.AssetRefused as refusal:
        return refused(refusal.code, refusal.message)
    wanted = request.POST.get("kind", "")
    if wanted in Asset.Kind.values and taken.asset.kind != wanted:
        return refused("wrong_kind", wrong_kind(wanted))
    return JsonResponse(described(taken.asset) | {"known": not taken.is_new}, status=201)


def wrong_kind(wanted: str) -> str:
    return {
        "image": _("A picture is needed here: it was put into the library, where it is of use elsewhere."),
        "file": _("A document is needed here: it was put into the library, where it is of use elsewhere."),
        "video": _("A video is needed here: it was put into the library, where it is of use elsewhere."),
    }[wanted]


def refused(code: str, message: str) -> JsonResponse:
    return JsonResponse({"code": code, "message": message}, status=400)


def described(asset: Asset) -> dict[str, Any]:
    """What scripts show of an asset. `warning`: for which channels it is too small, "" for none."""
    is_picture = asset.kind == Asset.Kind.IMAGE
    return {
        "sha256": asset.sha256,
        "name": asset.name,
        "kind": asset.kind,
        "width": asset.width,
        "height": asset.height,
        "url": reverse("admin:catalog_asset_file", args=[asset.sha256]),
        "page": reverse("admin:catalog_asset_change", args=[asset.pk]),
        "warning": " ".join(
            each.says_too_small(asset) for each in quality.asking() if each.needs.lacks_size(asset)
        ),
        "thumbnail": reverse("admin:catalog_asset_thumbnail", args=[asset.sha256, 320]) if is_picture else "",
    }
