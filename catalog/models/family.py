"""Which attributes a kind of product has, and how its variants are made."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.attribute import Attribute
from catalog.models.codes import Labelled


class Family(Labelled):
    label_attribute = models.ForeignKey(
        Attribute,
        verbose_name=_("label"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("The attribute whose value names the product on screen."),
    )
    image_attribute = models.ForeignKey(
        Attribute,
        verbose_name=_("picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    attributes = models.ManyToManyField(Attribute, through="FamilyAttribute", related_name="families")

    class Meta:
        verbose_name = _("family")
        verbose_name_plural = _("families")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("code"),
                name="family_code",
                violation_error_message=_("This code is taken."),
            )
        ]


class FamilyAttribute(models.Model):
    """An attribute of a family, at its place on the page."""

    family = models.ForeignKey(Family, on_delete=models.CASCADE, related_name="family_attributes")
    attribute = models.ForeignKey(
        Attribute, verbose_name=_("attribute"), on_delete=models.PROTECT, related_name="+"
    )
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("attribute of the family")
        verbose_name_plural = _("attributes of the family")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["family", "attribute"],
                name="family_attribute",
                violation_error_message=_("The family already has this attribute."),
            )
        ]

    def __str__(self) -> str:
        return str(self.attribute)


class FamilyVariant(Labelled):
    """How products of a family split into variants: on one or two levels, each with its axes."""

    family = models.ForeignKey(
        Family, verbose_name=_("family"), on_delete=models.PROTECT, related_name="variants"
    )

    class Meta:
        verbose_name = _("family variant")
        verbose_name_plural = _("family variants")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("code"),
                name="family_variant_code",
                violation_error_message=_("This code is taken."),
            )
        ]


class VariantAttribute(models.Model):
    """Binds an attribute of the family to a level: there it is edited, above it is absent, below it is inherited.

    An attribute with no row is open: it may be set at any level and overridden lower down.
    Axes (what tells the variants of one parent apart) are bound to their level by `is_axis`.
    """

    family_variant = models.ForeignKey(
        FamilyVariant, on_delete=models.CASCADE, related_name="variant_attributes"
    )
    attribute = models.ForeignKey(
        Attribute, verbose_name=_("attribute"), on_delete=models.PROTECT, related_name="+"
    )
    level = models.PositiveSmallIntegerField(
        _("level"), choices=[(0, _("Common")), (1, _("Level 1")), (2, _("Level 2"))]
    )
    is_axis = models.BooleanField(_("axis"), default=False)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("attribute by level")
        verbose_name_plural = _("attributes by level")
        ordering = ["level", "-is_axis", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["family_variant", "attribute"],
                name="variant_attribute",
                violation_error_message=_("An attribute is bound to one level only."),
            ),
            models.CheckConstraint(
                condition=models.Q(is_axis=False) | models.Q(level__gt=0),
                name="variant_axis_level",
                violation_error_message=_("An axis belongs to level 1 or 2."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.attribute)
