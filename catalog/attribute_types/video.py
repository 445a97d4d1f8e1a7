"""Video: an uploaded MP4 or WebM of the library, or the address of a page that plays one.

Both in one type, since channels ask for "the video" whichever it is: most companies host theirs on a video platform.
Nothing is embedded or fetched from such an address: it is a link, for people and channels alike.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.asset_widgets import AssetInput
from catalog.attribute_types.base import ATTRIBUTE_TYPES, AttributeType, ValueRefused
from catalog.attribute_types.image import as_digest, check_file, file_params
from catalog.widgets import RawField

EXTENSIONS = ("mp4", "webm")
LONGEST = 2000  # characters of an address


@ATTRIBUTE_TYPES.register
class Video(AttributeType):
    """Stored: the sha256 of an Asset in lower-case hex, or an https address."""

    code = "video"
    label = gettext_lazy("Video")
    icon = "movie"
    names_assets = True
    default_params = {"pages": True}
    sample_params = {"max_size_mb": "80"}

    def params_fields(self) -> dict[str, forms.Field]:
        pages = forms.BooleanField(label=gettext_lazy("Addresses of video pages too"), required=False)
        return {**file_params(EXTENSIONS), "pages": pages}

    def clean_value(self, raw: Any, spec: Any, structure: Any) -> str:
        digest = as_digest(raw)
        if digest is not None:
            return digest
        address = raw.strip() if isinstance(raw, str) else ""
        if self.param(spec, "pages") and _is_address(address):
            return address
        raise ValueRefused(
            "not_a_video",
            _("'%(text)s' is no video: upload an MP4 or WebM file, or write the page's address as https://example.com/film.")
            if self.param(spec, "pages")
            else _("'%(text)s' is no video: upload an MP4 or WebM file."),
            {"text": str(raw)[:60]},
        )  # fmt: skip

    def references(self, stored: Any) -> dict[str, set[str]]:
        return {"asset": {stored}} if stored and as_digest(stored) else {}

    def check_asset(self, asset: Any, spec: Any) -> None:
        check_file(asset, spec, kind="video", wrong_kind=_("'%(name)s' is no video: choose a video."))

    def display(self, stored: Any, spec: Any, locale: str | None = None) -> str:
        return (stored[:12] if as_digest(stored) else stored) if stored else ""

    def form_field(
        self, spec: Any, *, locale: Any = None, required: bool = False, structure: Any = None
    ) -> forms.Field:
        widget = AssetInput(kind="video", spec=spec, takes_address=self.param(spec, "pages"))
        return RawField(label=spec.label(), required=required, widget=widget)

    def sheet_value(self, stored: Any, spec: Any, locale: str | None = None) -> Any:
        if not stored:
            return None
        return {"asset": stored} if as_digest(stored) else {"page": stored}

    def sample(self, spec: Any) -> str:
        return "0123456789abcdef" * 4


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    plain = not any(sign.isspace() or sign in "<>\"'`\\" for sign in text)
    return (
        parts.scheme == "https"
        and "." in parts.netloc
        and "@" not in parts.netloc
        and plain
        and len(text) <= LONGEST
    )
