"""Google's feed formats: what a reader of RSS with g: elements, or of text with tabs, finds in the files."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from channels.connectors.feed import Feed
from tests.channels.connectors.test_feed import feed, items, names, root  # noqa: F401

G = "{http://base.google.com/ns/1.0}"


def sheet(sku: str = "MUG-1", **fields: Any) -> dict[str, Any]:
    given = {
        "link": f"https://shop.example/{sku}", "price": {"EUR": "9.90"}, "availability": "in stock", "gtin": "4006381333931",
        "custom_label_0": "A, B", "adult": False, "shipping_weight": {"amount": "350", "unit": "GRAM"}, "care": "by hand",
    }  # fmt: skip
    return {
        "sku": sku, "model": "MUG", "family": {"code": "mugs", "label": "Mugs"},
        "categories": [{"path": [{"en_US": "Kitchen, home", "de_DE": "Küche"}, {"en_US": "Cups", "de_DE": "Tassen"}]}],
        "locales": {
            "en_US": {"title": "Blue <b>\x0bmug", "description": "Line\n\tLine"},
            "de_DE": {"title": "Blaue Tasse", "description": "Zeile", "structured_title": "Von der Maschine"},
        },
        "fields": given | fields,
        "images": [{"url": f"https://pim.example/{number}"} for number in (1, 2, 3)],
    }  # fmt: skip


def test_rss_has_an_item_for_each_product_with_googles_names_and_spellings(root: Path) -> None:  # noqa: F811
    one = feed(format="google_rss", layout="together")
    one.publish(items(sheet("MUG-2"), sheet()))
    assert [name for name in names(root / "acme") if name.endswith("xml")] == [
        "products-de_DE.xml",
        "products-en_US.xml",
    ]
    document = ElementTree.parse(root / "acme/products-en_US.xml").getroot()
    assert (document.tag, document.get("version")) == ("rss", "2.0")
    channel = document.find("channel")
    assert channel is not None
    assert [channel.findtext(name) for name in ("title", "link", "description")] == [
        "acme",
        "https://shop.example/",
        "acme",
    ]
    first, second = channel.findall("item")
    assert [(part.tag.removeprefix(G), part.text) for part in first] == [
        ("id", "MUG-1"), ("link", "https://shop.example/MUG-1"), ("price", "9.90 EUR"), ("availability", "in_stock"),
        ("gtin", "4006381333931"), ("custom_label_0", "A, B"), ("adult", "no"), ("shipping_weight", "350 g"),
        ("title", "Blue <b>mug"), ("description", "Line\n\tLine"), ("image_link", "https://pim.example/1"),
        ("additional_image_link", "https://pim.example/2"), ("additional_image_link", "https://pim.example/3"),
        ("product_type", "Kitchen, home > Cups"), ("item_group_id", "MUG"), ("care", "by hand"),
    ]  # fmt: skip
    assert second.findtext(f"{G}id") == "MUG-2"
    assert one.told["warning"].startswith("2 ")
    german = ElementTree.parse(root / "acme/products-de_DE.xml").getroot().find("channel/item")
    assert german is not None
    assert german.findtext(f"{G}structured_title/{G}digital_source_type") == "trained_algorithmic_media"


def test_text_with_tabs_has_a_line_for_each_product_and_a_column_for_whatever_any_fills(root: Path) -> None:  # noqa: F811
    feed(format="google_tsv").publish(items(sheet("MUG-2", certification="EC:EPREL:12", energy_efficiency_class="A++"), sheet()))  # fmt: skip
    header, first, second = (
        line.split("\t") for line in (root / "acme/products-en_US.tsv").read_text().splitlines()
    )
    assert header[0] == "id"
    assert header[1:] == sorted(header[1:])
    one, two = dict(zip(header, first, strict=True)), dict(zip(header, second, strict=True))
    assert (one["id"], one["certification"], two["certification"]) == ("MUG-1", "", "EC:EPREL:12")
    assert (two["energy_efficiency_class"], one["description"]) == ("A++", "Line Line")
    assert one["additional_image_link"] == "https://pim.example/2,https://pim.example/3"
    assert one["product_type"] == '"Kitchen, home > Cups"'


def test_a_product_without_a_page_is_held_back_in_googles_formats_and_not_in_others() -> None:
    given = sheet()
    del given["fields"]["link"]
    assert [error.field for error in Feed.refusals(given, {"format": "google_rss"})] == ["link"]
    assert Feed.refusals(given, {"format": "csv"}) == ()
    assert Feed.refusals(sheet(), {"format": "google_tsv"}) == []
    assert [error.field for error in Feed.refusals(sheet(gtin="123"), {"format": "google_tsv"})] == ["gtin"]
