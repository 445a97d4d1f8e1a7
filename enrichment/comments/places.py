"""What a thread is about: the product as a whole, or the value at one of its keys; and who may see that."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.access import Rights, who_may
from catalog.models import User
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.keys import Key
from enrichment.readiness import field_id


def parsed(key: str, structure: Structure) -> tuple[AttributeSpec, Key] | None:
    """None for what is no key of an attribute that is there."""
    if key.count("|") > 2:
        return None
    found = Key.parse(key)
    spec = structure.attributes.get(found.attribute)
    if spec is None or str(found) != key:
        return None
    fits = (
        spec.localizable == bool(found.locale)
        and (spec.scopable or not found.context)
        and (not found.locale or found.locale in structure.locales)
        and (not found.context or found.context in structure.contexts)
    )
    return (spec, found) if fits else None


def may_see(key: str, rights: Rights, structure: Structure) -> bool:
    """`rights`: at the product's places. What was said about an attribute that is gone is for those who see everything."""
    if not key:
        return rights.may("product.view")
    found = parsed(key, structure)
    if found is None:
        return rights.covers_all("product.view")
    spec, where = found
    return rights.may_view_key(spec, where.locale, where.context)


def readers(key: str, paths: list[str], structure: Structure) -> QuerySet[User]:
    """Those who may see a thread there: whom it may name, and who is told of it. `paths`: of the product's categories."""
    found = parsed(key, structure)
    if found is None:
        rows = who_may("product.view", paths)
    else:
        spec, where = found
        rows = who_may("product.view", paths, group=spec.group, locale=where.locale, context=where.context)
    return rows.filter(is_staff=True)


def label(key: str, structure: Structure) -> str:
    """ "Description · de_DE · Web shop", "" for the product as a whole."""
    if not key:
        return ""
    found = parsed(key, structure)
    if found is None:
        return _("%(key)s, which is no attribute any more") % {"key": key}
    spec, where = found
    context = structure.contexts.get(where.context)
    return " · ".join(
        part for part in (spec.label(), where.locale, context.label() if context else "") if part
    )


def href(product_id: int, key: str, structure: Structure) -> str:
    """The product page where the value is shown, with its comments open."""
    path = reverse("admin:catalog_product_change", args=[product_id])
    found = parsed(key, structure)
    query = {"comments": key or "all"}
    if found is None:
        return f"{path}?{urlencode(query)}"
    _spec, where = found
    shown = {name: value for name, value in (("locale", where.locale), ("context", where.context)) if value}
    return f"{path}?{urlencode({**shown, **query})}#{field_id(key)}"
