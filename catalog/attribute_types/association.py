"""Association: what a product goes with. Cross-sell, spare part, set contents: each is an attribute of this type, which
products of every family have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.attribute_types.base import ATTRIBUTE_TYPES, PLAIN_CELLS, CellOptions
from catalog.attribute_types.product_reference import ProductReference
from catalog.structure.product_names import quoted_sku


@ATTRIBUTE_TYPES.register
class Association(ProductReference):
    """As a product reference of several, with its flags: `two_way` (the other product shows it too, stored once),
    `quantified`, `contents` (what is in a set: quantified, and never in a circle)."""

    code = "association"
    label = gettext_lazy("Association")
    icon = "link"
    everywhere = True
    default_params = {"multiple": True, "two_way": False, "quantified": False, "contents": False}
    sample_params = {"quantified": True}

    def params_fields(self) -> dict[str, forms.Field]:
        return {
            "two_way": forms.BooleanField(label=gettext_lazy("Shown on both products"), required=False),
            "quantified": forms.BooleanField(label=gettext_lazy("With quantities"), required=False),
            "contents": forms.BooleanField(
                label=gettext_lazy("Contents of a set"),
                required=False,
                help_text=gettext_lazy(
                    "What is in the package, with quantities. A set cannot contain itself."
                ),
            ),
            "max_items": forms.IntegerField(
                label=gettext_lazy("At most"), min_value=1, max_value=1000, required=False
            ),
        }

    def check_params(self, params: Mapping[str, Any]) -> None:
        if params.get("contents") and not params.get("quantified"):
            raise ValidationError(_("The contents of a set have quantities: turn them on."))
        if params.get("two_way") and params.get("quantified"):
            raise ValidationError(_("What is shown on both products has no quantity: choose one of the two."))

    def with_quantity(self, spec: Any) -> bool:
        return bool(self.param(spec, "quantified"))

    def columns(self, spec: Any, structure: Any = None) -> list[str]:
        return ["products", "quantities"] if self.with_quantity(spec) else ["products"]

    def to_columns(self, stored: Any, spec: Any, structure: Any = None) -> dict[str, str]:
        listed = self._listed(stored, spec)
        cells = {"products": ",".join(quoted_sku(self.file_sku(entry, spec)) for entry in listed)}
        if self.with_quantity(spec):
            cells["quantities"] = "|".join(str(entry.get("quantity", 1)) for entry in listed)
        return cells

    def to_cell(self, stored: Any, spec: Any) -> str:
        """ "A-1:2,A-2" """
        return ",".join(
            f"{sku}:{entry['quantity']}" if "quantity" in entry else sku
            for entry in self._listed(stored, spec)
            for sku in (quoted_sku(self.sku_of(entry, spec)),)
        )

    def from_cell(self, text: str, spec: Any, options: CellOptions = PLAIN_CELLS) -> Any:
        parts = super().from_cell(text, spec, options)
        if not self.with_quantity(spec):
            return parts
        split = (part.rpartition(":") for part in parts)
        return [
            {"sku": sku, "quantity": quantity} if mark else {"sku": quantity, "quantity": "1"}
            for sku, mark, quantity in split
        ]

    def from_columns(
        self, cells: Mapping[str, str], spec: Any, options: CellOptions = PLAIN_CELLS, *, current: Any = None
    ) -> Any:
        """Quantities stand beside the products in their order, "2|1|4" or with commas; a product without one counts once.
        A file with quantities alone gives them to the products there are, one with products alone leaves those that stay
        their quantities."""
        written = cells.get("quantities", "").replace(",", "|")
        quantities = [part.strip() for part in written.split("|")] if written.strip() else []
        if "" in cells:  # a single column, "A-1:2,A-2"
            return self.from_cell(cells[""], spec, options)
        if "products" not in cells:
            products: list[dict[str, Any]] = [{"product": entry["product"]} for entry in current or ()]
        else:
            products = [
                {"sku": sku} for sku in ProductReference.from_cell(self, cells["products"], spec, options)
            ]
        if not self.with_quantity(spec):
            return products
        if "quantities" not in cells and spec.products is not None:
            had = {entry["product"]: entry.get("quantity", 1) for entry in current or ()}
            names = (spec.products.by_sku(product["sku"]) for product in products)
            quantities = [str(had.get(name.id, "")) if name else "" for name in names]
        given = [*quantities, *[""] * len(products)]
        return [{**product, "quantity": given[place]} for place, product in enumerate(products)]
