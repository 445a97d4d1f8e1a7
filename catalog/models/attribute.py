"""What can be said of a product: attributes, their groups and the options of select attributes."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models.codes import Labelled


def attribute_type_choices() -> list[tuple[str, str]]:
    return [(code, ATTRIBUTE_TYPES[code].label) for code in ATTRIBUTE_TYPES]


class AttributeGroup(Labelled):
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("attribute group")
        verbose_name_plural = _("attribute groups")
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], name="attribute_group_code", violation_error_message=_("This code is taken.")
            )
        ]


class Attribute(Labelled):
    """One attribute. `params` belongs to the attribute type (catalog.attribute_types), which refuses unknown keys."""

    type = models.CharField(_("type"), max_length=30, choices=attribute_type_choices)
    group = models.ForeignKey(
        AttributeGroup, verbose_name=_("group"), on_delete=models.PROTECT, related_name="attributes"
    )
    localizable = models.BooleanField(
        _("localizable"), default=False, help_text=_("Another value for each locale.")
    )
    scopable = models.BooleanField(
        _("scopable"), default=False, help_text=_("May differ by audience and channel.")
    )
    is_unique = models.BooleanField(
        _("unique"), default=False, help_text=_("No two products may carry the same value.")
    )
    filterable = models.BooleanField(_("filter in the grid"), default=True)
    searchable = models.BooleanField(_("found by search"), default=False)
    params = models.JSONField(_("validation"), default=dict, blank=True)
    # What follows is checked together by catalog.structure.flags.
    read_only = models.BooleanField(
        _("read only"),
        default=False,
        help_text=_("Shown to people, and written by imports, other systems and rules only."),
    )
    default = models.TextField(
        _("default"),
        default="",
        blank=True,
        help_text=_(
            "What new products get, written as in the cell of a spreadsheet: true, red, 2.5 kg, 9.90 EUR."
        ),
    )
    locales = models.JSONField(
        _("only in the locales"),
        default=list,
        blank=True,
        help_text=_("None: in all. Elsewhere it is neither shown, asked for nor sent."),
    )
    help = models.JSONField(_("help text"), default=dict, blank=True)  # {locale: text}
    depends_on = models.ForeignKey(
        "self",
        verbose_name=_("asked only where"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="dependents",
        help_text=_(
            "A select or yes/no attribute. Where it has none of the values below, this one is not asked for."
        ),
    )
    depends_values = models.JSONField(
        _("has one of the values"),
        default=list,
        blank=True,
        help_text=_("Codes of options with commas, or true or false."),
    )
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("attribute")
        verbose_name_plural = _("attributes")
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("code"),
                name="attribute_code",
                violation_error_message=_("This code is taken."),
            )
        ]

    # A spreadsheet's own columns (and Akeneo's): an attribute of that name could not be told from them.
    RESERVED = frozenset(
        {
            "id",
            "sku",
            "family",
            "family_variant",
            "categories",
            "parent",
            "enabled",
            "status",
            "groups",
            "uuid",
            "code",
            "_rev",
        }
    )

    def clean(self) -> None:
        if self.code.lower() in self.RESERVED:
            raise ValidationError(
                {
                    "code": _("'%(code)s' is a column of every product file: choose another code.")
                    % {"code": self.code}
                }
            )
        if self.type in ATTRIBUTE_TYPES:
            try:
                self.params = ATTRIBUTE_TYPES[self.type].clean_params(self.params or {})
            except ValidationError as error:
                raise ValidationError({"params": error.messages}) from error
        if self.is_unique and (self.localizable or self.scopable):
            raise ValidationError(
                {
                    "is_unique": _(
                        "A unique attribute has one value per product: it can be neither localizable nor scopable."
                    )
                }
            )


class Option(Labelled):
    attribute = models.ForeignKey(
        Attribute, verbose_name=_("attribute"), on_delete=models.CASCADE, related_name="options"
    )
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("option")
        verbose_name_plural = _("options")
        ordering = ["attribute", "position", "code"]
        constraints = [
            models.UniqueConstraint(
                "attribute",
                models.functions.Lower("code"),
                name="option_code",
                violation_error_message=_("This attribute already has an option of that code."),
            )
        ]
