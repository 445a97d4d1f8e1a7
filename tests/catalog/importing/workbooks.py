"""Workbooks for tests: by xlsxwriter where Excel's own output is meant, by hand where a hostile one is."""

import zipfile
from collections.abc import Iterable
from pathlib import Path

import xlsxwriter

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEADER = b'<row><c t="inlineStr"><is><t>sku</t></is></c><c t="inlineStr"><is><t>name</t></is></c></row>'


def workbook(path: Path, sheets: dict[str, list[list]], *, hidden: Iterable[str] = ()) -> Path:
    """Cells as xlsxwriter takes them; a tuple (value, number format) for a formatted cell."""
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
    book.close()
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
