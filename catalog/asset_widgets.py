"""Inputs of values that name files of the library: upload, choose, show, put in order. The page's script does the rest.

Without script the hashes can still be seen and are posted back as they are. `known` (hash → Card) says what is shown of
each; the page that has read the library sets it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from catalog.models.digest import is_digest


class _Files(forms.Widget):
    template_name = "catalog/widgets/assets.html"
    several = False

    def __init__(self, *, kind: str, spec: Any, takes_address: bool = False) -> None:
        """`spec`: the attribute, whose parameters limit what can be chosen. `takes_address`: a page's address will do."""
        super().__init__()
        self.kind, self.takes_address = kind, takes_address
        self.extensions = tuple(spec.params.get("extensions", ()))
        self.max_size_mb, self.max_items = spec.params.get("max_size_mb"), spec.params.get("max_items")
        self.known: Mapping[str, Any] = {}

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        listed = self.listed(value)
        context["widget"] |= {
            "kind": self.kind,
            "several": self.several,
            "takes_address": self.takes_address,
            "files": [
                {"sha256": each, "is_digest": is_digest(each), "card": self.known.get(each)}
                for each in listed
                if is_digest(each) or not self.takes_address
            ],
            "address": next((each for each in listed if self.takes_address and not is_digest(each)), ""),
            "accept": ",".join(f".{extension}" for extension in self.extensions) or _ACCEPT[self.kind],
            "max_size_mb": self.max_size_mb,
            "max_items": self.max_items,
            "described_by": context["widget"]["attrs"].get("aria-describedby"),
        }
        return context

    def listed(self, value: Any) -> list[str]:
        raise NotImplementedError

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        return render_to_string(self.template_name, self.get_context(name, value, attrs))


_ACCEPT = {
    "image": "image/jpeg,image/png,image/webp,image/gif,image/avif",
    "file": ".pdf,.docx,.xlsx,.pptx,.odt,.ods,.odp,.csv,.txt",
    "video": "video/mp4,video/webm",
}


class AssetInput(_Files):
    """One file; its value is a hash, "" for none, or (`takes_address`) an address."""

    def listed(self, value: Any) -> list[str]:
        return [value] if isinstance(value, str) and value else []


class AssetsInput(_Files):
    """Files in an order; its value is a list of hashes, posted as one text with commas."""

    several = True

    def listed(self, value: Any) -> list[str]:
        parts = (
            value.split(",") if isinstance(value, str) else value if isinstance(value, (list, tuple)) else ()
        )
        return [each.strip() for each in parts if isinstance(each, str) and each.strip()]

    def format_value(self, value: Any) -> str | None:
        return ",".join(self.listed(value)) or None

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return self.listed(data.get(name))
