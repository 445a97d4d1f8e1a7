"""Products that are to be on channels from a moment on, and not before. Owner: channels.launches."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Launch(models.Model):
    """`at` is a moment; `time_zone` (IANA) is the one in which people said it. No `at`: kept back until it is given one.

    Only what is not on a channel yet is kept off it: nothing is taken down for a launch.
    """

    name = models.CharField(_("name"), max_length=200)
    at = models.DateTimeField(_("launches"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    created_at = models.DateTimeField(auto_now_add=True)
    # Of the form that asked for it, so that pressing its button twice makes one.
    ref = models.CharField(max_length=40, default="", editable=False)

    class Meta:
        verbose_name = _("launch")
        verbose_name_plural = _("launches")
        indexes = [models.Index(fields=["at"], name="launch_at")]
        constraints = [
            models.UniqueConstraint(
                fields=["ref"], name="launch_ref", condition=~models.Q(ref=""),
                violation_error_message=_("It is scheduled already."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """UTC where the machine no longer knows the name."""
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")

    @property
    def local(self) -> datetime | None:
        """`at` as the clocks of its zone show it."""
        return self.at.astimezone(self.zone) if self.at else None

    def is_pending(self, now: datetime) -> bool:
        return self.at is None or self.at > now


class LaunchEntry(models.Model):
    """A product as it was chosen, on one channel: a model stands for all its variants, those of later too."""

    # No index of its own here: the constraint's begins with it.
    launch = models.ForeignKey(Launch, on_delete=models.CASCADE, related_name="entries", db_index=False)
    channel = models.ForeignKey("channels.Channel", on_delete=models.CASCADE, related_name="+")
    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="launch_entries")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["launch", "channel", "product"], name="launch_entry")]

    def __str__(self) -> str:
        return f"{self.product_id} on {self.channel_id}"


class LaunchStep(models.Model):
    """What was done with a launch, and by whom. `count`: entries that came or went."""

    class Kind(models.TextChoices):
        SCHEDULED = "scheduled", _("Scheduled")
        MOVED = "moved", _("Moved")
        KEPT_BACK = "kept_back", _("Cancelled, and kept off the channels")
        LET_GO = "let_go", _("Cancelled, and let go at once")
        TAKEN = "taken", _("Products were taken over by another launch")

    launch = models.ForeignKey(Launch, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=10, choices=Kind)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    before = models.DateTimeField(null=True)
    after = models.DateTimeField(null=True)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.launch_id}: {self.kind}"
