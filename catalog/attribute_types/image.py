"""Image: a picture of the library, named by the hash of its bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.asset_widgets import AssetInput
from catalog.attribute_types.base import ATTRIBUTE_TYPES, AttributeType, ValueRefused
from catalog.attribute_types.number import DecimalParam
from catalog.models.digest import is_digest
from catalog.widgets import JsonListParam, RawField

EXTENSIONS = ("avif", "gif", "jpeg", "jpg", "png", "tif", "tiff", "webp")
_SAME = {"jpeg": "jpg", "tiff": "tif"}


def as_digest(raw: Any) -> str | None:
    """The hash of an asset from what a door gives (text, or {"asset": hash}); None where it is none."""
    written = raw.get("asset") if isinstance(raw, Mapping) else raw
    digest = written.strip().lower() if isinstance(written, str) else ""
    return digest if is_digest(digest) else None


def not_an_asset(raw: Any) -> ValueRefused:
    return ValueRefused(
        "not_an_asset",
        _(
            "'%(text)s' is no file of the library: upload the file first, or write the hash of one that is there."
        ),
        {"text": str(raw)[:60]},
    )


def file_params(extensions: tuple[str, ...]) -> dict[str, forms.Field]:
    """The parameters of every type that names files."""
    return {
        "extensions": JsonListParam(
            label=gettext_lazy("File types"), choices=extensions, required=False, help_text=gettext_lazy("With commas; empty for all."),
        ),
        "max_size_mb": DecimalParam(label=gettext_lazy("Largest file, in megabytes"), required=False),
    }  # fmt: skip


def check_file(asset: Any, spec: Any, *, kind: str, wrong_kind: str) -> None:
    """Raises ValueRefused where a file of the library is not what the attribute takes. `wrong_kind`: the sentence."""
    if asset.kind != kind:
        raise ValueRefused("wrong_kind", wrong_kind, {"name": asset.name})
    allowed = {_SAME.get(extension, extension) for extension in spec.params.get("extensions", ())}
    extension = asset.file.name.rpartition(".")[2]
    if allowed and _SAME.get(extension, extension) not in allowed:
        raise ValueRefused(
            "wrong_extension",
            _("'%(name)s' is a %(extension)s file: %(label)s takes %(allowed)s."),
            {"name": asset.name, "extension": extension.upper(), "label": spec.label(), "allowed": ", ".join(sorted(allowed))},
        )  # fmt: skip
    most = spec.params.get("max_size_mb")
    if most and asset.size > float(most) * 1_000_000:
        raise ValueRefused(
            "too_heavy",
            _("'%(name)s' is larger than %(most)s MB, the most that %(label)s takes: save it smaller."),
            {"name": asset.name, "most": most, "label": spec.label()},
        )


@ATTRIBUTE_TYPES.register
class Image(AttributeType):
    """Stored: the sha256 of an Asset, in lower-case hex. That the asset exists and is what the attribute takes is
    checked by the write door, which knows assets (`references`, `check_asset`)."""

    code = "image"
    label = gettext_lazy("Image")
    icon = "image"
    names_assets = True
    sample_params = {"extensions": ["jpg", "png"]}

    def params_fields(self) -> dict[str, forms.Field]:
        return file_params(EXTENSIONS)

    def clean_value(self, raw: Any, spec: Any, structure: Any) -> str:
        digest = as_digest(raw)
        if digest is None:
            raise not_an_asset(raw)
        return digest

    def references(self, stored: Any) -> dict[str, set[str]]:
        return {"asset": {stored}} if stored else {}

    def check_asset(self, asset: Any, spec: Any) -> None:
        check_file(asset, spec, kind="image", wrong_kind=_("'%(name)s' is no picture: choose a picture."))

    def display(self, stored: Any, spec: Any, locale: str | None = None) -> str:
        return stored[:12] if stored else ""

    def form_field(
        self, spec: Any, *, locale: Any = None, required: bool = False, structure: Any = None
    ) -> forms.Field:
        return RawField(label=spec.label(), required=required, widget=AssetInput(kind="image", spec=spec))

    def sheet_value(self, stored: Any, spec: Any, locale: str | None = None) -> Any:
        return {"asset": stored} if stored else None

    def sample(self, spec: Any) -> str:
        return "0123456789abcdef" * 4
