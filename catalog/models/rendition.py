"""Pictures in the sizes that channels and screens want: what is asked for, and what has been made."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.asset import Asset
from catalog.models.codes import Labelled


class RenditionPreset(Labelled):
    """A size by name. `max_kb`: the quality goes down until the file is no heavier. `ahead`: made after each upload."""

    class Fit(models.TextChoices):
        INSIDE = "inside", _("Whole picture, at most this size")
        CROP = "crop", _("Exactly this shape, cut around the focus")
        PAD = "pad", _("Exactly this size, on a background")

    class Format(models.TextChoices):
        JPEG = "JPEG", "JPEG"
        PNG = "PNG", "PNG"
        WEBP = "WEBP", "WebP"
        AVIF = "AVIF", "AVIF"

    width = models.PositiveIntegerField(
        _("width"), validators=[MinValueValidator(16), MaxValueValidator(6000)], help_text=_("In pixels.")
    )
    height = models.PositiveIntegerField(
        _("height"), validators=[MinValueValidator(16), MaxValueValidator(6000)], help_text=_("In pixels.")
    )
    fit = models.CharField(_("fit"), max_length=10, choices=Fit, default=Fit.INSIDE)
    background = models.CharField(
        _("background"), max_length=7, default="#ffffff",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}\Z", _("Write a colour as #ffffff."))],
        help_text=_("Behind transparent pictures and around smaller ones, as #ffffff."),
    )  # fmt: skip
    format = models.CharField(_("format"), max_length=5, choices=Format, default=Format.JPEG)
    quality = models.PositiveSmallIntegerField(
        _("quality"), default=85, validators=[MinValueValidator(30), MaxValueValidator(100)],
        help_text=_("From 30 to 100; PNG has none."),
    )  # fmt: skip
    max_kb = models.PositiveIntegerField(
        _("heaviest"), null=True, blank=True, validators=[MinValueValidator(5)],
        help_text=_("In kilobytes; empty for no limit."),
    )  # fmt: skip
    ahead = models.BooleanField(
        _("made after upload"), default=True, help_text=_("Otherwise it is made when it is first asked for.")
    )

    class Meta:
        verbose_name = _("rendition preset")
        verbose_name_plural = _("rendition presets")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                name="rendition_preset_code",
                violation_error_message=_("There is a preset with this code: choose another."),
            )
        ]


class Rendition(models.Model):
    """One picture by one preset. `key`: what it was made by (preset, focus, crop); another key makes it anew.

    `error`: why it could not be made, as {"code", "params"} of catalog.assets.refusals; then there is no file.
    """

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="renditions")
    preset = models.ForeignKey(RenditionPreset, on_delete=models.CASCADE, related_name="renditions")
    key = models.CharField(max_length=16)
    file = models.CharField(max_length=300, default="")
    mime = models.CharField(max_length=100, default="")
    size = models.PositiveBigIntegerField(default=0)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    error = models.JSONField(default=dict)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("rendition")
        verbose_name_plural = _("renditions")
        constraints = [models.UniqueConstraint(fields=["asset", "preset"], name="rendition_of_asset")]

    def __str__(self) -> str:
        return f"{self.preset.code}, {self.width} × {self.height}"
