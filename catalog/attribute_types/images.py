"""Images: several pictures of the library in an order; the first is the main one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog.asset_widgets import AssetsInput
from catalog.attribute_types.base import (
    ATTRIBUTE_TYPES,
    CONFLICT,
    PLAIN_CELLS,
    AttributeType,
    CellOptions,
    ValueRefused,
)
from catalog.attribute_types.image import EXTENSIONS, as_digest, check_file, file_params, not_an_asset
from catalog.widgets import RawField


@ATTRIBUTE_TYPES.register
class Images(AttributeType):
    """Stored: a list of sha256 in lower-case hex, in order, each once."""

    code = "images"
    label = gettext_lazy("Several images")
    icon = "photo_library"
    names_assets = True
    has_parts = True
    sample_params = {"max_items": 4}

    def params_fields(self) -> dict[str, forms.Field]:
        most = forms.IntegerField(
            label=gettext_lazy("Most pictures"), required=False, min_value=1, max_value=500
        )
        return {**file_params(EXTENSIONS), "max_items": most}

    def clean_value(self, raw: Any, spec: Any, structure: Any) -> list[str] | None:
        given = self.from_cell(raw, spec) if isinstance(raw, str) else raw
        if not isinstance(given, (list, tuple)):
            raise not_an_asset(given)
        digests = []
        for each in given:
            if each in (None, ""):
                continue
            digest = as_digest(each)
            if digest is None:
                raise not_an_asset(each)
            digests.append(digest)
        digests = list(dict.fromkeys(digests))
        most = spec.params.get("max_items")
        if most is not None and len(digests) > most:
            raise ValueRefused(
                "too_many_items",
                ngettext(
                    "There are %(count)d pictures, at most %(most)d is possible: remove some.",
                    "There are %(count)d pictures, at most %(most)d are possible: remove some.",
                    most,
                ),
                {"count": len(digests), "most": most},
            )
        return digests or None

    def from_cell(self, text: str, spec: Any, options: CellOptions = PLAIN_CELLS) -> Any:
        return [part.strip() for part in text.split(options.list_separator) if part.strip()]

    def to_cell(self, stored: Any, spec: Any) -> str:
        return ",".join(stored or ())

    def references(self, stored: Any) -> dict[str, set[str]]:
        return {"asset": set(stored)} if stored else {}

    def check_asset(self, asset: Any, spec: Any) -> None:
        check_file(asset, spec, kind="image", wrong_kind=_("'%(name)s' is no picture: choose a picture."))

    def merge(self, base: Any, mine: Any, theirs: Any, spec: Any = None) -> Any:
        """What either added is in, what either removed is out; they conflict where both put them in another order."""
        merged = super().merge(base, mine, theirs, spec)
        if merged is not CONFLICT:
            return merged
        was, here, there = base or [], mine or [], theirs or []
        if not _same_order(was, here) and not _same_order(was, there):
            return CONFLICT
        led, other = (there, here) if _same_order(was, here) else (here, there)
        gone = set(was) - set(other)
        joined = [digest for digest in led if digest not in gone]
        joined += [digest for digest in other if digest not in was and digest not in led]
        most = spec.params.get("max_items") if spec else None
        if most is not None and len(joined) > most:
            return CONFLICT
        return joined or None

    def display(self, stored: Any, spec: Any, locale: str | None = None) -> str:
        return ", ".join(digest[:12] for digest in stored or ())

    def form_field(
        self, spec: Any, *, locale: Any = None, required: bool = False, structure: Any = None
    ) -> forms.Field:
        return RawField(label=spec.label(), required=required, widget=AssetsInput(kind="image", spec=spec))

    def form_value(self, stored: Any, spec: Any) -> list[str]:
        return list(stored or ())

    def sheet_value(self, stored: Any, spec: Any, locale: str | None = None) -> Any:
        return [{"asset": digest} for digest in stored] if stored else None

    def sample(self, spec: Any) -> list[str]:
        return ["0123456789abcdef" * 4, "fedcba9876543210" * 4][: spec.params.get("max_items", 2)]


def _same_order(base: list[str], other: list[str]) -> bool:
    """Whether what both have stands in the same order."""
    return [digest for digest in base if digest in other] == [digest for digest in other if digest in base]
