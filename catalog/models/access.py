"""Roles: which verbs, and on which part of the catalogue. Read through catalog.access only."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.attribute import AttributeGroup
from catalog.models.category import Category
from catalog.models.codes import Labelled
from catalog.models.context import Context, Locale


class Role(Labelled):
    """`verbs` is a list of catalog.access verbs this role has at all; its grants narrow the product verbs down."""

    verbs = models.JSONField(_("may"), default=list, blank=True)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], name="role_code", violation_error_message=_("This code is taken.")
            )
        ]


class Grant(models.Model):
    """A part of the catalogue a role may see, and perhaps edit. An empty list means all."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="grants")
    may_edit = models.BooleanField(_("may edit"), default=True)
    groups = models.ManyToManyField(AttributeGroup, verbose_name=_("attribute groups"), blank=True)
    locales = models.ManyToManyField(Locale, verbose_name=_("locales"), blank=True)
    contexts = models.ManyToManyField(Context, verbose_name=_("contexts"), blank=True)
    master = models.BooleanField(
        _("master values"), default=True, help_text=_("Where contexts are listed: the master values as well.")
    )
    unlocalized = models.BooleanField(
        _("values without locale"),
        default=True,
        help_text=_("Where locales are listed: values that have no locale as well."),
    )
    categories = models.ManyToManyField(Category, verbose_name=_("categories"), blank=True)

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")

    def __str__(self) -> str:
        return f"{self.role} #{self.pk}"
