"""The person who signs in."""

from __future__ import annotations

import zoneinfo

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


def time_zones() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones()) if "/" in name]


class User(AbstractUser):
    """A person. What they may do comes from their roles (catalog.access), not from Django's permissions."""

    locale = models.ForeignKey(
        "catalog.Locale",
        verbose_name=_("working locale"),
        help_text=_("The locale whose texts this person sees first."),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=50,
        choices=time_zones,
        blank=True,
        default="",
        help_text=_("In which times are shown and written. Empty: the zone of this installation."),
    )
    roles = models.ManyToManyField("catalog.Role", verbose_name=_("roles"), blank=True, related_name="users")

    class Meta(AbstractUser.Meta):  # type: ignore[name-defined]
        pass

    def __str__(self) -> str:
        """As colleagues know them; by the name they sign in with where no other is told."""
        return self.get_full_name() or self.get_username()
