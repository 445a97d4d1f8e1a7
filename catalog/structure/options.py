"""More options of an attribute, made where somebody lacks them: as the attribute's own form would."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping

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
    with transaction.atomic():
        row = _lock(attribute, user, trusted=False)
        known = {code.casefold() for code in row.options.values_list("code", flat=True)}
        return _add(row, {free_code(label, known): (label.strip(), language_locale())}, user)[0]


def add_options(
    attribute: str, labels: Mapping[str, tuple[str, str]], *, user: User | None, trusted: bool = False
) -> list[Option]:
    """Options under codes that are known before, last in the list; those that are there by now stay as they are.

    `labels`: code → (label, its locale). Locks the attribute. Raises as add_option.
    """
    with transaction.atomic():
        row = _lock(attribute, user, trusted=trusted)
        known = {code.casefold() for code in row.options.values_list("code", flat=True)}
        return _add(
            row, {code: label for code, label in labels.items() if code.casefold() not in known}, user
        )


def _lock(attribute: str, user: User | None, *, trusted: bool) -> Attribute:
    if not trusted:
        require(user, "structure.edit")
    return Attribute.objects.select_for_update().get(code=attribute)


def _add(row: Attribute, labels: Mapping[str, tuple[str, str]], user: User | None) -> list[Option]:
    position = row.options.aggregate(last=Max("position"))["last"] or 0
    made = []
    for code, (label, locale) in labels.items():
        position += 1
        option = Option(attribute=row, code=code, labels={locale: label}, position=position)
        option.full_clean()
        option.save()
        made.append(option)
    if made:
        announce("option", [option.pk for option in made], by=user.pk if user else None)
    return made


def free_code(label: str, known: Collection[str]) -> str:
    """Of the label's letters and digits; with a number where another option has it."""
    plain = unicodedata.normalize("NFKD", label.replace("ß", "ss")).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "_", plain.casefold()).strip("_")[:90] or "option"
    code, number = stem, 2
    while code in known:
        code, number = f"{stem}_{number}", number + 1
    return code


def language_locale() -> str:
    """The catalogue's locale of the interface's language, or its first."""
    language = (get_language() or "en").split("-")[0]
    locales = list(Structure.current().locales)
    return next((code for code in locales if code.split("_")[0] == language), locales[0])
