"""Reference records: brands, materials, care symbols … which products point at, with fields of their own."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models.asset import Asset
from catalog.models.codes import Labelled

# The attribute types a field may have: those that need no options and look nothing up.
FIELD_TYPES = (
    "text", "richtext", "number", "boolean", "date", "datetime", "identifier", "measurement", "link", "color", "colour",
)  # fmt: skip
# What every record has besides its fields; {brand.label} could not be told from a field of that name.
OWN_FIELDS = frozenset({"code", "label", "image"})


def field_type_choices() -> list[tuple[str, str]]:
    return [(code, ATTRIBUTE_TYPES[code].label) for code in FIELD_TYPES if code in ATTRIBUTE_TYPES]


class ReferenceEntity(Labelled):
    """A kind of record: brand, material, care symbol."""

    class Meta:
        verbose_name = _("reference entity")
        verbose_name_plural = _("reference entities")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("code"),
                name="reference_entity_code",
                violation_error_message=_("This code is taken."),
            )
        ]


class ReferenceField(Labelled):
    """What can be said of each record of an entity, read as an attribute of products is. `params` belongs to the type."""

    entity = models.ForeignKey(
        ReferenceEntity, verbose_name=_("entity"), on_delete=models.CASCADE, related_name="fields"
    )
    type = models.CharField(_("type"), max_length=30, choices=field_type_choices)
    localizable = models.BooleanField(
        _("localizable"), default=False, help_text=_("Another value for each locale.")
    )
    params = models.JSONField(_("validation"), default=dict, blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("field")
        verbose_name_plural = _("fields")
        ordering = ["entity", "position", "code"]
        constraints = [
            models.UniqueConstraint(
                "entity",
                models.functions.Lower("code"),
                name="reference_field_code",
                violation_error_message=_("This entity already has a field of that code."),
            )
        ]

    def clean(self) -> None:
        if self.code.lower() in OWN_FIELDS or "." in self.code:
            raise ValidationError(
                {
                    "code": _("'%(code)s' cannot be a field's code: choose another, without a point.")
                    % {"code": self.code}
                }
            )
        if not isinstance(self.params, dict):
            raise ValidationError({"params": _('Write parameters as {"name": value}.')})
        if self.type in ATTRIBUTE_TYPES:
            try:
                self.params = ATTRIBUTE_TYPES[self.type].clean_params(self.params or {})
            except ValidationError as error:
                raise ValidationError({"params": error.messages}) from error


class ReferenceRecord(Labelled):
    """One brand, one material. `values` is a flat document {"country": …, "story|de_DE": …} of stored forms.

    Owner of the document: catalog.structure.records.
    """

    entity = models.ForeignKey(
        ReferenceEntity, verbose_name=_("entity"), on_delete=models.PROTECT, related_name="records"
    )
    values = models.JSONField(default=dict, blank=True)
    image = models.ForeignKey(
        Asset, verbose_name=_("picture"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("reference record")
        verbose_name_plural = _("reference records")
        ordering = ["entity", "code"]
        constraints = [
            models.UniqueConstraint(
                "entity",
                models.functions.Lower("code"),
                name="reference_record_code",
                violation_error_message=_("This entity already has a record of that code."),
            )
        ]
