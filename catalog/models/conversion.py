"""A change of how an attribute's values are stored: planned, then open while products are rewritten, then done."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.attribute import Attribute


class Conversion(models.Model):
    """`before` and `after`: {type, localizable, scopable, params}. `settings`: what was chosen (locales, contexts, options).

    While it is open the attribute already is as in `after`, and documents not yet rewritten are read as if they were
    (catalog.structure.conversion). Owner of the documents: catalog.conversions.
    """

    class State(models.TextChoices):
        PLANNING = "planning", _("Being planned")
        PLANNED = "planned", _("Planned")
        OPEN = "open", _("Running")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Not done")

    attribute = models.ForeignKey(
        Attribute, verbose_name=_("attribute"), on_delete=models.CASCADE, related_name="conversions"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNING)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    settings = models.JSONField(default=dict)
    plan = models.JSONField(default=dict)  # what was found: counts, samples, reasons
    position = models.PositiveBigIntegerField(default=0)  # the last product that was looked at
    counts = models.JSONField(
        default=dict
    )  # {"products": rewritten, "campaigns": …, "proposals": …, "failed": …}
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        "catalog.User", verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("conversion")
        verbose_name_plural = _("conversions")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["attribute"], condition=models.Q(state="open"), name="conversion_open",
                violation_error_message=_("This attribute's values are being converted already."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.attribute} #{self.pk}"
