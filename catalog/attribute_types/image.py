"""Image: a picture of the asset store, named by the hash of its bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.attribute_types.base import ATTRIBUTE_TYPES, AttributeType, ValueRefused
from catalog.attribute_types.number import DecimalParam
from catalog.widgets import ImageInput, JsonListParam, RawField

EXTENSIONS = ("avif", "gif", "jpeg", "jpg", "png", "tif", "tiff", "webp")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


@ATTRIBUTE_TYPES.register
class Image(AttributeType):
    """Stored: the sha256 of an Asset, in lower-case hex. That the asset exists, is the right kind and size, is
    checked where assets are known: by the write door (`references`) and by the upload (`extensions`, `max_size_mb`)."""

    code = "image"
    label = gettext_lazy("Image")
    icon = "image"
    sample_params = {"extensions": ["jpg", "png"]}

    def params_fields(self) -> dict[str, forms.Field]:
        return {
            "extensions": JsonListParam(
                label=gettext_lazy("File types"),
                choices=EXTENSIONS,
                required=False,
                help_text=gettext_lazy("With commas; empty for all pictures."),
            ),
            "max_size_mb": DecimalParam(label=gettext_lazy("Largest file, in megabytes"), required=False),
        }

    def clean_value(self, raw: Any, spec: Any, structure: Any) -> str:
        written = raw.get("asset") if isinstance(raw, Mapping) else raw
        digest = written.strip().lower() if isinstance(written, str) else ""
        if not _SHA256.match(digest):
            raise ValueRefused(
                "not_an_asset",
                _(
                    "'%(text)s' is no stored picture: upload the file first, or write the hash of one that is there."
                ),
                {"text": str(written)[:60]},
            )
        return digest

    def references(self, stored: Any) -> dict[str, set[str]]:
        return {"asset": {stored}} if stored else {}

    def display(self, stored: Any, spec: Any, locale: str | None = None) -> str:
        return stored[:12] if stored else ""

    def form_field(
        self, spec: Any, *, locale: Any = None, required: bool = False, structure: Any = None
    ) -> forms.Field:
        widget = ImageInput(
            extensions=spec.params.get("extensions", ()), max_size_mb=spec.params.get("max_size_mb")
        )
        return RawField(label=spec.label(), required=required, widget=widget)

    def tokens(self, stored: Any, spec: Any) -> Iterable[str]:
        return ()

    def sheet_value(self, stored: Any, spec: Any, locale: str | None = None) -> Any:
        return {"asset": stored} if stored else None

    def sample(self, spec: Any) -> str:
        return "0123456789abcdef" * 4
