"""Files over HTTP, for people by their login and for channels by a signed address. Never as a page of ours.

Whatever a file is, it is answered with the kind its content was found to be, without sniffing, in a sandbox; what is no
picture or video is a download.
"""

from __future__ import annotations

from datetime import datetime

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import MissingFileError, StaticFile

from catalog import assets
from catalog.access import endpoint
from catalog.assets.addresses import rendition_key
from catalog.assets.renditions import current
from catalog.models.asset import Asset
from catalog.structure.snapshot import PresetSpec, Structure

YEAR, DAY = 365 * 24 * 3600, 24 * 3600
SHOWN = ("image", "video")  # kinds that browsers may show in place


def answer(request: HttpRequest, stored: str, mime: str, *, keep: str, name: str = "") -> HttpResponse:
    """The stored file. `keep`: how caches keep it; `name`: what it is saved as, for a download."""
    try:
        response = _streamed(request, stored)
    except (FileNotFoundError, MissingFileError) as error:
        raise Http404("The file is gone from the storage.") from error
    response["Content-Type"] = mime
    response["Content-Disposition"] = content_disposition_header(bool(name), name) or "inline"
    response["Cache-Control"] = keep
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "cross-origin" if keep.startswith("public") else "same-origin"
    return response


def _streamed(request: HttpRequest, stored: str) -> HttpResponse:
    """From this machine's disk in parts too, where they are asked for: some browsers play no video otherwise."""
    try:
        path = default_storage.path(stored)
    except NotImplementedError:
        return FileResponse(default_storage.open(stored))
    response: HttpResponse = WhiteNoiseMiddleware.serve(StaticFile(path, []), request)
    response["Accept-Ranges"] = "bytes"
    return response


def find(sha256: str) -> Asset:
    try:
        return Asset.objects.get(sha256=sha256)
    except Asset.DoesNotExist as error:
        raise Http404(_("There is no such file.")) from error


def preset_of(code: str) -> PresetSpec:
    preset = Structure.current().presets.get(code)
    if preset is None:
        raise Http404(_("There is no such preset."))
    return preset


def _original(request: HttpRequest, asset: Asset, keep: str) -> HttpResponse:
    return answer(
        request, asset.file.name, asset.mime, keep=keep, name="" if asset.kind in SHOWN else asset.name
    )


@require_safe
@endpoint("product.view")
def original(request: HttpRequest, sha256: str) -> HttpResponse:
    """The original, for people. `?download` gives a picture or video as a download too."""
    asset = find(sha256)
    keep = f"private, max-age={YEAR}, immutable"
    if "download" in request.GET:
        return answer(request, asset.file.name, asset.mime, keep=keep, name=asset.name)
    return _original(request, asset, keep)


@require_safe
@endpoint("product.view")
def screen(request: HttpRequest, sha256: str, size: int) -> HttpResponse:
    """A picture in one of the sizes the admin shows."""
    try:
        return answer(
            request, assets.thumbnail(sha256, size), "image/webp", keep=f"private, max-age={YEAR}, immutable"
        )
    except (Asset.DoesNotExist, ValueError, FileNotFoundError, assets.AssetRefused) as error:
        raise Http404(_("There is no such picture.")) from error


@require_safe
@endpoint("product.view")
def rendition(request: HttpRequest, sha256: str, preset: str) -> HttpResponse:
    """A picture by a preset, for people; made now where it is not there yet."""
    try:
        row = current(find(sha256), preset_of(preset))
    except assets.AssetRefused as refused:
        raise Http404(refused.message) from refused
    return answer(request, row.file, row.mime, keep="private, no-cache")


@require_safe
def public(request: HttpRequest, sha256: str, signature: str) -> HttpResponse:
    """The original for whoever holds the signed address: channels, which have no login."""
    if not assets.is_signed(sha256, signature):
        raise Http404(_("There is no such file."))
    asset = find(sha256)
    return _gone(asset) or _original(request, asset, _shared(asset))


@require_safe
def public_rendition(
    request: HttpRequest, sha256: str, preset: str, key: str, signature: str
) -> HttpResponse:
    """A rendition for whoever holds its address. An address of before a change leads to the picture as it is now."""
    if not assets.is_signed(sha256, signature, preset):
        raise Http404(_("There is no such file."))
    asset, spec = find(sha256), preset_of(preset)
    gone = _gone(asset)
    if gone is not None:
        return gone
    try:
        row = current(asset, spec)
    except assets.AssetRefused as refused:
        raise Http404(refused.message) from refused
    is_current = key == rendition_key(spec, asset)
    return answer(request, row.file, row.mime, keep=_shared(asset) if is_current else "public, no-cache")


@require_safe
def public_screen(request: HttpRequest, sha256: str, size: int, signature: str) -> HttpResponse:
    """A picture in one of the sizes for screens, for whoever holds its address."""
    if not assets.is_signed(sha256, signature, f"{size}px"):
        raise Http404(_("There is no such file."))
    asset = find(sha256)
    gone = _gone(asset)
    if gone is not None:
        return gone
    try:
        return answer(request, assets.thumbnail(sha256, size), "image/webp", keep=_shared(asset))
    except (Asset.DoesNotExist, ValueError, FileNotFoundError, assets.AssetRefused) as error:
        raise Http404(_("There is no such picture.")) from error


# The signature is the permission.
public.policy_verb = None  # type: ignore[attr-defined]
public_screen.policy_verb = None  # type: ignore[attr-defined]
public_rendition.policy_verb = None  # type: ignore[attr-defined]


def _gone(asset: Asset) -> HttpResponse | None:
    """Where rights have ended, or not begun, the address gives nothing, whoever kept it."""
    if asset.rights(timezone.now()) not in ("ended", "coming"):
        return None
    response = HttpResponse(
        _("This file is not available."), status=410, content_type="text/plain; charset=utf-8"
    )
    response["Cache-Control"] = "public, no-cache"
    return response


def _shared(asset: Asset) -> str:
    """For a day, not longer: rights that are ended today must not be shown from caches next month."""
    left = _seconds_left(asset.valid_until, timezone.now())
    return f"public, max-age={DAY if left is None else min(DAY, left)}"


def _seconds_left(until: datetime | None, now: datetime) -> int | None:
    return None if until is None else max(0, int((until - now).total_seconds()))
