"""Files on this machine's disk that are there whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any
from uuid import uuid4

from django.core.files.storage import FileSystemStorage


class WholeFileStorage(FileSystemStorage):
    """Writes beside the place and moves into it at the end.

    Files are named by their content and taken for stored once their name is there: a half one, of a process that was killed
    or of a full disk, would stand for good, and be sent by whoever reads while it is written.
    """

    def _save(self, name: str, content: Any) -> str:
        part = f"{name}.{uuid4().hex}.part"
        try:
            super()._save(part, content)  # type: ignore[misc]
            os.replace(self.path(part), self.path(name))
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(self.path(part))
            raise
        return name.replace("\\", "/")
