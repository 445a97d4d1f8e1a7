"""The file formats of the structure's import and export. Files are small; what unpacks to more is refused unopened."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from import_export.formats.base_formats import CSV, XLSX

MAX_UPLOAD = 5 * 1024 * 1024
MAX_UNPACKED = 40 * 1024 * 1024


def _check_size(data: Any) -> None:
    if len(data) > MAX_UPLOAD:
        raise ValueError(_("A file of the structure has at most %(limit)d MB.") % {"limit": MAX_UPLOAD >> 20})


class SmallCSV(CSV):
    def create_dataset(self, in_stream: Any, **kwargs: Any) -> Any:
        _check_size(in_stream)
        return super().create_dataset(in_stream, **kwargs)


def check_workbook(data: bytes) -> None:
    """Raises ValueError for what is too large, packed or unpacked, or no workbook at all."""
    _check_size(data)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except zipfile.BadZipFile as error:
        raise ValueError(_("This is no XLSX workbook: export one to see how it looks.")) from error
    if unpacked > MAX_UNPACKED:
        raise ValueError(_("This workbook unpacks to far too much: save it again, or as CSV."))


class SmallXLSX(XLSX):
    def create_dataset(self, in_stream: Any) -> Any:
        check_workbook(in_stream)
        return super().create_dataset(in_stream)


FORMATS = [SmallCSV, SmallXLSX]
