"""Packs of rules a channel keeps, as the manager wants them. What a pack proposes is code: channels.rules.packs."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RulePack(models.Model):
    """A pack in use. No family and no category: of every product, or of none, as the pack says."""

    channel = models.ForeignKey("channels.Channel", on_delete=models.CASCADE, related_name="rule_packs")
    pack = models.CharField(max_length=30)
    is_on = models.BooleanField(default=False)
    families = models.ManyToManyField("catalog.Family", blank=True, related_name="+")
    categories = models.ManyToManyField("catalog.Category", blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "pack"], name="rule_pack")]

    def __str__(self) -> str:
        return self.pack


class PackedRule(models.Model):
    """One rule of it. `told`: what the pack said when it was taken over (Rule.facts); `in_force`: its day has come, which
    channels.rules.turning notes, so that what hangs on it is counted anew."""

    class Level(models.TextChoices):
        REQUIRED = "required", _("Required")
        WARNING = "warning", _("Warning")
        OFF = "off", _("Off")

    use = models.ForeignKey(RulePack, on_delete=models.CASCADE, related_name="rules")
    code = models.CharField(max_length=60)
    attribute = models.ForeignKey("catalog.Attribute", null=True, on_delete=models.SET_NULL, related_name="+")
    # Tells the maker's country, of rules that are asked only of makers outside the EU.
    condition = models.ForeignKey("catalog.Attribute", null=True, on_delete=models.SET_NULL, related_name="+")
    level = models.CharField(max_length=10, choices=Level)
    counts_from = models.DateField(null=True)
    in_force = models.BooleanField()
    told = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["use", "code"], name="packed_rule")]
        indexes = [
            models.Index(
                fields=["counts_from"], condition=models.Q(in_force=False), name="packed_rule_coming"
            )
        ]

    def __str__(self) -> str:
        return self.code
