"""Long work is a row: claimed with a lease, so that a lost message or a killed worker loses nothing."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """States: queued → running → done | failed | cancelled. A running job whose lease ran out is claimed again."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    kind = models.CharField(_("kind"), max_length=50)
    queue = models.CharField(_("queue"), max_length=20, default="interactive")
    params = models.JSONField(default=dict)
    title = models.CharField(_("title"), max_length=200, default="")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    done = models.PositiveBigIntegerField(_("done"), default=0)
    total = models.PositiveBigIntegerField(_("of"), null=True)
    message = models.CharField(_("message"), max_length=300, default="")
    log = models.JSONField(default=list)
    result = models.JSONField(default=dict)
    error = models.TextField(_("error"), default="")
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    cancel_requested = models.BooleanField(default=False)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.CharField(max_length=32, default="")
    run_at = models.DateTimeField(_("not before"))
    created_at = models.DateTimeField(_("created"))
    # Of the interface, where it was asked for: what the job says is said in it.
    language = models.CharField(max_length=10, default="", editable=False)
    created_by = models.ForeignKey(
        "catalog.User", verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["queue", "run_at"],
                condition=models.Q(state__in=["queued", "running"]),
                name="job_claim",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.kind
