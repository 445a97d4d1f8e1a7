"""File: a document of the library, such as a manual, a data sheet or a certificate."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.asset_widgets import AssetInput
from catalog.attribute_types.base import ATTRIBUTE_TYPES, AttributeType
from catalog.attribute_types.image import as_digest, check_file, file_params, not_an_asset
from catalog.widgets import RawField

EXTENSIONS = ("csv", "docx", "odp", "ods", "odt", "pdf", "pptx", "txt", "xlsx")


@ATTRIBUTE_TYPES.register
class File(AttributeType):
    """Stored: the sha256 of an Asset, in lower-case hex. Handed out for download, never shown in a page."""

    code = "file"
    label = gettext_lazy("File")
    icon = "description"
    names_assets = True
    sample_params = {"extensions": ["pdf"]}

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
        check_file(asset, spec, kind="file", wrong_kind=_("'%(name)s' is no document: choose a document."))

    def display(self, stored: Any, spec: Any, locale: str | None = None) -> str:
        return stored[:12] if stored else ""

    def form_field(
        self, spec: Any, *, locale: Any = None, required: bool = False, structure: Any = None
    ) -> forms.Field:
        return RawField(label=spec.label(), required=required, widget=AssetInput(kind="file", spec=spec))

    def sheet_value(self, stored: Any, spec: Any, locale: str | None = None) -> Any:
        return {"asset": stored} if stored else None

    def sample(self, spec: Any) -> str:
        return "0123456789abcdef" * 4
