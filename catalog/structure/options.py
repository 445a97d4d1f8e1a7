"""One more option of an attribute, made where somebody lacks it: as the attribute's own form would."""

from __future__ import annotations

import re
import unicodedata

from django.db import transaction
from django.db.models import Max
from django.utils.translation import get_language

from catalog.access import require
from catalog.models.attribute import Attribute, Option
from catalog.models.user import User
from catalog.structure.announce import announce
from catalog.structure.snapshot import Structure


def add_option(attribute: str, label: str, *, user: User) -> Option:
    """An option of this label in the person's language, last in the list. `attribute`: its code.

    Locks the attribute. Raises PermissionDenied, ValidationError; Attribute.DoesNotExist.
    """
    require(user, "structure.edit")
    with transaction.atomic():
        row = Attribute.objects.select_for_update().get(code=attribute)
        known = {code.casefold() for code in row.options.values_list("code", flat=True)}
        last = row.options.aggregate(last=Max("position"))["last"]
        option = Option(
            attribute=row, code=_free_code(label, known), labels={_locale(): label.strip()}, position=(last or 0) + 1
        )  # fmt: skip
        option.full_clean()
        option.save()
        announce("option", [option.pk], by=user.pk)
    return option


def _free_code(label: str, known: set[str]) -> str:
    """Of the label's letters and digits; with a number where another option has it."""
    plain = unicodedata.normalize("NFKD", label.replace("ß", "ss")).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "_", plain.casefold()).strip("_")[:90] or "option"
    code, number = stem, 2
    while code in known:
        code, number = f"{stem}_{number}", number + 1
    return code


def _locale() -> str:
    """The catalogue's locale of the interface's language, or its first."""
    language = (get_language() or "en").split("-")[0]
    locales = list(Structure.current().locales)
    return next((code for code in locales if code.split("_")[0] == language), locales[0])
