"""Measurement families and their units as files: the families' file first, then the units'."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from catalog.models import MeasurementFamily, MeasurementUnit
from catalog.transfer.base import StructureMeta, StructureResource, by_code


class MeasurementFamilyResource(StructureResource):
    announced = "measurement_family"

    class Meta(StructureMeta):
        model = MeasurementFamily
        fields = export_order = ("code", "standard_unit")

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """A new family's units come with their own file; one that has units already would be of no use without its
        standard unit, and wrong with another's factors."""
        super().validate_instance(instance, import_validation_errors, validate_unique)
        units = {row.code: row for row in instance.units.all()} if instance.pk else {}
        standard = units.get(instance.standard_unit)
        if units and (
            standard is None or (standard.factor, standard.per, standard.offset) != ("1", "1", "0")
        ):
            text = _(
                "%(unit)s is no unit of this family with the factor 1: change its units on its page first."
            )
            raise ValidationError({"standard_unit": text % {"unit": instance.standard_unit}})


class MeasurementUnitResource(StructureResource):
    announced = "measurement_unit"
    family = by_code("family", MeasurementFamily)

    class Meta(StructureMeta):
        model = MeasurementUnit
        import_id_fields = ("family", "code")
        fields = export_order = (
            "family", "code", "symbol", "uncefact", "factor", "per", "offset", "position",
        )  # fmt: skip

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        super().validate_instance(instance, import_validation_errors, validate_unique)
        is_standard = instance.family_id and instance.code == instance.family.standard_unit
        if is_standard and (instance.factor, instance.per, instance.offset) != ("1", "1", "0"):
            text = _("%(unit)s is the family's standard unit: its factor is 1, without an offset.")
            raise ValidationError({"factor": text % {"unit": instance.code}})
