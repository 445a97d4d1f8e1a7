"""Measurement families: in which units an amount may be given, and what one unit is in another."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.codes import Labelled, code_validator
from pim.lib import decimals


class MeasurementFamily(Labelled):
    """What can be measured in the same units: weight, length. Amounts are compared in its standard unit."""

    standard_unit = models.CharField(
        _("standard unit"),
        max_length=100,
        validators=[code_validator],
        help_text=_("The code of the unit in which amounts are compared and filtered: its factor is 1."),
    )

    class Meta:
        verbose_name = _("measurement family")
        verbose_name_plural = _("measurement families")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("code"),
                name="measurement_family_code",
                violation_error_message=_("This code is taken."),
            )
        ]


class DecimalText(models.CharField):
    """An exact decimal, kept as canonical text: SQLite would round a number to 15 digits."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.setdefault("max_length", decimals.MAX_DIGITS + 2)
        super().__init__(*args, **kwargs)

    def clean(self, value: object, model_instance: object) -> str:
        try:
            written = decimals.canonical(decimals.parse(str(value if value is not None else "")))
        except decimals.NotADecimal as error:
            raise ValidationError(str(error)) from error
        return super().clean(written, model_instance)


class MeasurementUnit(Labelled):
    """amount in the standard unit = (amount + offset) × factor / per. `per` is apart, since 5/9 has no finite decimal form."""

    family = models.ForeignKey(
        MeasurementFamily, verbose_name=_("family"), on_delete=models.CASCADE, related_name="units"
    )
    symbol = models.CharField(_("symbol"), max_length=30)
    uncefact = models.CharField(
        _("UN/CEFACT"), max_length=3, blank=True, help_text=_("The code of Recommendation 20: KGM, MTR.")
    )
    factor = DecimalText(_("factor"), default="1", help_text=_("One of this unit in the standard unit."))
    per = DecimalText(_("per"), default="1", help_text=_("The factor is divided by it: 5 per 9."))
    offset = DecimalText(_("offset"), default="0", help_text=_("Added before: 273.15 for °C in kelvin."))
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["family", "position", "code"]
        constraints = [
            models.UniqueConstraint(
                "family",
                models.functions.Lower("code"),
                name="measurement_unit_code",
                violation_error_message=_("This family already has a unit of that code."),
            )
        ]

    def clean(self) -> None:
        for name in ("factor", "per"):
            try:
                is_zero = Decimal(getattr(self, name)) <= 0
            except ArithmeticError:
                continue  # refused by the field already
            if is_zero:
                raise ValidationError({name: _("Give a number above 0.")})
