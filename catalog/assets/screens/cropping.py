"""What a preset shows of a picture: a frame to drag over it, the same in numbers, and what comes out."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from catalog.access import endpoint
from catalog.assets import cropping
from catalog.assets.addresses import rendition_key
from catalog.assets.refusals import sentence
from catalog.assets.screens.serving import find, preset_of
from catalog.models.asset import Asset
from catalog.models.user import User
from catalog.structure.snapshot import Structure


class CropForm(forms.Form):
    """In pixels of the picture as it is shown."""

    left = forms.IntegerField(label=gettext_lazy("From the left"), min_value=0)
    top = forms.IntegerField(label=gettext_lazy("From the top"), min_value=0)
    width = forms.IntegerField(label=gettext_lazy("Width"), min_value=cropping.LEAST)
    height = forms.IntegerField(label=gettext_lazy("Height"), min_value=cropping.LEAST)


@never_cache
@require_http_methods(["GET", "POST"])
@endpoint("asset.edit")
def crop(request: HttpRequest, sha256: str, preset: str) -> HttpResponse:
    """POST: `left`, `top`, `width`, `height`; with `reset` the preset cuts by itself again."""
    asset, spec = find(sha256), preset_of(preset)
    if not asset.width or not asset.height:
        raise Http404(_("There is no such picture."))
    size, user = (asset.width, asset.height), cast("User", request.user)
    here = HttpResponseRedirect(reverse("admin:catalog_asset_crop", args=[sha256, preset]))
    if "reset" in request.POST:
        cropping.store(asset.pk, spec, None, by=user.pk)
        messages.success(request, _("The preset cuts by itself again. The rendition is made anew."))
        return here
    box = cropping.box_of(asset, spec.id)
    names = ("left", "top", "width", "height")
    shown = box or cropping.by_itself(asset, size, spec)
    form = CropForm(request.POST if request.method == "POST" else dict(zip(names, shown, strict=True)))
    if request.method == "POST" and form.is_valid():
        try:
            given = cropping.clean([form.cleaned_data[name] for name in names], size, spec)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            cropping.store(asset.pk, spec, given, by=user.pk)
            messages.success(request, _("The crop is kept. The rendition is made anew, and channels get it."))
            return here
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Crop of %s") % asset.name,
        "asset": asset,
        "preset": spec,
        "form": form,
        "has_box": box is not None,
        "is_exact": spec.fit == "crop",
        "renditions": renditions_of(asset),
    }
    return TemplateResponse(request, "catalog/library/crop.html", context, status=400 if form.errors else 200)


def renditions_of(asset: Asset) -> list[dict[str, Any]]:
    """Each preset: the rendition as it is to be now, or that it is still to be made; whether its part was chosen by hand."""
    if asset.kind != Asset.Kind.IMAGE:
        return []
    rows = {row.preset_id: row for row in asset.renditions.all()}
    found = []
    for preset in Structure.current().presets.values():
        row = rows.get(preset.id)
        is_current = row is not None and row.key == rendition_key(preset, asset)
        error = sentence(row.error["code"], row.error["params"]) if row and is_current and row.error else ""
        found.append(
            {
                "preset": preset,
                "label": preset.label(),
                "row": row if is_current else None,
                "error": error,
                "has_box": cropping.box_of(asset, preset.id) is not None,
            }
        )
    return found
