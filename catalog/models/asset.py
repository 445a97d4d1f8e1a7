"""Pictures, documents and videos, stored once by content, with what is known about them."""

from __future__ import annotations

from datetime import datetime

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class AssetTag(models.Model):
    """A word by which assets are found; lower case, so that it is there once."""

    name = models.CharField(_("tag"), max_length=60, unique=True)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AssetQuerySet(models.QuerySet["Asset"]):
    def in_library(self) -> AssetQuerySet:
        return self.filter(removed_at=None)


class Asset(models.Model):
    """A stored file. `sha256` is its identity: values hold it, and the same bytes are stored once.

    `removed_at`: taken out of the library, so that no value may name it any more; its file goes a while later, when it
    is certain that nothing took it up meanwhile. `focus_x`, `focus_y`: what a crop keeps in the middle, in percent.
    `white_edge`: how much of a picture's edge is white, in percent; None where nobody has looked yet.
    """

    class Kind(models.TextChoices):
        IMAGE = "image", _("Picture")
        FILE = "file", _("Document")
        VIDEO = "video", _("Video")

    sha256 = models.CharField(max_length=64, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.IMAGE)
    file = models.FileField(_("file"), upload_to="assets/")
    name = models.CharField(_("name"), max_length=255)
    mime = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    frames = models.PositiveSmallIntegerField(default=1)
    white_edge = models.PositiveSmallIntegerField(null=True, editable=False)
    titles = models.JSONField(_("title"), default=dict, blank=True)
    alts = models.JSONField(_("alternative text"), default=dict, blank=True)
    tags = models.ManyToManyField(AssetTag, verbose_name=_("tags"), blank=True, related_name="assets")
    credit = models.CharField(_("credit"), max_length=255, blank=True)
    copyright = models.CharField(_("copyright"), max_length=255, blank=True)
    licence = models.TextField(_("licence note"), blank=True)
    valid_from = models.DateTimeField(_("rights begin"), null=True, blank=True)
    valid_until = models.DateTimeField(_("rights end"), null=True, blank=True)
    focus_x = models.PositiveSmallIntegerField(
        _("focus, from the left"), default=50, validators=[MaxValueValidator(100)]
    )
    focus_y = models.PositiveSmallIntegerField(
        _("focus, from the top"), default=50, validators=[MaxValueValidator(100)]
    )
    crops = models.JSONField(default=dict, blank=True, editable=False)  # owned by catalog.assets.cropping
    search = models.TextField(default="", editable=False)
    renditions_due = models.BooleanField(default=False, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(_("uploaded"))
    created_by = models.ForeignKey(
        "catalog.User", verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = AssetQuerySet.as_manager()

    class Meta:
        verbose_name = _("asset")
        verbose_name_plural = _("assets")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="asset_rights_end_after_they_begin",
                violation_error_message=_("The rights end before they begin: correct one of the two dates."),
            ),
            models.CheckConstraint(
                condition=Q(focus_x__lte=100, focus_y__lte=100), name="asset_focus_inside"
            ),
        ]
        indexes = [
            models.Index(fields=["name", "id"], name="asset_by_name"),
            models.Index(
                fields=["valid_until"], condition=Q(valid_until__isnull=False), name="asset_rights_end"
            ),
            models.Index(fields=["id"], condition=Q(renditions_due=True), name="asset_renditions_due"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def focus(self) -> tuple[int, int]:
        return self.focus_x, self.focus_y

    def rights(self, at: datetime) -> str:
        """ "held", "coming", "ending" (within 30 days) or "ended"; "" where no limit is known."""
        if self.valid_until and self.valid_until <= at:
            return "ended"
        if self.valid_from and self.valid_from > at:
            return "coming"
        if self.valid_until:
            return "ending" if (self.valid_until - at).days < 30 else "held"
        return ""
