"""Link: the address of a page or a file elsewhere."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from catalog.attribute_types.base import ATTRIBUTE_TYPES, AttributeType, ValueRefused
from catalog.attribute_types.text import as_text, check_length, tidy
from catalog.widgets import TextField

MAX_LENGTH = 2_000  # what browsers and shops take without cutting


@ATTRIBUTE_TYPES.register
class Link(AttributeType):
    """Stored: str, an http or https address as it was written."""

    code = "link"
    label = gettext_lazy("Link")
    icon = "link"
    in_cell = True
    is_text = True
    filter_kind = "text"
    default_params = {"https_only": False}
    sample_params = {"https_only": True}

    def params_fields(self) -> dict[str, forms.Field]:
        return {
            "https_only": forms.BooleanField(label=gettext_lazy("Encrypted (https) only"), required=False)
        }

    def clean_value(self, raw: Any, spec: Any, structure: Any) -> str | None:
        address = tidy(as_text(raw))
        if not address:
            return None
        check_length(len(address), None, MAX_LENGTH)
        schemes = ("https",) if self.param(spec, "https_only") else ("http", "https")
        try:
            parts = urlsplit(address)
            known = parts.scheme in schemes and bool(parts.hostname) and not any(map(str.isspace, address))
        except ValueError:
            known = False
        if not known:
            raise ValueRefused(
                "not_a_link",
                _("'%(text)s' is not encrypted: an address beginning with https:// is needed.")
                if "http" not in schemes and address.lower().startswith("http://")
                else _("'%(text)s' is no address: write it whole, such as https://example.com/page."),
                {"text": address[:60]},
            )
        return address

    def markup(self, stored: Any, spec: Any, locale: str | None = None) -> SafeString:
        if not stored:
            return SafeString("")
        return format_html('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>', stored, stored)

    def form_field(
        self, spec: Any, *, locale: Any = None, required: bool = False, structure: Any = None
    ) -> forms.Field:
        attrs = {"inputmode": "url", "spellcheck": "false", "autocomplete": "off"}
        return TextField(label=spec.label(), required=required, widget=UnfoldAdminTextInputWidget(attrs))

    def search_text(self, stored: Any, spec: Any) -> str:
        return stored or ""

    def sample(self, spec: Any) -> str:
        return "https://example.com/manual.pdf"
