"""Rules: what is written, by itself, into the products that fit; when each ran, and which products wait to be looked at."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.codes import Labelled


class Rule(Labelled):
    """`when`: a combined filter as enrichment.workbench.filtering.grammar spells it. `actions`: what is written, in order; owner:
    enrichment.rules.actions. It runs with the rights of `owner`, who saved it last.

    `whole_due`: an on-change rule that was saved looks at every product once. `flags_since`: flags from before then were set for
    other conditions, or to say something else.
    """

    when = models.CharField(max_length=2000, blank=True, default="")
    actions = models.JSONField(default=list)
    enabled = models.BooleanField(_("switched on"), default=True)
    on_change = models.BooleanField(_("whenever a product changes"), default=False)
    daily_at = models.TimeField(_("every day at"), null=True, blank=True)
    position = models.PositiveIntegerField(default=0)
    owner = models.ForeignKey("catalog.User", null=True, on_delete=models.SET_NULL, related_name="+")
    whole_due = models.BooleanField(default=False)
    next_run_at = models.DateTimeField(null=True)
    problem = models.TextField(default="")  # why it cannot run now; "" where it can
    flags_since = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], name="rule_code", violation_error_message=_("This code is taken.")
            )
        ]


class RuleRun(models.Model):
    """A run and what came of it; what a rule does on change is one row a day. `ref`: of the revisions it made.

    `flagged`: products that did not carry the rule's flag before. `reasons`: why products were left as they are, and how many:
    {sentence: count}. `cursor`: how far a run is, as enrichment.rules.planning walks. `chosen`: how many products were chosen for
    it; None where it looked at all.
    """

    class Trigger(models.TextChoices):
        HAND = "hand", _("By hand")
        CLOCK = "clock", _("By the clock")
        SAVED = "saved", _("After it was saved")
        CHANGE = "change", _("On change")

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="runs", db_index=False)
    ref = models.CharField(max_length=100)
    trigger = models.CharField(max_length=10, choices=Trigger)
    by = models.ForeignKey("catalog.User", null=True, on_delete=models.SET_NULL, related_name="+")
    job = models.ForeignKey("catalog.Job", null=True, on_delete=models.SET_NULL, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    cursor = models.JSONField(default=list)
    chosen = models.PositiveIntegerField(null=True)
    matched = models.PositiveBigIntegerField(default=0)
    changed = models.PositiveBigIntegerField(default=0)
    proposed = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0)
    flagged = models.PositiveBigIntegerField(default=0)
    reasons = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ref"], name="rule_run_ref")]
        indexes = [models.Index(fields=["rule", "-id"], name="rule_run_newest")]

    def __str__(self) -> str:
        return self.ref


class ProductFlag(models.Model):
    """A product that fits a rule which flags; what it says is the rule's. Owner: enrichment.rules.flags."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="flags", db_index=False)
    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="flags")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "product"], name="product_flag")]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.rule_id}"


class RuleMark(models.Model):
    """A product that changed, and is to be looked at by the rules that run on change.

    Marks are only ever added, so that nobody who saves waits for a rule: one taken before the product was read says that it
    was read after. `turn`: how many rules in a row have caused each other to get here.
    """

    product_id = models.BigIntegerField()
    turn = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.product_id} ({self.turn})"
