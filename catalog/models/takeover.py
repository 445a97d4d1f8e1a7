"""A whole catalogue of another system on its way into this one."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.job import Job


class Takeover(models.Model):
    """Uploaded → planning → planned → running → done, or failed, cancelled; then it may be planned or carried on again.

    `uploads`: [{name, stored, size}] as they came. `files`: [{name, kind, stored, rows, table}], what is in them
    (catalog.takeovers.unpacking). `plan`: what would come (catalog.takeovers.planning). `marks`: how far it is carried out,
    written in the transaction of each step (catalog.takeovers.carrying), and so also its report.
    """

    class State(models.TextChoices):
        PLANNING = "planning", _("Planning")
        PLANNED = "planned", _("Planned")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    system = models.CharField(_("system"), max_length=30, default="akeneo")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNING)
    uploads = models.JSONField(default=list)
    files = models.JSONField(default=list)
    plan = models.JSONField(default=dict)
    marks = models.JSONField(default=dict)
    error = models.TextField(default="")
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        "catalog.User", verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("takeover")
        verbose_name_plural = _("takeovers")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.system} #{self.pk}"
