"""Beside a translation whose source has changed since: what the source said then, and says now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models import OutdatedTranslation, ProductValues, User
from catalog.structure.snapshot import Structure
from catalog.values.bundle import Bundle
from catalog.values.changes import ABSENT
from catalog.values.hashing import value_hash
from catalog.values.keys import Key
from catalog.values.translations import confirm
from enrichment.workbench.differences import difference
from enrichment.workbench.page.fields import FieldSheet


@dataclass(frozen=True, slots=True)
class Outdated:
    """`parts`: ("same" | "gone" | "come", text), of the source then and now. `seen`: hash of what it says now."""

    source_locale: str
    language: str
    since: datetime
    parts: list[tuple[str, str]]
    seen: str


def annotate(sheet: FieldSheet, bundle: Bundle, structure: Structure) -> None:
    """Marks the product's own outdated texts; what is inherited is mended where it is written. One query."""
    own = bundle.levels[0]
    cells = {cell.key: cell for cell in sheet.cells}
    for row in OutdatedTranslation.objects.filter(product_id=own.product_id):
        cell = cells.get(row.key)
        if cell is None:
            continue
        locale = Key.parse(row.source_key).locale
        kind = ATTRIBUTE_TYPES[cell.spec.type]
        then, now = (
            strip_tags(kind.display(stored, cell.spec, locale)) if stored is not None else ""
            for stored in (row.source, own.values.get(row.source_key))
        )
        known = structure.locales.get(locale)
        name = known.name if known else locale
        seen = value_hash(own.values.get(row.source_key, ABSENT))
        cell.outdated = Outdated(name, locale.replace("_", "-"), row.since, difference(then, now), seen)


def confirm_one(request: HttpRequest, product: int, key: str, seen: str) -> None:
    """ "Still right", told with the next page."""
    level, text = confirmed(request.user, product, key, seen)
    messages.add_message(request, level, text)


def confirmed(user: User, product: int, key: str, seen: str) -> tuple[int, str]:
    """ "Still right": the door of translations asks whether this person may say so. `seen`: hash of the source on the page:
    what was compared with another text stays to be compared with this one. Gives what to tell, and how loudly."""
    rows = list(OutdatedTranslation.objects.filter(product_id=product, key=key))
    stored = ProductValues.objects.filter(pk=product).values_list("values", flat=True).first() or {}
    values = Structure.current().read(stored)
    current = [row for row in rows if value_hash(values.get(row.source_key, ABSENT)) == seen]
    if confirm(current, by=user):
        return messages.SUCCESS, _("Marked as still right.")
    if len(current) < len(rows):
        return messages.WARNING, _(
            "The text it is translated from was changed again meanwhile: compare the two once more."
        )
    return messages.INFO, _("There was nothing to confirm.")
