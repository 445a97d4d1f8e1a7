"""The input of values that point at products: a list to tick off, to sort and to add to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from catalog.structure.product_names import split_skus
from catalog.widgets import RawField


class ProductsInput(forms.Widget):
    """Each product is a tick box `name` with "id" or "id:quantity", its quantity an input `name_q<id>`; `name_add` takes
    more SKUs, so that it works without its script (static/catalog/products.js), which adds search and sorting."""

    template_name = "catalog/widgets/products.html"

    class Media:
        css = {"all": ["catalog/products.css"]}
        js = ["catalog/products.js"]

    def __init__(
        self,
        *,
        products: Any,
        quantified: bool,
        most: int | None,
        label: str,
        attrs: dict[str, Any] | None = None,
    ) -> None:
        self.products, self.quantified, self.most, self.label = products, quantified, most, label
        super().__init__(attrs)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        entries = [_entry(item) for item in value or ()]
        if self.products is not None:
            self.products.bring(ids=[pk for pk, _quantity, _sku in entries if pk], anew=False)
        rows = []
        for pk, quantity, sku in entries:
            known = self.products.by_id(pk) if self.products is not None and pk else None
            exists = known is not None
            if known and known.is_hidden:
                known, sku = None, self.products.shown(pk)
            rows.append(
                {
                    "id": pk, "value": f"{pk}:{quantity}" if self.quantified else str(pk), "quantity": quantity or "1",
                    "sku": known.sku if known else sku or f"[{pk}]", "label": known.label if known else "",
                    "image": known.image if known else "", "is_trashed": bool(known and known.is_trashed),
                    "exists": exists,
                }
            )  # fmt: skip
        context["widget"] |= {
            "value": [row["value"] for row in rows if row["id"]],
            "rows": [row for row in rows if row["id"]],
            "blank": {"sku": "…", "quantity": "1"},
            "add": ", ".join(str(row["sku"]) for row in rows if not row["id"]),
            "quantified": self.quantified,
            "most": self.most,
            "label": self.label,
            "described_by": context["widget"]["attrs"].get("aria-describedby"),
        }
        return context

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        return render_to_string(self.template_name, self.get_context(name, value, attrs))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, Any]]:
        ticked = data.getlist(name) if hasattr(data, "getlist") else data.get(name) or []
        chosen: list[dict[str, Any]] = []
        for item in ticked:
            pk, _mark, quantity = str(item).partition(":")
            if pk.isdecimal():
                chosen.append({"product": int(pk), "quantity": data.get(f"{name}_q{pk}", quantity)})
        more = split_skus(str(data.get(f"{name}_add") or ""))
        chosen += [{"sku": sku, "quantity": ""} for sku in more]
        return chosen

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False  # no box ticked means: none of them


def _entry(item: Any) -> tuple[int, str, str]:
    """(id, quantity, SKU) of "17:2", or of what somebody posted and should see again."""
    if isinstance(item, dict):
        return int(item.get("product") or 0), str(item.get("quantity") or ""), str(item.get("sku") or "")
    pk, _mark, quantity = str(item).partition(":")
    return int(pk), quantity, ""


class ProductsField(RawField):
    """Its cleaned value is a list of {"product" or "sku", "quantity"}, in order."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        def plain(value: Any) -> list[tuple[int, str, str]]:
            return [(pk, quantity or "1", sku) for pk, quantity, sku in map(_entry, value or ())]

        return plain(initial) != plain(data)
