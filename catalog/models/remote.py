"""Files that imports name by their addresses: what an address gave last, and which cell waits for which."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.importing import ImportRun


class RemoteFile(models.Model):
    """What an address gave when it was asked last, so that it is not fetched again needlessly. `digest`: sha256 of the
    address. Owner: catalog.importing.pictures."""

    digest = models.CharField(max_length=64, unique=True)
    url = models.TextField()
    sha256 = models.CharField(max_length=64)
    etag = models.CharField(max_length=200, default="")
    modified = models.CharField(max_length=100, default="")
    fetched_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.url[:100]


class ImportPicture(models.Model):
    """One file of one cell of a run: by its address (`url`), or by the hash that the cell named itself.

    `number`: of the row. `base`: the fingerprint of the cell's value as the plan saw it, then as this run wrote it: what
    somebody changed since stays. `tries`: of those that failed in passing. Owner: catalog.importing.pictures.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("To be fetched")
        FETCHED = "fetched", _("Fetched")
        WRITTEN = "written", _("On its product")
        FAILED = "failed", _("Failed")
        LEFT = "left", _("Left out")

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="pictures", db_index=False)
    number = models.PositiveIntegerField()
    key = models.CharField(max_length=400)
    place = models.PositiveSmallIntegerField(default=0)
    url = models.TextField(default="")
    digest = models.CharField(max_length=64, default="")
    base = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64, default="")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    code = models.CharField(max_length=40, default="")
    told = models.TextField(default="")
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "number", "key", "place"], name="import_picture")
        ]
        indexes = [models.Index(fields=["run", "state", "digest"], name="import_picture_state")]

    def __str__(self) -> str:
        return self.url or self.sha256
