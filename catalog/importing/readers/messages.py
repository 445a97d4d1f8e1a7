"""The sentences for people: why a file was refused and what to do, what was noticed about one that was read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REFUSALS: dict[str, str | Promise] = {
    "empty": _("The file is empty. Check that the right file was chosen and that its rows were saved."),
    "missing": _("The file can no longer be found. Upload it again."),
    "binary": _(
        "This is not a text file or a spreadsheet. Save the table as XLSX, ODS or CSV and upload that file."
    ),
    "other_format": _(
        "This is a file of the kind %(name)s. Open it, save it as XLSX, ODS or CSV and upload that file."
    ),
    "not_a_workbook": _(
        "This file is not a spreadsheet, though it is packed like one. Upload the XLSX, XLS, ODS or CSV file itself."
    ),
    "password": _(
        "The workbook is protected by a password. Remove the password in Excel (File > Info) and save it."
    ),
    "entities": _(
        "The workbook declares text to be multiplied, as only made-up files do. Open it, save it again and upload that."
    ),
    "unsafe_part": _(
        "The workbook has a part whose name leads out of its folder (%(part)s), as only made-up files do. Open it, save it "
        "again and upload that."
    ),
    "repeats": _(
        "The workbook repeats cells more than %(most)s times. Delete empty-looking rows and columns and save it again."
    ),
    "no_records": _(
        'The JSON holds no list of objects. Export a list with an object for each product: [{"sku": …}, …].'
    ),
    "too_big_to_turn": _(
        "This table is too large to have its products in columns: turn it in Excel (copy, paste special, transpose), with at most"
        " %(most)s rows."
    ),
    "no_articles": _("The BMEcat has no ARTICLE or PRODUCT in it: export the catalogue with its articles."),
    "no_units": _("The XLIFF has no translated unit in it: ask for the file with its targets, as XLIFF 1.2."),
    "other_language": _(
        "The texts of %(sku)s are in the language %(language)s, and their unit %(unit)s would be written in another. Ask for the"
        " file in the language for which it went out; if only its target-language is wrong, have that corrected."
    ),
    "mixed_languages": _(
        "This XLIFF is made of several, translated from %(first)s and from %(other)s. Import each of them by itself."
    ),
    "xliff_version": _("This is XLIFF %(version)s: ask for XLIFF 1.2, the format in which it went out."),
    "broken_xml": _("The XML is broken or cut off. Export it again, and upload it as it is."),
    "broken_json": _("The JSON is broken in line %(line)s. Export it again, or correct that line."),
    "record_too_long": _("The JSON object in line %(line)s is longer than %(most)s characters: shorten it."),
    "nested_too_deep": _("The JSON is nested too deeply to be a list of products."),
    "damaged": _(
        "The workbook is damaged or incomplete. Open it in Excel, save it again and upload the new file."
    ),
    "unpacks_too_big": _(
        "The workbook unpacks to %(megabytes)s MB, more than the %(most)s MB allowed. Split it, or save it as CSV."
    ),
    "packed_too_tightly": _(
        "A part of the workbook unpacks to %(megabytes)s MB from almost nothing, as only repeated or made-up content "
        "does. Delete empty rows and columns in Excel and save it again, or save it as CSV."
    ),
    "too_many_parts": _(
        "The workbook consists of %(count)s parts, more than the %(most)s allowed. Save the sheet as CSV."
    ),
    "nested_archive": _(
        "The workbook contains another archive (%(part)s). Remove embedded files, or save the sheet as CSV."
    ),
    "encoding": _(
        "The text does not fit the encoding %(encoding)s. Choose another encoding, or save the file as UTF-8."
    ),
    "delimiter": _(
        "“%(delimiter)s” cannot separate columns. Choose one character, such as a comma or a semicolon."
    ),
    "no_header": _(
        "No row with column names was found. Put the names in one row above the data, and upload the file again."
    ),
    "no_rows": _(
        "There are column names in row %(row)s and nothing below them. Check that the rows were saved."
    ),
    "no_such_sheet": _("The workbook has no sheet “%(sheet)s”. Choose one of its sheets."),
    "too_wide": _("A row has %(columns)s cells; at most %(most)s are possible. Check the delimiter."),
    "cell_too_long": _(
        "Row %(row)s holds a cell of more than %(most)s characters. Usually a quote before it was never closed."
    ),
    "unclosed_quote": _(
        "The quote opened in row %(row)s is never closed. Close it or delete it, and upload again."
    ),
    "too_big": _(
        "The file needs more memory than one import may use. Delete empty rows and columns, split the file, "
        "or save it as CSV, which has no such limit."
    ),
    "too_slow": _("Reading the file takes longer than one import may take. Split it, or save it as CSV."),
    "unreadable": _(
        "The file could not be read. Open it in a spreadsheet program, save it again and upload that."
    ),
}

NOTES: dict[str, str | Promise] = {
    "encoding_assumed": _(
        "The encoding is not stated in the file; %(encoding)s was assumed. Check the accents."
    ),
    "encoding_doubtful": _(
        "The encoding is not stated in the file, and the text does not look like a Western language: %(encoding)s was"
        " assumed and is probably wrong. Choose the encoding, and check the letters."
    ),
    "bytes_replaced": _("%(count)s characters are broken in the file and show as “�”."),
    "nul_removed": _("%(count)s NUL characters were removed."),
    "rows_above": _("The rows above row %(row)s were taken for a title and are not imported."),
    "stacked_header": _("The column names stand in the rows %(first)s to %(last)s and were put together."),
    "doubled_headers": _("These column names occur more than once and were numbered: %(names)s."),
    "nameless_columns": _("These columns have no name: %(columns)s."),
    "in_columns": _(
        "Its products stand in columns. What is called a row here is one of them: row 2 is column B of the file."
    ),
    "other_sheets": _("The sheet “%(sheet)s” is read; the other sheets are not: %(others)s."),
    "hidden_sheets": _("These sheets are hidden and not read: %(others)s."),
    "section_rows": _(
        "Rows that are only a heading between the products are left out: %(rows)s, and others like them."
    ),
    "repeated_headers": _("Rows that repeat the column names are left out: %(rows)s, and others like them."),
    "other_lists": _("The list “%(list)s” is read; the other lists are not: %(others)s."),
    "articles_deleted": _(
        "%(count)s articles of this file are marked as deleted by their supplier. They come as rows all the same: what becomes of"
        " products is said here, not there."
    ),
    "translations": _(
        "Translations from %(source)s into %(target)s. They make no products, and texts that are not in the file stay as they are."
    ),
    "untranslated": _(
        "Units that hold only their source text, in a state that says nobody translated it, are left out: %(count)s."
    ),
    "lists_within": _("These columns hold lists, which stay as they are, in JSON: %(columns)s."),
}


FORMATS: dict[str, str | Promise] = {
    "csv": _("Text with separators (CSV)"),
    "xlsx": _("Excel workbook (XLSX)"),
    "xls": _("Excel 97–2003 workbook (XLS)"),
    "ods": _("OpenDocument spreadsheet (ODS)"),
    "bmecat": "BMEcat (XML)",
    "xliff": _("Translations (XLIFF)"),
    "json": "JSON",
    "jsonl": _("JSON lines"),
}


def refusal(code: str, params: Mapping[str, Any]) -> str:
    return _sentence(REFUSALS.get(code, REFUSALS["unreadable"]), params)


def note(code: str, params: Mapping[str, Any]) -> str:
    return _sentence(NOTES[code], params)


def _sentence(template: str | Promise, params: Mapping[str, Any]) -> str:
    spelled = {
        name: ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
        for name, value in params.items()
    }
    return str(template) % spelled if spelled else str(template)
