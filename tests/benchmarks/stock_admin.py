"""The other contender of the grid: Django's own admin list over the same table, with the same columns and filters, tuned.

Tuned as its documentation advises (no full count, related rows joined or prefetched, wide columns deferred), and beyond:
its filters and its search ask our indexes. It has Django's own templates, not the theme's. Two lists: one with the grid's
columns, one with the spreadsheet's.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.urls import path

from catalog import search
from catalog.models import Family, NumberValue, Option, Product
from catalog.models.tokens import numbered
from channels import lacking
from channels.models import Channel
from pim.urls import urlpatterns as ours

WIDE = ("search", "tokens", "labels")


class _Tokens(admin.SimpleListFilter):
    prefix = ""

    def queryset(self, request: Any, queryset: Any) -> Any:
        value = self.value()
        return search.filter_tokens(queryset, any_of=[[f"{self.prefix}{value}"]]) if value else queryset


class FamilyFilter(admin.SimpleListFilter):
    title = parameter_name = "family"

    def lookups(self, request: Any, model_admin: Any) -> Any:
        return [(str(row.pk), row.label()) for row in Family.objects.filter(code__startswith="family_")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset.filter(family_id=self.value()) if self.value() else queryset


class ColorFilter(_Tokens):
    title = parameter_name = "color"
    prefix = "color="

    def lookups(self, request: Any, model_admin: Any) -> Any:
        return [(row.code, row.label()) for row in Option.objects.filter(attribute__code="color")]


class IncompleteFilter(_Tokens):
    title = parameter_name = "incomplete"
    prefix = "inc:"

    def lookups(self, request: Any, model_admin: Any) -> Any:
        return [(f"{c}|{loc}", f"{c} {loc}") for c in ("market", "shop") for loc in ("en_US", "de_DE")]


class MissingFilter(admin.SimpleListFilter):
    """ "channel|locale|attribute", found in the same index as ours."""

    title = parameter_name = "missing"

    def lookups(self, request: Any, model_admin: Any) -> Any:
        return [("market|en_US|description", "market en_US description")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        if not self.value():
            return queryset
        channel, locale, code = self.value().split("|")
        return queryset.filter(pk__in=lacking.products(Channel.objects.get(code=channel).pk, locale, code))


class PriceFilter(admin.SimpleListFilter):
    title = parameter_name = "price"

    def lookups(self, request: Any, model_admin: Any) -> Any:
        return [(f"{low}-{low + 1}", f"{low} to {low + 1}") for low in (20, 50, 100)]

    def queryset(self, request: Any, queryset: Any) -> Any:
        if not self.value():
            return queryset
        low, high = map(float, self.value().split("-"))
        numbers = NumberValue.objects.filter(key=numbered("price:EUR"), number__gte=low, number__lte=high)
        return queryset.filter(pk__in=numbers.values("product_id"))


class StockProducts(admin.ModelAdmin):
    list_display = (
        "label",
        "sku",
        "family",
        "status",
        "market",
        "market_state",
        "shop",
        "shop_state",
        "updated_at",
    )
    list_filter = ("status", "kind", FamilyFilter, ColorFilter, IncompleteFilter, MissingFilter, PriceFilter)
    list_per_page = 50
    list_select_related = ("family",)
    show_full_result_count = False
    ordering = ("-updated_at", "-id")
    search_fields = ("search",)

    def get_queryset(self, request: Any) -> Any:
        rows = super().get_queryset(request).defer(*WIDE)
        return rows.prefetch_related("completeness__channel", "listings__channel")

    def get_search_results(self, request: Any, queryset: Any, search_term: str) -> Any:
        return search.search_text(queryset, search_term), False

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        return True

    def _ratio(self, product: Product, channel: str) -> str:
        rows = [row for row in product.completeness.all() if row.channel.code == channel]
        required = sum(row.required for row in rows)
        return f"{100 - 100 * sum(row.missing for row in rows) // required} %" if required else "—"

    def _state(self, product: Product, channel: str) -> str:
        return next(
            (row.get_state_display() for row in product.listings.all() if row.channel.code == channel), "—"
        )

    def market(self, product: Product) -> str:
        return self._ratio(product, "market")

    def shop(self, product: Product) -> str:
        return self._ratio(product, "shop")

    def market_state(self, product: Product) -> str:
        return self._state(product, "market")

    def shop_state(self, product: Product) -> str:
        return self._state(product, "shop")

    def changelist_view(self, request: Any, extra_context: Any = None) -> Any:
        response = super().changelist_view(request, extra_context)
        response.using = "stock"
        return response


def _of_document(key: str, part: str = "") -> Any:
    """A column with what a product says itself; what it inherits, and the labels of options, are left out."""

    def shown(_list: Any, product: Product) -> Any:
        value = product.own.values.get(key, "—")
        return value.get(part, "—") if part and isinstance(value, dict) else value

    shown.__name__ = key.partition("|")[0] + part
    return shown


class StockValues(StockProducts):
    list_display = ("label", "sku", "name", "short", "brand", "color", "size", "eur", "usd", "weight", "ean")
    list_per_page = 60
    list_select_related = ("own",)
    ordering = ("sku",)

    name, short = _of_document("name|en_US"), _of_document("short_description|en_US")
    brand, color, size, ean = map(_of_document, ("brand", "color", "size", "ean"))
    eur, usd, weight = (
        _of_document("price", "EUR"),
        _of_document("price", "USD"),
        _of_document("weight", "amount"),
    )

    def get_queryset(self, request: Any) -> Any:
        return super(StockProducts, self).get_queryset(request).defer(*WIDE, "own__sources")


site = admin.AdminSite(name="stock")
site.register(Product, StockProducts)
values_site = admin.AdminSite(name="stock_values")
values_site.register(Product, StockValues)
urlpatterns = [path("stock/", site.urls), path("stock-values/", values_site.urls), *ours]
