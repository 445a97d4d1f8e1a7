"""What a Shopify shop takes of a product. Limits: Admin GraphQL API 2026-10, productSet and its input types."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from channels.mapping import meanings
from channels.mapping.template import TemplateField, country

_TOLD = "Shopify Admin API 2026-10, productSet"
_TEXTS, _SOLD, _FOUND, _PICTURES = _("Texts"), _("Prices, stock, customs"), _("Search engines"), _("Pictures")
_SORTED = _("Sorting")

TEMPLATE = (
    TemplateField(
        "title", _("Title"), _TEXTS, _("The product's name in the shop."), meanings.NAME, "required", True, {"max_length": 255}, told=_TOLD
    ),
    TemplateField("description", _("Description"), _TEXTS, _("With its formatting; scripts and styles are taken out by Shopify."), meanings.DESCRIPTION, "warning", True),
    TemplateField("vendor", _("Vendor"), _TEXTS, _("The brand, as customers see it."), meanings.BRAND),
    TemplateField("image", _("Picture"), _PICTURES, _("The first picture. At most 20 MB and 20 megapixels: PNG, JPEG, GIF, WEBP, HEIC."), meanings.PICTURE, "warning"),
    TemplateField("more_images", _("More pictures"), _PICTURES, _("They follow the first one, 250 in all."), meanings.PICTURES),
    TemplateField("barcode", _("Barcode"), _SOLD, _("GTIN, EAN or UPC of each variant."), meanings.GTIN),
    TemplateField("price", _("Price"), _SOLD, _("In the shop's currency. Sent only where prices belong to the PIM."), meanings.PRICE),
    TemplateField("compare_at_price", _("Price before"), _SOLD, _("Struck through beside the price. Sent only where prices belong to the PIM."), meanings.PRICE_BEFORE),
    TemplateField("cost", _("Cost per item"), _SOLD, _("Seen by staff only. Sent only where prices belong to the PIM."), meanings.COST),
    TemplateField("weight", _("Weight"), _SOLD, _("In grams, kilograms, ounces or pounds; other units: add the transform that converts."), meanings.WEIGHT),
    TemplateField("stock", _("Stock"), _SOLD, _("A whole number. Sent only where stock belongs to the PIM."), meanings.STOCK),
    TemplateField("harmonized_code", _("HS code"), _SOLD, _("For customs, of each variant."), meanings.TARIFF_CODE),
    TemplateField(
        "country_of_origin", _("Country of origin"), _SOLD, _("Two letters, as DE."), meanings.ORIGIN, limits={"pattern": "[A-Z]{2}"}, word=country, told=_TOLD
    ),
    TemplateField("product_type", _("Product type"), _SORTED, _("The shop's own sorting, a free text."), meanings.PRODUCT_TYPE, localized=True),
    TemplateField(
        "category", _("Category"), _SORTED, _("Of Shopify's taxonomy, as gid://shopify/TaxonomyCategory/aa-1."),
        limits={"pattern": "gid://shopify/TaxonomyCategory/.+"}, told=_TOLD,
    ),
    TemplateField("tags", _("Tags"), _SORTED, _("A list. Sent only where tags belong to the PIM."), meanings.TAGS, limits={"max_items": 250}, told=_TOLD),
    TemplateField("collections", _("Collections"), _SORTED, _("Ids of manual ones. Sent only where collections belong to the PIM.")),
    TemplateField(
        "handle", _("Handle"), _FOUND, _("The last part of the page's address, once in the shop: a-z, 0-9 and -. Without one Shopify makes it of the title."),
        meanings.HANDLE, localized=True, limits={"max_length": 255, "pattern": "[a-z0-9-]+"}, told=_TOLD,
    ),
    TemplateField("seo_title", _("Title for search engines"), _FOUND, _("They show about 70 characters. Without one they get the title."), meanings.SEO_TITLE, localized=True),
    TemplateField(
        "seo_description", _("Description for search engines"), _FOUND, _("They show about 160 characters."), meanings.SEO_DESCRIPTION, localized=True,
        limits={"max_length": 320}, transforms=({"name": "strip_html"},), told=_TOLD,
    ),
)  # fmt: skip
