"""Which conversions the structure is read through: those that are open, and those that ended lately."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from catalog.measures import MeasurementSpec
from catalog.models.conversion import Conversion
from catalog.structure.conversion import ConversionSpec
from catalog.structure.specs import AttributeSpec

# What was opened or planned before the end of a conversion is still understood for so long.
CONVERSION_REMEMBERED = timedelta(days=1)


def open_conversions(
    codes: Mapping[int, str], attributes: Mapping[str, AttributeSpec], measures: Mapping[str, MeasurementSpec]
) -> tuple[ConversionSpec, ...]:
    """The latest of each attribute that is open, or ended so lately that somebody may still have its old form before them."""
    since = timezone.now() - CONVERSION_REMEMBERED
    rows = Conversion.objects.filter(Q(state="open") | Q(state="done", finished_at__gt=since)).order_by("pk")
    latest = {row.attribute_id: row for row in rows if row.attribute_id in codes}
    return tuple(
        conversion_spec(row, attributes[codes[row.attribute_id]], measures) for row in latest.values()
    )


def conversion_spec(
    row: Conversion, new: AttributeSpec, measures: Mapping[str, MeasurementSpec]
) -> ConversionSpec:
    before = row.before
    old = replace(
        new, type=before["type"], localizable=before["localizable"], scopable=before["scopable"], params=before["params"],
        measure=measures.get(str(before["params"].get("family", ""))),
    )  # fmt: skip
    return ConversionSpec(
        row.pk, old, new, tuple(row.settings.get("locales", ())), tuple(row.settings.get("contexts", ())), row.state == "open"
    )  # fmt: skip
