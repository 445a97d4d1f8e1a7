"""For whom and where a value holds: locales, currencies and the tree of contexts."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.codes import Labelled


class Locale(models.Model):
    """A language of a region. A value missing here may be taken from `fallback` (fr_CA → fr_FR)."""

    code = models.CharField(
        _("code"),
        max_length=20,
        unique=True,
        validators=[
            RegexValidator(
                r"^[a-z]{2,3}(_[A-Z][a-z]{3})?(_[A-Z]{2}|_\d{3})?\Z",
                _("Write it as en_US, de or zh_Hans_CN."),
            )
        ],
    )
    name = models.CharField(_("name"), max_length=100)
    fallback = models.ForeignKey(
        "self",
        verbose_name=_("falls back to"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="dependents",
        help_text=_("Shown, and sent where the channel allows it, while a text of this locale is missing."),
    )
    translated_from = models.ForeignKey(
        "self",
        verbose_name=_("translated from"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="translations",
        help_text=_(
            "When a text of that locale changes, texts of this one are marked as outdated. Empty: from the first locale."
        ),
    )
    is_active = models.BooleanField(_("active"), default=True)
    own_approval = models.BooleanField(
        _("approved by itself"),
        default=False,
        help_text=_(
            "Texts of this locale are reviewed and approved by themselves, beside the product. "
            "Channels get them only once both are approved. The first time, what is approved stays approved; "
            "switched on again, what was decided before counts again, also where the product was approved since."
        ),
    )
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("locale")
        verbose_name_plural = _("locales")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    def source_code(self, first: str) -> str:
        """The locale its texts are translated from: the one it names, else `first`; "" for that one itself."""
        if self.translated_from is not None:
            return self.translated_from.code
        return "" if self.code == first else first

    def clean(self) -> None:
        seen, step = {self.pk}, self.fallback
        while step is not None:
            if step.pk in seen:
                raise ValidationError(
                    {
                        "fallback": _("This fallback leads back to %(code)s: choose another.")
                        % {"code": self.code}
                    }
                )
            seen.add(step.pk)
            step = step.fallback
        seen, step = {self.pk}, self.translated_from
        while step is not None:
            if step.pk in seen:
                raise ValidationError(
                    {
                        "translated_from": _("This leads back to %(code)s: choose another.")
                        % {"code": self.code}
                    }
                )
            seen.add(step.pk)
            step = step.translated_from


class Currency(models.Model):
    code = models.CharField(
        _("code"),
        max_length=3,
        unique=True,
        validators=[RegexValidator(r"^[A-Z]{3}\Z", _("Three capital letters, as EUR."))],
    )
    name = models.CharField(_("name"), max_length=100, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("currency")
        verbose_name_plural = _("currencies")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.code


class Context(Labelled):
    """A node of the tree master → audience → channel. Master is the root and has no row: it is never spelled."""

    class Kind(models.TextChoices):
        AUDIENCE = "audience", _("Audience")
        CHANNEL = "channel", _("Channel")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.CHANNEL)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("inherits from"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        help_text=_("Empty: from the master values."),
    )
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("context")
        verbose_name_plural = _("contexts")
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], name="context_code", violation_error_message=_("This code is taken.")
            )
        ]

    def clean(self) -> None:
        seen, step = {self.pk}, self.parent
        while step is not None:
            if step.pk in seen:
                raise ValidationError({"parent": _("This would make a circle: choose another.")})
            if step.kind == self.Kind.CHANNEL:
                raise ValidationError(
                    {"parent": _("A context inherits from an audience, not from a channel.")}
                )
            seen.add(step.pk)
            step = step.parent
