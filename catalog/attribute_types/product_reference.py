"""Product reference: one or several other products."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.attribute_types.base import (
    ATTRIBUTE_TYPES,
    CONFLICT,
    PLAIN_CELLS,
    AttributeType,
    CellOptions,
    ValueRefused,
)
from catalog.product_widget import ProductsField, ProductsInput
from catalog.structure.product_names import quoted_sku, split_skus
from catalog.widgets import TextField

LARGEST_QUANTITY = 2_147_483_647


def quantity(written: Any) -> int:
    """A whole number from 1; 1 where nothing is written. Raises ValueRefused."""
    text = "1" if written is None or written == "" else str(written).strip().removesuffix(".0")
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= LARGEST_QUANTITY:
        raise ValueRefused(
            "bad_quantity",
            _("'%(text)s' is no quantity: write a whole number from 1."),
            {"text": text[:40]},
        )
    return int(text)


@ATTRIBUTE_TYPES.register
class ProductReference(AttributeType):
    """Stored: list of {"product": id}, unique, in order; an association's may have "quantity": int.

    `spec.products` knows the products' SKUs; without it (an attribute made without a structure) ids stand for themselves.
    """

    code = "product_reference"
    label = gettext_lazy("Product reference")
    icon = "conversion_path"
    filter_kind = "options"
    indexed = True
    names_products = True
    quantified = False
    default_params = {"multiple": True}
    sample_params = {"multiple": True}

    def params_fields(self) -> dict[str, forms.Field]:
        return {
            "multiple": forms.BooleanField(label=gettext_lazy("Several products"), required=False),
            "max_items": forms.IntegerField(
                label=gettext_lazy("At most"), min_value=1, max_value=1000, required=False
            ),
        }

    def clean_params(self, params: Mapping[str, Any]) -> dict[str, Any]:
        cleaned = super().clean_params(params)
        if params.get("multiple") is False:
            cleaned["multiple"] = False  # differs from the default, which the base takes for "not given"
        return cleaned

    def most(self, spec: Any) -> int | None:
        return spec.params.get("max_items") if self.param(spec, "multiple") else 1

    def with_quantity(self, spec: Any) -> bool:
        return False

    # --- raw → stored

    def clean_value(self, raw: Any, spec: Any, structure: Any) -> list[dict[str, Any]] | None:
        if isinstance(raw, str):
            raw = split_skus(raw)
        if isinstance(raw, (Mapping, bytes)) or not isinstance(raw, Iterable):
            raise ValueRefused("not_a_list", _("The SKUs of products are expected here, such as A-1, A-2."))
        found: dict[int, dict[str, Any]] = {}
        for item in raw:
            if item is None or item == "":
                continue
            entry = self._entry(item, spec)
            if entry is not None:
                found.setdefault(entry["product"], entry)
        most = self.most(spec)
        if most is not None and len(found) > most:
            raise ValueRefused(
                "too_many_items",
                _("%(count)d products are chosen, at most %(most)d are possible: remove some."),
                {"count": len(found), "most": most},
            )
        return list(found.values()) or None

    def _entry(self, item: Any, spec: Any) -> dict[str, Any] | None:
        parts = (
            dict(item) if isinstance(item, Mapping) else {"sku" if isinstance(item, str) else "product": item}
        )
        if unknown := set(parts) - {"sku", "product", "quantity"}:
            raise ValueRefused(
                "not_a_product",
                _("A product's SKU is expected here, not %(keys)s."),
                {"keys": ", ".join(map(str, unknown))},
            )
        entry: dict[str, Any] = {"product": self._product(parts, spec)}
        if not entry["product"]:
            return None
        if self.with_quantity(spec):
            entry["quantity"] = quantity(parts.get("quantity"))
        return entry

    @staticmethod
    def _product(parts: Mapping[str, Any], spec: Any) -> int:
        if "product" in parts:
            pk = parts["product"]
            if isinstance(pk, bool) or not isinstance(pk, int) or pk < 1:
                raise ValueRefused(
                    "not_a_product",
                    _("A product's SKU is expected here, not %(kind)s."),
                    {"kind": type(pk).__name__},
                )
            if spec.products is not None and spec.products.by_id(pk) is None:
                raise ValueRefused(
                    "unknown_product", _("One of the products is no longer there: take it out.")
                )
            return pk
        sku = parts.get("sku")
        if not isinstance(sku, str):
            raise ValueRefused(
                "not_a_product",
                _("A product's SKU is expected here, not %(kind)s."),
                {"kind": type(sku).__name__},
            )
        sku = sku.strip()
        if not sku:
            return 0
        if spec.products is None:
            if sku.isdecimal() and len(sku) < 19:  # as the column of ids has room for
                return int(sku)
        elif name := spec.products.by_sku(sku):
            return int(name.id)
        raise ValueRefused(
            "unknown_product",
            _("There is no product '%(sku)s': write the SKU of one that is there."),
            {"sku": sku[:60]},
        )

    def references(self, stored: Any) -> dict[str, set[str]]:
        return {"product": {str(entry["product"]) for entry in stored}} if stored else {}

    def merge(self, base: Any, mine: Any, theirs: Any, spec: Any = None) -> Any:
        """Product by product: additions and removals of both, a CONFLICT where both gave one another quantity."""
        merged = super().merge(base, mine, theirs, spec)
        if merged is not CONFLICT or spec is None or not self.param(spec, "multiple"):
            return merged
        was, here, there = (
            {entry["product"]: entry for entry in value or ()} for value in (base, mine, theirs)
        )
        kept = []
        for pk in dict.fromkeys([*there, *here]):
            entry = super().merge(was.get(pk), here.get(pk), there.get(pk), spec)
            if entry is CONFLICT:
                return CONFLICT
            if entry is not None:
                kept.append(entry)
        most = self.most(spec)
        return CONFLICT if most is not None and len(kept) > most else kept or None

    # --- for people and files

    @staticmethod
    def sku_of(entry: Mapping[str, Any], spec: Any) -> str:
        """Its SKU, whoever reads; "[17]" for a product that was deleted for good."""
        if spec.products is None:
            return str(entry["product"])
        name = spec.products.by_id(entry["product"])
        return name.sku if name else f"[{entry['product']}]"

    @staticmethod
    def shown_sku(entry: Mapping[str, Any], spec: Any) -> str:
        """As whoever reads may know it."""
        return str(entry["product"]) if spec.products is None else spec.products.shown(entry["product"])

    @staticmethod
    def file_sku(entry: Mapping[str, Any], spec: Any) -> str:
        """As the file of whoever exports may name it: "[17]" is read back by them as the product that it was."""
        name = spec.products.by_id(entry["product"]) if spec.products is not None else None
        if name is not None and name.is_hidden:
            return f"[{entry['product']}]"
        return ProductReference.sku_of(entry, spec)

    def display(self, stored: Any, spec: Any, locale: str | None = None) -> str:
        return self._in_words(stored, spec, self.shown_sku)

    @staticmethod
    def _in_words(stored: Any, spec: Any, called: Any) -> str:
        return ", ".join(
            f"{entry['quantity']} × {called(entry, spec)}" if "quantity" in entry else called(entry, spec)
            for entry in stored or ()
        )

    def _listed(self, stored: Any, spec: Any) -> list[Mapping[str, Any]]:
        """Without the products that were deleted for good: a file could not name them."""
        return [
            entry for entry in stored or () if spec.products is None or spec.products.by_id(entry["product"])
        ]

    def to_cell(self, stored: Any, spec: Any) -> str:
        return ",".join(quoted_sku(self.sku_of(entry, spec)) for entry in self._listed(stored, spec))

    def to_columns(self, stored: Any, spec: Any, structure: Any = None) -> dict[str, str]:
        listed = self._listed(stored, spec)
        return {"": ",".join(quoted_sku(self.file_sku(entry, spec)) for entry in listed)}

    def from_cell(self, text: str, spec: Any, options: CellOptions = PLAIN_CELLS) -> Any:
        return split_skus(text, options.list_separator)

    def form_field(
        self, spec: Any, *, locale: Any = None, required: bool = False, structure: Any = None
    ) -> forms.Field:
        widget = ProductsInput(
            products=spec.products,
            quantified=self.with_quantity(spec),
            most=self.most(spec),
            label=spec.label(),
        )
        return ProductsField(label=spec.label(), required=required, widget=widget)

    def form_value(self, stored: Any, spec: Any) -> list[str]:
        return [
            f"{entry['product']}:{entry['quantity']}" if "quantity" in entry else str(entry["product"])
            for entry in stored or ()
        ]

    # --- finding and the way out

    def tokens(self, stored: Any, spec: Any) -> Iterable[str]:
        return [f"{spec.code}={entry['product']}" for entry in stored or ()]

    def filter_field(self, spec: Any, *, locale: Any = None, structure: Any = None) -> forms.Field:
        return TextField(label=spec.label(), required=False, help_text=_("SKUs, with commas."))

    def filter_tokens(self, spec: Any, chosen: Any) -> list[str]:
        skus = split_skus(str(chosen or ""))
        if spec.products is None:
            return [f"{spec.code}={sku}" for sku in skus]
        spec.products.bring(skus=skus, anew=False)
        names = (spec.products.by_sku(sku) for sku in skus)
        return [f"{spec.code}={name.id if name and not name.is_hidden else 0}" for name in names]

    def sheet_value(self, stored: Any, spec: Any, locale: str | None = None) -> Any:
        """SKUs; with quantities {"sku", "quantity"}. Products that are gone or in the trash are left out."""
        if stored is None:
            return None
        shown = [
            entry
            for entry in self._listed(stored, spec)
            if spec.products is None or not spec.products.by_id(entry["product"]).is_trashed
        ]
        called = self._sheet_sku(spec)
        listed: list[Any] = [
            {"sku": called(entry, spec), "quantity": entry["quantity"]}
            if "quantity" in entry
            else called(entry, spec)
            for entry in shown
        ]
        if not listed:
            return None
        return listed if self.param(spec, "multiple") else listed[0]

    def sheet_text(self, stored: Any, spec: Any, locale: str | None = None) -> str:
        return self._in_words(stored, spec, self._sheet_sku(spec))

    def _sheet_sku(self, spec: Any) -> Callable[[Mapping[str, Any], Any], str]:
        """A channel gets every SKU, whoever pressed the button; who looks at a sheet those that they may know."""
        for_reader = spec.products is not None and spec.products.in_sheets
        return self.shown_sku if for_reader else self.sku_of

    def sample(self, spec: Any) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = [{"product": 7}, {"product": 8}][: self.most(spec) or 2]
        return [{**entry, "quantity": 2} for entry in listed] if self.with_quantity(spec) else listed
