"""The places of a product a comment can be about: the product as a whole, and the fields its page shows."""

from __future__ import annotations

from django.utils.translation import gettext as _

from catalog.access import Rights
from catalog.structure.snapshot import Structure
from catalog.values.bundle import Bundle, attributes_of
from catalog.values.keys import format_key
from enrichment.comments import places
from enrichment.workbench.page.scope import Scope


def choices(bundle: Bundle, scope: Scope, structure: Structure, rights: Rights) -> list[tuple[str, str]]:
    """(key, label), of what this person may see. Asks the database nothing."""
    found = [("", _("The product as a whole"))]
    for code in attributes_of(bundle, structure):
        spec = structure.attributes.get(code)
        if spec is None:
            continue
        context = scope.context if spec.scopable else ""
        for locale in scope.locales if spec.localizable else ("",):
            if spec.exists_in(locale) and rights.may_view_key(spec, locale, context):
                key = format_key(code, locale, context)
                found.append((key, places.label(key, structure)))
    return found
