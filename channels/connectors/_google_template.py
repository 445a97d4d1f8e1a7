"""What Google takes of a product, in the Merchant API and in feed files. Limits: Google's product data specification
(support.google.com/merchants/answer/7052112), 2026-11, as _google_product checks them before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.assets.quality import PictureNeeds
from channels.connectors import _google_product as google
from channels.mapping import meanings
from channels.mapping.template import Meaning, TemplateField

# Google's product data specification as changed on 2026-04-14: 500 × 500 from 2027-01-31, warned about until then
# (channel_constraints.json, imageLink). It asks for no white ground.
PICTURES = PictureNeeds(shortest=500)
_TOLD = "Google, product data specification, 2026-11"
_TEXTS, _KNOWN, _SOLD, _LOOKS, _SORTED = _("Texts"), _("Identification"), _("Price and availability"), _("Looks"), _("Sorting")  # fmt: skip
_LABELS = (_("Own label 0"), _("Own label 1"), _("Own label 2"), _("Own label 3"), _("Own label 4"))
_PLAIN = ({"name": "strip_html"},)
_JOINED = ({"name": "join", "separator": "/"},)


def template(settings: Mapping[str, Any]) -> tuple[TemplateField, ...]:
    """`settings` as the connector of the Merchant API has them: what is the PIM's to send is what Google asks of it."""
    asks = not settings.get("supplemental")
    priced, stocked = asks and bool(settings.get("prices")), asks and bool(settings.get("stock"))
    return (
        _field("title", _("Title"), _TEXTS, _("As on the product's page, without advertising."), meanings.NAME, asks, localized=True, transforms=_PLAIN),
        _field("description", _("Description"), _TEXTS, _("Plain text."), meanings.DESCRIPTION, asks, localized=True, transforms=_PLAIN),
        _field("shortTitle", _("Short title"), _TEXTS, _("Shown where there is little room: about 65 characters."), meanings.SHORT_NAME, localized=True),
        _field("productHighlights", _("Highlights"), _TEXTS, _("2 to 100 short sentences."), meanings.HIGHLIGHTS, localized=True),
        _field("link", _("Product page"), _TEXTS, _("Its address in your shop, as https://shop.example/p/{sku}."), meanings.PAGE, asks),
        _field("imageLink", _("Picture"), _LOOKS, _("At least 500 × 500 pixels from 2027-01-31 (before: 100 × 100, clothes 250 × 250); no text, frame or watermark."), meanings.PICTURE, asks),
        _field("additionalImageLinks", _("More pictures"), _LOOKS, _("Up to ten."), meanings.PICTURES),
        _field("color", _("Colour"), _LOOKS, _("Up to three, with / between. Asked of clothes."), meanings.COLOR, localized=True, transforms=_JOINED),
        _field("size", _("Size"), _LOOKS, _("Asked of clothes."), meanings.SIZE, localized=True),
        _field("material", _("Material"), _LOOKS, _("With / between."), meanings.MATERIAL, localized=True, transforms=_JOINED),
        _field("pattern", _("Pattern"), _LOOKS, "", meanings.PATTERN, localized=True),
        _field("gender", _("Gender"), _LOOKS, _("Asked of clothes."), meanings.GENDER),
        _field("ageGroup", _("Age group"), _LOOKS, _("Asked of clothes."), meanings.AGE_GROUP),
        _field("gtins", _("GTIN"), _KNOWN, _("With a valid check digit. Where the maker gave none, leave it empty and send brand and part number."), meanings.GTIN, level="warning"),
        _field("brand", _("Brand"), _KNOWN, _("Asked of new products."), meanings.BRAND, level="warning"),
        _field("mpn", _("Part number of the maker"), _KNOWN, _("Where there is no GTIN."), meanings.MPN),
        _field("certifications", _("Energy label (EPREL)"), _KNOWN, _("The number in the EU's register. Asked of goods with an energy label."), meanings.EPREL),
        _field("price", _("Price"), _SOLD, _("Sent only where prices are the PIM's."), meanings.PRICE, priced),
        _field("salePrice", _("Sale price"), _SOLD, _("Sent only where prices are the PIM's."), meanings.SALE_PRICE),
        _field("availability", _("Availability"), _SOLD, _("Sent only where it is the PIM's."), meanings.AVAILABILITY, stocked),
        _field("availabilityDate", _("Available from"), _SOLD, _("Of what can be ordered ahead."), meanings.AVAILABLE_FROM),
        _field("condition", _("Condition"), _SOLD, _("Asked of used and refurbished products."), meanings.CONDITION),
        _field("shippingWeight", _("Shipping weight"), _SOLD, _("In g, kg, oz or lb."), meanings.SHIPPING_WEIGHT),
        _field("productWeight", _("Product weight"), _SOLD, _("In g, kg, oz or lb."), meanings.WEIGHT),
        _field("googleProductCategory", _("Google's category"), _SORTED, _("Number or whole path of Google's taxonomy.")),
        _field("productTypes", _("Product types"), _SORTED, _("Your own sorting. Without a source the channel's category tree is sent.")),
        *(_field(f"customLabel{number}", label, _SORTED, _("To group campaigns by.")) for number, label in enumerate(_LABELS)),
    )  # fmt: skip


def _field(
    target: str,
    label: Any,
    group: Any,
    help: Any,
    meaning: Meaning | None = None,
    required: bool = False,
    *,
    level: Any = "",
    localized: bool = False,
    transforms: Any = (),
) -> TemplateField:
    limits: dict[str, Any] = {}
    if target in google.LONGEST and target not in google.MOST:
        limits["max_length"] = google.LONGEST[target]
    if target in google.MOST:
        limits["max_items"] = google.MOST[target]
    if target in google.WORDS:
        limits["allowed"] = google.WORDS[target].split()
    if google.kind_of(target) in ("texts", "words") or target == "imageLink":
        limits.pop("max_length", None)  # of each entry: the connector holds those to it
    return TemplateField(
        target, label, group, help, meaning, "required" if required else level, localized, limits, transforms, told=_TOLD if limits else ""
    )  # fmt: skip
