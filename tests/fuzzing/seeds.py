"""What the mutations begin with: for each target the files and cells that reach far into its code."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.catalog.importing.workbooks import old_workbook, open_document, workbook

BETWEEN = b"\n--part--\n"
ROWS: list[list] = [
    ["Price list", "", ""],
    ["sku", "name", "price"],
    ["A-1", "Mug, blue", 1234.5],
    ["A-2", 'Cup "XL"\nred', (0.25, "0%")],
    ["", "", ""],
    ["007", "Jar", (7, "0000")],
    ["A-4", "4.00638E+12", True],
]


def seeds() -> dict[str, list[bytes]]:
    """{target: inputs}."""
    return {
        "csv": [
            b"sku;name;price\nA-1;Mug;1.234,50\nA-2;\"Cup \"\"XL\"\"\";7\n",
            "\ufeffsku,name\r\nA-1,\"two\r\nlines\"\r\nA-2,\r\n".encode(),
            "sku\tname\nA\tWeiß\n".encode("utf-16"),
            "sku|name\nA|Größe\n".encode("cp1252"),
            b"Export of today\n\n,,Sizes,\nsku,name,S,S\nA,x\0,1,2\nTotal,,3,\n",
            b"sku,name\n" + b"A,1\n" * 40,
        ],
        "json": [
            b'[{"sku": "A", "price": 1.50, "tags": ["x", {"y": null}]}, {"sku": "B"}]',
            b'{"meta": {}, "products": [{"sku": "A", "n": 12345678901234567890}]}',
            b'{"sku": "A"}\n{"sku": "B", "name": "\\ud83d\\ude00"}\n',
        ],
        "bmecat": [
            b'<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE BMECAT SYSTEM "x.dtd"><BMECAT version="1.2"><HEADER><CATALOG>'
            b"<LANGUAGE>deu</LANGUAGE><CURRENCY>EUR</CURRENCY></CATALOG></HEADER><T_NEW_CATALOG><CATALOG_STRUCTURE><GROUP_ID>1"
            b"</GROUP_ID><GROUP_NAME>A</GROUP_NAME><PARENT_ID>0</PARENT_ID></CATALOG_STRUCTURE><ARTICLE><SUPPLIER_AID>A"
            b'</SUPPLIER_AID><ARTICLE_FEATURES><FEATURE><FNAME>Size</FNAME><FVALUE>1</FVALUE><FUNIT>MMT</FUNIT></FEATURE>'
            b'</ARTICLE_FEATURES><ARTICLE_PRICE_DETAILS><ARTICLE_PRICE price_type="nrp"><PRICE_AMOUNT>1.5</PRICE_AMOUNT>'
            b"<PRICE_FACTOR>10</PRICE_FACTOR></ARTICLE_PRICE></ARTICLE_PRICE_DETAILS></ARTICLE><ARTICLE_TO_CATALOGGROUP_MAP>"
            b"<ART_ID>A</ART_ID><CATALOG_GROUP_ID>1</CATALOG_GROUP_ID></ARTICLE_TO_CATALOGGROUP_MAP></T_NEW_CATALOG></BMECAT>"
        ],
        "xlsx": [_parts(lambda path: workbook(path, {"S": ROWS, "Hidden": [["x"]]}, merges=["A1:C1"]), XLSX_PARTS)],
        "ods": [
            _parts(
                lambda path: open_document(
                    path,
                    '<table:table table:name="S"><table:table-row table:number-rows-repeated="2"><table:table-cell '
                    'office:value-type="string" table:number-columns-spanned="2"><text:p>sku<text:s text:c="2"/></text:p>'
                    '</table:table-cell><table:covered-table-cell/></table:table-row><table:table-row><table:table-cell '
                    'office:value-type="float" office:value="4.5"><text:p>4,50 €</text:p></table:table-cell>'
                    "</table:table-row></table:table>",
                ),
                ODS_PARTS,
            )
        ],
        "xls": [_file(lambda path: old_workbook(path, {"S": ROWS, "T": [["a", b"\x07"]]}, merges=[(0, 0, 0, 2)]))],
        "packed": [_file(lambda path: workbook(path, {"S": ROWS}))],
        "cells": [
            text.encode()
            for text in (
                "1.234,50 €", "12,5 kg", "2026-02-30", "31/12/26 23:59", "#fa0", "Navy blue, Rot", "4006381333931", "ja", "1E400",
                "<p onclick=x>a<b", "each: 4 kg, case: 12 x", "https://a.test/b", "EUR 4; USD 5", "red: 3", "٣٫٥", "-0", "NaN",
            )
        ],
    }  # fmt: skip


XLSX_PARTS = (
    "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels",
)  # fmt: skip
ODS_PARTS = ("content.xml",)


def packed(data: bytes, names: tuple[str, ...], others: Mapping[str, bytes], path: Path) -> None:
    """The archive whose parts of these names are `data`, split where BETWEEN stands."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in others.items():
            archive.writestr(name, part)
        for name, part in zip(names, data.split(BETWEEN), strict=False):
            archive.writestr(name, part)


def others(kind: str) -> dict[str, bytes]:
    """The parts of an archive that are not mutated."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "f")
        if kind == "xlsx":
            workbook(path, {"S": ROWS, "Hidden": [["x"]]})
        else:
            open_document(path, "")
        with zipfile.ZipFile(path) as archive:
            return {
                name: archive.read(name)
                for name in archive.namelist()
                if name not in (*XLSX_PARTS, *ODS_PARTS)
            }


def _file(make: Callable[[Path], object]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "f")
        make(path)
        return path.read_bytes()


def _parts(make: Callable[[Path], object], names: tuple[str, ...]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "f")
        make(path)
        with zipfile.ZipFile(path) as archive:
            return BETWEEN.join(archive.read(name) for name in names)


def dictionary() -> bytes:
    """Words of the formats, in libFuzzer's form, that mutations put in."""
    words = [
        "<row r=\"", "<c t=\"s\">", "<v>", "<si><t>", "numFmtId=\"", "<mergeCell ref=\"A1:XFD1048576\"/>", "table:number-columns-repeated=\"",
        "table:number-rows-repeated=\"", "office:value=\"", "<!DOCTYPE", "<![CDATA[", "&#x", "\\ud800", "1e999", "null", "[[[[", "{\"",
        "\"\"", ";", "\t", "€", "kg",
    ]  # fmt: skip
    return b"\n".join(
        b'"' + b"".join(b"\\x%02x" % byte for byte in word.encode()) + b'"' for word in words
    ) + b"\n"  # fmt: skip
