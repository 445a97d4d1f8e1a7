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
