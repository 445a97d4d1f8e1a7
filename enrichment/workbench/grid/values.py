"""The values that a page of the grid shows in the columns somebody chose: as they hold for that language and context now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from catalog.access import Rights
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models import Product, ProductCategory
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values.bundle import Bundle
from catalog.values.resolve import resolve
from enrichment.workbench.grid.columns import Column

NOTHING = mark_safe("")
PICTURES = 3  # of one cell


def load(
    products: Sequence[Product], columns: Sequence[Column], *, structure: Structure, rights: Rights
) -> Mapping[int, Mapping[str, SafeString]]:
    """Product → column's name → HTML, in a constant number of queries, none where no column shows a value.

    A role may reach further in one category than in another: each product is asked with the rights one has there.
    """
    shown = [column for column in columns if column.spec is not None]
    if not shown or not products:
        return {}
    found = bundles.load([product.pk for product in products], structure=structure)
    at, picture = timezone.now(), _pictures()
    cells: dict[int, dict[str, SafeString]] = {}
    for pk, bundle in found.items():
        here = rights.at(
            [structure.categories[c].path for c in bundle.categories if c in structure.categories]
        )
        cells[pk] = {
            column.name: _cell(bundle, column, structure, at, picture)
            for column in shown
            if here.may_view_key(column.spec, column.locale, column.context)
        }
    return cells


def _cell(
    bundle: Bundle, column: Column, structure: Structure, at: object, picture: Callable[[str], SafeString]
) -> SafeString:
    spec = column.spec
    value = resolve(bundle, spec, structure, locale=column.locale, context=column.context, at=at)
    kind = ATTRIBUTE_TYPES[spec.type]
    if not value.found or kind.is_empty(value.value):
        return NOTHING
    if kind.code in ("image", "images"):
        listed = value.value if isinstance(value.value, list) else [value.value]
        return mark_safe("".join(picture(digest) for digest in listed[:PICTURES]))  # noqa: S308 - made by format_html
    text = kind.summary(value.value, spec, value.locale or column.locale or None)
    if value.locale and value.locale != column.locale:
        title = _("From %(locale)s: there is no text in this language.") % {"locale": value.locale}
        return format_html('<span class="value-fallback" title="{}">{}<span class="sr-only"> ({})</span></span>', title, text, value.locale)  # fmt: skip
    return format_html("{}", text)


def _pictures() -> Callable[[str], SafeString]:
    mark = "0" * 64
    address = reverse("admin:catalog_asset_thumbnail", args=[mark, 96])

    def picture(digest: str) -> SafeString:
        html = '<img class="thumb" src="{}" alt="" width="44" height="44" loading="lazy" decoding="async">'
        return format_html(html, address.replace(mark, digest))

    return picture


def categories(products: Sequence[Product], structure: Structure) -> Mapping[int, str]:
    """The labels of each product's own categories. One query."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = ProductCategory.objects.filter(product_id__in=[product.pk for product in products])
    for product, category in rows.order_by("position", "pk").values_list("product_id", "category_id"):
        if category in structure.categories:
            found[product].append(structure.categories[category].label())
    return {product: ", ".join(labels) for product, labels in found.items()}
