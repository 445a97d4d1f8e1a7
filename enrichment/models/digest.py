"""Who wants to be told by mail, once a day, what waits for them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Digest(models.Model):
    """No row: no mail. `hour`: from when on, in the person's time zone. `looked_on`: their day that is settled, with a mail or
    without one, since nothing waited.

    Owner: enrichment.digest.
    """

    user = models.OneToOneField("catalog.User", on_delete=models.CASCADE, related_name="+")
    hour = models.PositiveSmallIntegerField(_("hour"))
    looked_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("daily mail")
        verbose_name_plural = _("daily mails")
        constraints = [models.CheckConstraint(condition=models.Q(hour__lte=23), name="digest_hour")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.hour}"
