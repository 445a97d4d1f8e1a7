"""A small catalogue of garden tools as Akeneo would export it, with what goes wrong in large ones."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from tests.catalog.decoding.harmless import picture

Files = Mapping[str, "str | bytes"]


def table(*rows: str) -> str:
    return "\n".join(rows) + "\n"


def attributes() -> str:
    names = ["code", "type", "group", "localizable", "scopable", "unique", "useable_as_grid_filter", "sort_order", "label-en_US",
             "label-de_DE", "metric_family", "default_metric_unit", "allowed_extensions", "max_characters", "validation_rule",
             "validation_regexp", "wysiwyg_enabled", "decimals_allowed", "negative_allowed"]  # fmt: skip
    common = {"group": "texts", "localizable": "0", "scopable": "0", "unique": "0", "useable_as_grid_filter": "1", "sort_order": "1"}  # fmt: skip
    listed: list[dict[str, str]] = [
        {"code": "article", "type": "pim_catalog_identifier", "unique": "1"},
        {"code": "name", "type": "pim_catalog_text", "localizable": "1", "max_characters": "60", "label-en_US": "Name", "label-de_DE": "Bezeichnung"},
        {"code": "story", "type": "pim_catalog_textarea", "localizable": "1", "scopable": "1", "wysiwyg_enabled": "1"},
        {"code": "status", "type": "pim_catalog_simpleselect"},
        {"code": "uses", "type": "pim_catalog_multiselect"},
        {"code": "size", "type": "pim_catalog_simpleselect"},
        {"code": "price", "type": "pim_catalog_price_collection", "group": "", "decimals_allowed": "1"},
        {"code": "weight", "type": "pim_catalog_metric", "metric_family": "Weight", "default_metric_unit": "POUND", "decimals_allowed": "1", "negative_allowed": "0"},
        {"code": "torque", "type": "pim_catalog_metric", "metric_family": "Torque", "default_metric_unit": "NEWTON_METER", "decimals_allowed": "1"},
        {"code": "ean", "type": "pim_catalog_text", "unique": "1"},
        {"code": "upc", "type": "pim_catalog_text"},
        {"code": "photo", "type": "pim_catalog_image", "allowed_extensions": "png,psd"},
        {"code": "serial", "type": "pim_catalog_text", "validation_rule": "regexp", "validation_regexp": "/^[A-Z]{2}[0-9]+$/"},
        {"code": "odd", "type": "pim_catalog_text", "validation_rule": "regexp", "validation_regexp": "/(a+)+$/"},
        {"code": "brand", "type": "akeneo_reference_entity"},
        {"code": "cells", "type": "pim_catalog_table"},
    ]  # fmt: skip
    out = io.StringIO()
    written = csv.DictWriter(out, names, delimiter=";", restval="", lineterminator="\n")
    written.writeheader()
    written.writerows({**common, **row} for row in listed)
    return out.getvalue()


TORQUE = [{
    "code": "Torque", "labels": {"en_US": "Torque"}, "standard_unit_code": "NEWTON_METER", "units": {
        "NEWTON_METER": {"code": "NEWTON_METER", "labels": [], "symbol": "Nm", "convert_from_standard": [{"operator": "mul", "value": "1"}]},
        "KILO_NEWTON_METER": {"code": "KILO_NEWTON_METER", "labels": [], "symbol": "kNm", "convert_from_standard": [{"operator": "mul", "value": "1000"}]},
    },
}]  # fmt: skip


def files(**instead: str | bytes | None) -> dict[str, str | bytes]:
    """By names that say nothing. `instead`: another content, or None for a file that is missing."""
    made: dict[str, Any] = {
        "a.csv": attributes(),
        "b.csv": table("code;sort_order;label-en_US", "texts;1;Texts"),
        "c.csv": table(
            "code;attribute;sort_order;label-en_US", "New;status;1;New", "old;status;2;Old", "dig;uses;1;Digging", "rake;uses;2;Raking",
            "_s;size;1;Small", "l;size;2;Large", "x;nowhere;1;Nowhere",
        ),
        "d.csv": table(
            "code;label-en_US;attributes;attribute_as_label;attribute_as_image;requirements-Shop",
            "tools;Tools;article,name,story,status,uses,size,price,weight,torque,ean,upc,photo,serial,odd,brand,cells;name;photo;article,name,story,price,weight",
        ),
        "e.csv": table(
            "code;family;label-en_US;variant-axes_1;variant-axes_2;variant-attributes_1;variant-attributes_2",
            "by_size;tools;By size;size;;article,weight,ean,status,uses,brand;",
        ),
        "f.csv": table("code;parent;label-en_US", "spades;garden;Spades", "garden;;Garden", "lost;gone;Lost"),
        "g.csv": table("code;label-en_US;locales;currencies;tree", "Shop;Shop;en_US,de_DE;EUR,USD;garden"),
        "h.csv": table("code", "en_US", "de_DE", "fr_FR"),
        "i.csv": table("code;activated", "EUR;1", "USD;1", "AED;0"),
        "j.csv": table("code;label-en_US", "PACK;Pack", "spare;Spare part"),
        "k.csv": table("code;label-en_US", "RELATED;Related"),
        "l.csv": table("code;type;label-en_US", "spring;RELATED;Spring"),
        "m.json": json.dumps(TORQUE),
        "n.csv": table(
            "code;family_variant;parent;categories;name-en_US;story-en_US-Shop;photo;PACK-products;PACK-product_models",
            "Spade;by_size;;spades;Spade;<p>Digs <b>well</b></p>;files/Spade/photo/spade.png;RAKE;",
        ),
        "o.csv": table(
            "uuid;article;categories;enabled;family;parent;groups;name-en_US;name-de_DE;status;uses;size;price-EUR;price-USD;weight;weight-unit;torque;ean;upc;photo;brand;cells;spare-products",
            "u1;SPADE-S;spades;1;tools;SPADE;;;;new;dig;_s;;;2;POUND;;1234567890183;;;acme;[];",
            "u2;SPADE-L;;1;tools;spade;;;;NEW;dig,rake;l;;;3.5;POUND;;4006381333931;;;;;",
            "u3;RAKE;garden;0;tools;;spring;Rake;Rechen;old;rake;;9.90;12;1;KILOGRAM;2 KILO_NEWTON_METER;;none;files/RAKE/photo/gone.png;;;SPADE-S",
        ),
        "files/Spade/photo/spade.png": picture("PNG"),
        "readme.md": "Exported on a Monday.",
    }  # fmt: skip
    for letter, content in instead.items():
        name = next(name for name in made if name.startswith(f"{letter}."))
        made[name] = content
    return {name: content for name, content in made.items() if content is not None}


def packed(content: Files) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return named(out.getvalue(), "garden.zip")


def named(content: bytes, name: str) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file
