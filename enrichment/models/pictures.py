"""Files on their way to products: what was dropped, which product each is of, and what became of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PictureMatch(models.Model):
    """One drop of files by one person. Owner: enrichment.workbench.pictures.

    `rule`: enrichment.workbench.pictures.naming.Rule. `only`: ids of the products chosen in the grid; [] looks among all.
    """

    rule = models.JSONField(default=dict)
    only = models.JSONField(default=list)
    job = models.ForeignKey("catalog.Job", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        "catalog.User", null=True, on_delete=models.CASCADE, related_name="picture_matches"
    )

    class Meta:
        verbose_name = _("pictures for products")
        verbose_name_plural = _("pictures for products")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.pk}"


class PictureFile(models.Model):
    """A file by its name, folders included: the same name dropped again takes its place.

    `code`: why it is on no product, or was not written (matching.REASONS); `told`: the sentence where another room said it.
    `place`: where its name puts it among the product's files. `ref`: of the revision that wrote it.
    """

    class State(models.TextChoices):
        REFUSED = "refused", _("Not taken in")
        UNMATCHED = "unmatched", _("Without product")
        MATCHED = "matched", _("Ready")
        WRITTEN = "written", _("On its product")
        FAILED = "failed", _("Not written")

    match = models.ForeignKey(PictureMatch, on_delete=models.CASCADE, related_name="files", db_index=False)
    name = models.CharField(_("file"), max_length=255)
    asset = models.ForeignKey("catalog.Asset", null=True, on_delete=models.SET_NULL, related_name="+")
    product = models.ForeignKey("catalog.Product", null=True, on_delete=models.SET_NULL, related_name="+")
    place = models.PositiveIntegerField(default=0)
    by_hand = models.BooleanField(default=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UNMATCHED)
    code = models.CharField(max_length=40, default="")
    told = models.TextField(default="")
    ref = models.CharField(max_length=40, default="")

    class Meta:
        verbose_name = _("file for a product")
        verbose_name_plural = _("files for products")
        constraints = [models.UniqueConstraint(fields=["match", "name"], name="picture_file")]
        indexes = [models.Index(fields=["match", "state", "product"], name="picture_file_state")]

    def __str__(self) -> str:
        return self.name
