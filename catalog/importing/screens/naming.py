"""What a new profile is called: as the file, without what changes from one file to the next."""

from __future__ import annotations

import re

from catalog.models.importing import ImportProfile
from catalog.structure.options import free_code

_CHANGES = re.compile(
    r"[\W_]*(?<![A-Za-z])(v?\d[\d._-]*|(final|neu|new|copy|kopie)(?![A-Za-z]))[\W_]*", re.IGNORECASE
)


def of_file(filename: str) -> dict[str, str]:
    """{"name", "code"}, the code being free."""
    stem = filename.rpartition(".")[0] or filename
    words = " ".join(_CHANGES.sub(" ", stem).replace("_", " ").split()) or stem
    known = {code.casefold() for code in ImportProfile.objects.values_list("code", flat=True)}
    return {"name": words[:100], "code": free_code(words, known)}
