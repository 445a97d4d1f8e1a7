"""Measurement families: read as types need them, and who uses them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from catalog.measures import MeasurementSpec, Unit
from catalog.models.attribute import Attribute
from catalog.models.campaign import CampaignValues
from catalog.models.measurement import MeasurementFamily, MeasurementUnit
from catalog.models.product import ProductValues
from catalog.models.reference import ReferenceField, ReferenceRecord

SHOWN = 3  # products named in a message


def load() -> dict[str, MeasurementSpec]:
    """By code, in two queries. A family whose standard unit is not there yet (its file came before the units') is left out."""
    by_family: dict[int, dict[str, Unit]] = defaultdict(dict)
    for row in MeasurementUnit.objects.order_by("family_id", "position", "code"):
        by_family[row.family_id][row.code] = Unit(
            row.code, row.symbol, row.uncefact, Decimal(row.factor), Decimal(row.per), Decimal(row.offset), row.labels
        )  # fmt: skip
    return {
        row.code: MeasurementSpec(row.code, row.labels, row.standard_unit, by_family[row.pk])
        for row in MeasurementFamily.objects.order_by("code")
        if row.standard_unit in by_family[row.pk]
    }


def attributes_of(families: Iterable[str]) -> list[Attribute]:
    """The attributes measured in these families (codes)."""
    wanted = set(families)
    rows = Attribute.objects.filter(type="measurement").order_by("position", "code")
    return [row for row in rows if row.params.get("family") in wanted]


def fields_of(family: MeasurementFamily) -> list[ReferenceField]:
    """The fields of reference records measured in it."""
    rows = ReferenceField.objects.filter(type="measurement").select_related("entity")
    return [row for row in rows if row.params.get("family") == family.code]


def why_family_stays(family: MeasurementFamily) -> list[str]:
    """Where it is used, in sentences; [] where it may go."""
    why = [
        _("The attribute %(attribute)s is measured in %(family)s.") % {"attribute": row, "family": family}
        for row in attributes_of([family.code])
    ]
    text = _("The field %(field)s of %(entity)s is measured in %(family)s.")
    return why + [text % {"field": row, "entity": row.entity, "family": family} for row in fields_of(family)]


def why_units_stay(family: MeasurementFamily, codes: Iterable[str]) -> list[str]:
    """Where these units of the family are used, in sentences: as its standard unit, by attributes, by values."""
    why = []
    attributes, fields = attributes_of([family.code]), fields_of(family)
    for code in codes:
        if code == family.standard_unit:
            why.append(_("%(unit)s is the standard unit of %(family)s.") % {"unit": code, "family": family})
        for field in fields:
            if _names(field.params, code):
                why.append(
                    _("%(unit)s is a unit of the field %(field)s of %(entity)s: take it out there first.")
                    % {"unit": code, "field": field, "entity": field.entity}
                )
            rows = ReferenceRecord.objects.filter(entity=field.entity).order_by("code")
            having = [
                row.code for row in _of(rows, field.code, code) if _holds(row.values, field.code, code)
            ][:SHOWN]
            if having:
                why.append(
                    _("Records have %(field)s in %(unit)s: %(codes)s. Convert them first.")
                    % {"field": field, "unit": code, "codes": ", ".join(having)}
                )
        for attribute in attributes:
            if _names(attribute.params, code):
                why.append(
                    _("%(unit)s is a unit of the attribute %(attribute)s: take it out there first.")
                    % {"unit": code, "attribute": attribute}
                )
            if skus := _measured_in(attribute, code):
                why.append(
                    _("Products have %(attribute)s in %(unit)s: %(skus)s. Convert them first.")
                    % {"attribute": attribute, "unit": code, "skus": ", ".join(skus)}
                )
    return why


def _names(params: Mapping[str, Any], unit: str) -> bool:
    return unit == params.get("unit") or unit in (*params.get("units", ()), *params.get("shown", ()))


def _of(rows: QuerySet[Any], code: str, unit: str) -> QuerySet[Any]:
    """Those whose documents seem to have a value of `code` in the unit."""
    own = Q(text__contains=f'"{code}"') | Q(text__contains=f'"{code}|')
    return rows.annotate(text=Cast("values", TextField())).filter(own, text__contains=f'"{unit}"')


def _measured_in(attribute: Attribute, unit: str) -> list[str]:
    """SKUs of a few products, or of campaigns' values of them, with a value in the unit."""
    skus: list[str] = []
    for model in (ProductValues, CampaignValues):
        rows = _of(model.objects.all(), attribute.code, unit)
        for values, sku in rows.values_list("values", "product__sku").iterator():
            if sku not in skus and _holds(values, attribute.code, unit):
                skus.append(sku)
            if len(skus) == SHOWN:
                return [*skus, "…"]
    return skus


def _holds(values: Mapping[str, Any], attribute: str, unit: str) -> bool:
    return any(
        isinstance(stored, dict) and stored.get("unit") == unit
        for key, stored in values.items()
        if key.partition("|")[0] == attribute
    )
