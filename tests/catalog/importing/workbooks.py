"""Workbooks for tests: by xlsxwriter where Excel's own output is meant, by hand where a hostile or an old one is."""

import struct
import zipfile
from collections.abc import Iterable
from pathlib import Path

import xlsxwriter

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEADER = b'<row><c t="inlineStr"><is><t>sku</t></is></c><c t="inlineStr"><is><t>name</t></is></c></row>'


def workbook(
    path: Path, sheets: dict[str, list[list]], *, hidden: Iterable[str] = (), merges: Iterable[str] = ()
) -> Path:
    """Cells as xlsxwriter takes them; a tuple (value, number format) for a formatted cell. `merges` ("A1:B2") are of the
    first sheet and keep the text of their first cell."""
    book = xlsxwriter.Workbook(path, {"strings_to_numbers": False, "strings_to_formulas": False})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        if name in hidden:
            sheet.hide()
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, tuple):
                    sheet.write(row, column, cell[0], book.add_format({"num_format": cell[1]}))
                else:
                    sheet.write(row, column, cell)
    first, rows = book.worksheets()[0], next(iter(sheets.values()))
    for merge in merges:
        top, left = xlsxwriter.utility.xl_cell_to_rowcol(merge.split(":")[0])
        first.merge_range(merge, rows[top][left])
    book.close()
    return path


def old_workbook(
    path: Path,
    sheets: dict[str, list[list]],
    *,
    hidden: Iterable[str] = (),
    merges: Iterable[tuple] = (),
    protected: bool = False,
) -> Path:
    """XLS as one stream of BIFF8 records (MS-XLS 2.4). Cells: text, a number, a bool, (number, number format), or
    b"\\x07" and its like for the error of that code. `merges`: (first row, last row, first column, last column), from 0."""
    codes = list(
        dict.fromkeys(
            cell[1] for rows in sheets.values() for row in rows for cell in row if isinstance(cell, tuple)
        )
    )
    xf = struct.Struct("<HHHBBBBIIH")
    head = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6))
    if protected:
        head += _record(0x002F, struct.pack("<HHH", 0, 0x1234, 0x5678))
    head += _record(0x0031, struct.pack("<HHHHHBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0) + b"\x05\x00Arial")
    for key, code in enumerate(codes, 164):
        head += _record(0x041E, struct.pack("<H", key) + _wide(code))
    for key in [0] * 16 + [164 + n for n in range(len(codes))]:
        head += _record(0x00E0, xf.pack(0, key, 0, 0x20, 0, 0, 0, 0, 0, 0))
    bodies = [_old_sheet(rows, codes, merges if not n else ()) for n, rows in enumerate(sheets.values())]
    names = [name.encode("utf-16-le") for name in sheets]
    at = len(head) + sum(4 + 8 + len(name) for name in names) + 4
    for name, raw, body in zip(sheets, names, bodies, strict=True):
        head += _record(0x0085, struct.pack("<IBBBB", at, int(name in hidden), 0, len(raw) // 2, 1) + raw)
        at += len(body)
    path.write_bytes(head + _record(0x000A, b"") + b"".join(bodies))
    return path


def _old_sheet(rows: list[list], codes: list[str], merges: Iterable[tuple]) -> bytes:
    body = bytearray(_record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6)))
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            value, style = (cell[0], 16 + codes.index(cell[1])) if isinstance(cell, tuple) else (cell, 15)
            place = struct.pack("<HHH", row, column, style)
            if isinstance(value, str):
                body += _record(0x0204, place + _wide(value)) if value else b""
            elif isinstance(value, bool | bytes):
                code = value[0] if isinstance(value, bytes) else int(value)
                body += _record(0x0205, place + bytes([code, isinstance(value, bytes)]))
            else:
                body += _record(0x0203, place + struct.pack("<d", value))
    for merge in merges:
        body += _record(0x00E5, struct.pack("<HHHHH", 1, *merge))
    return bytes(body) + _record(0x000A, b"")


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _wide(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
OPEN_DOCUMENT = "application/vnd.oasis.opendocument.spreadsheet"


def open_document(
    path: Path,
    tables: Iterable[bytes | str],
    *,
    styles: str = "",
    doctype: str = "",
    parts: dict | None = None,
) -> Path:
    """ODS; `tables` are pieces of the markup within office:spreadsheet."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("mimetype", OPEN_DOCUMENT, zipfile.ZIP_STORED)
        names = "".join(
            f' xmlns:{short}="{_ODF}{short}:1.0"' for short in ("office", "table", "text", "style")
        )
        calc = ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
        with archive.open("content.xml", "w") as part:
            part.write(
                f"{doctype}<office:document-content{names}{calc}><office:automatic-styles>{styles}</office:automatic-styles>"
                "<office:body><office:spreadsheet>".encode()
            )
            for piece in tables:
                part.write(piece if isinstance(piece, bytes) else piece.encode())
            part.write(b"</office:spreadsheet></office:body></office:document-content>")
        for name, data in (parts or {}).items():
            archive.writestr(name, data)
    return path


def handmade(
    path: Path, rows: Iterable[bytes], *, strings: Iterable[bytes] = (), parts: dict | None = None
) -> Path:
    """`rows` are pieces of sheet markup, `strings` of the shared strings; packed as tightly as zip can."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}"/></Types>',
        )
        archive.writestr("_rels/.rels", _links(("officeDocument", "xl/workbook.xml")))
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            '<sheet name="S" sheetId="1" r:id="r0"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            _links(("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml")),
        )
        _write(archive, "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{_MAIN}"><sheetData>', rows)
        _write(archive, "xl/sharedStrings.xml", f'<sst xmlns="{_MAIN}">', strings)
        for name, data in (parts or {}).items():
            archive.writestr(name, data)
    return path


def _write(archive: zipfile.ZipFile, name: str, opening: str, pieces: Iterable[bytes]) -> None:
    with archive.open(name, "w") as part:
        part.write(opening.encode())
        for piece in pieces:
            part.write(piece)
        for tag in reversed([tag.split()[0] for tag in opening.strip("<>").split("><")]):
            part.write(f"</{tag}>".encode())


def _links(*targets: tuple[str, str]) -> str:
    links = "".join(
        f'<Relationship Id="r{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'
