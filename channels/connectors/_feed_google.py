"""Feed files as Google Merchant Center reads them, and Meta, Bing, Pinterest and price portals after it: RSS 2.0 with g:
elements, and text with tabs. One language a file.

A product is made as for the Merchant API (_google_product), so that mapping, rules and refusals are the same, and then
spelled as in files: image_link, "9.90 EUR", in_stock.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from channels.connectors import _google_product as google_product
from channels.connectors._feed_formats import _NOT_UNICODE, _NOT_XML, Sheet, _close, xml_name
from channels.connectors.base import ItemError

NAMESPACE = "http://base.google.com/ns/1.0"
FORMATS = {"google_rss": "xml", "google_tsv": "tsv"}
# Where a file's name is not the API's in other letters.
_NAMES = {
    "gtins": "gtin", "productTypes": "product_type", "productHighlights": "product_highlight", "promotionIds": "promotion_id",
    "additionalImageLinks": "additional_image_link", "lifestyleImageLinks": "lifestyle_image_link", "sizeTypes": "size_type",
    "documentLinks": "document_link", "videoLinks": "video_link", "certifications": "certification",
    "shoppingAdsExcludedCountries": "shopping_ads_excluded_country", "includedDestinations": "included_destination",
    "excludedDestinations": "excluded_destination", "displayAdsSimilarIds": "display_ads_similar_id",
}  # fmt: skip


def settings_for(sheet: Sheet, locale: str) -> dict[str, Any]:
    """As a connection of the Merchant API would have them: what is mapped is ours to send."""
    mapped = {google_product.api_name(target) for target in sheet.get("fields") or {}}
    return {"locale": locale, "prices": "price" in mapped, "stock": "availability" in mapped}


def refusals(sheet: Sheet) -> list[ItemError]:
    """Each once, though it may hold for every language."""
    found = [
        error
        for locale in sheet.get("locales") or {"": {}}
        for error in google_product.build(sheet, settings_for(sheet, locale)).errors
    ]
    return list(dict.fromkeys(found))


def entries(sheet: Sheet, locale: str) -> Iterator[tuple[str, Any]]:
    """(name, text, texts, or parts by name) in the file's spelling."""
    made = google_product.build(sheet, settings_for(sheet, locale)).input
    yield "id", made["offerId"]
    for name, value in made["productAttributes"].items():
        yield _NAMES.get(name) or _spelled(name), _written(name, value)
    for custom in made.get("customAttributes", ()):
        yield xml_name(custom["name"].replace(" ", "_")), custom["value"]


def columns(sheets: Iterable[Sheet], locale: str) -> list[str]:
    """Every name that any product fills, the id first, the others by name."""
    found = {name for sheet in sheets for name, _value in entries(sheet, locale)}
    return ["id", *sorted(found - {"id"})]


class GoogleRssFeed:
    """<rss><channel>…<item><g:id>MUG-1</g:id>…; a list repeats its element."""

    def __init__(self, path: Path, locale: str, *, title: str) -> None:
        self.removed = 0
        self._locale, self._title, self._begun, self._dropped = locale, title, False, False
        self._file = path.open("w", encoding="utf-8", newline="")
        self._out = XMLGenerator(self._file, encoding="utf-8", short_empty_elements=True)

    def write(self, sheet: Sheet) -> None:
        self._dropped = False
        given = list(entries(sheet, self._locale))
        self._begin(str(dict(given).get("link", "")))
        self._out.characters("\n")
        self._out.startElement("item", AttributesImpl({}))
        for name, value in given:
            for one in value if isinstance(value, list) else [value]:
                self._element(f"g:{name}", one)
        self._out.endElement("item")
        self.removed += self._dropped

    def close(self) -> None:
        self._begin("")
        self._out.characters("\n")
        self._out.endElement("channel")
        self._out.endElement("rss")
        self._out.endDocument()
        _close(self._file)

    def _begin(self, link: str) -> None:
        """RSS asks for a title, a description and the address of a site: that of the first product."""
        if self._begun:
            return
        self._begun = True
        site = urlsplit(link)
        self._out.startDocument()
        self._out.startElement("rss", AttributesImpl({"version": "2.0", "xmlns:g": NAMESPACE}))
        self._out.startElement("channel", AttributesImpl({}))
        self._element("title", self._title)
        self._element("link", f"{site.scheme}://{site.netloc}/" if site.netloc else "")
        self._element("description", self._title)

    def _element(self, tag: str, value: Any) -> None:
        self._out.startElement(tag, AttributesImpl({}))
        if isinstance(value, Mapping):
            for part, inner in value.items():
                self._element(f"g:{part}", inner)
        else:
            kept = _NOT_XML.sub("", value)
            self._dropped = self._dropped or kept != value
            self._out.characters(kept.replace("\r\n", "\n"))
        self._out.endElement(tag)


class GoogleTsvFeed:
    """A line a product; several values with commas between, parts with colons. Tabs and line breaks become blanks."""

    def __init__(self, path: Path, locale: str, *, columns: Sequence[str]) -> None:
        self.removed = 0
        self._locale, self._columns = locale, columns
        self._file = path.open("w", encoding="utf-8", newline="")
        self._file.write("\t".join(columns) + "\n")

    def write(self, sheet: Sheet) -> None:
        cells = {name: _cell(value) for name, value in entries(sheet, self._locale)}
        row = [cells.get(name, "") for name in self._columns]
        cleaned = [_NOT_UNICODE.sub("", cell) for cell in row]
        self.removed += cleaned != row
        self._file.write("\t".join(cleaned) + "\n")

    def close(self) -> None:
        _close(self._file)


def _spelled(name: str) -> str:
    """ "customLabel0" → "custom_label_0"."""
    return re.sub(r"([A-Z]|[0-9]+\Z)", r"_\1", name).lower()


def _written(name: str, value: Any) -> Any:
    kind = google_product.kind_of(name)
    if name.lower().endswith("energyefficiencyclass"):
        return value.replace("P", "+")
    if kind in ("word", "words"):
        words = [word.lower() for word in (value if isinstance(value, list) else [value])]
        return words if isinstance(value, list) else words[0]
    if kind == "yes":
        return "yes" if value else "no"
    if kind == "money":
        amount = Decimal(value["amountMicros"]) / 1_000_000
        return f"{amount if amount != round(amount, 2) else f'{amount:.2f}'} {value['currencyCode']}"
    if kind == "written":
        return {"digital_source_type": value["digitalSourceType"].lower(), "content": value["content"]}
    if kind == "eprel":
        return [{_spelled(part): text for part, text in one.items()} for one in value]
    if isinstance(value, Mapping):  # a measure
        return f"{value['value']}".removesuffix(".0") + f" {value['unit']}"
    return value


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(_quoted(_cell(one), ",") for one in value)
    if isinstance(value, Mapping):
        return ":".join(_quoted(_cell(part), ":") for part in value.values())
    return " ".join(value.split())


def _quoted(text: str, mark: str) -> str:
    """In quotes where it holds what stands between values."""
    return '"' + text.replace('"', '""') + '"' if mark in text or '"' in text else text
