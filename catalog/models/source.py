"""Where values come from, which source outranks which, and what an outranked source wanted to say."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.attribute import Attribute, AttributeGroup
from catalog.models.codes import Labelled
from catalog.models.product import Product


class Source(Labelled):
    class Kind(models.TextChoices):
        PERSON = "person", _("People")
        IMPORT = "import", _("Import")
        ERP = "erp", _("ERP")
        RULE = "rule", _("Rule")
        AI = "ai", _("Machine")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.IMPORT)
    rank = models.IntegerField(
        _("rank"),
        default=50,
        help_text=_("The higher wins. A lower source's differing value is kept as a proposal."),
    )

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["-rank", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], name="source_code", violation_error_message=_("This code is taken.")
            )
        ]


class SourcePolicy(models.Model):
    """For an attribute, or a whole group: whether a source may write, and its rank there. The attribute's row wins."""

    source = models.ForeignKey(
        Source, verbose_name=_("source"), on_delete=models.CASCADE, related_name="policies"
    )
    attribute = models.ForeignKey(
        Attribute,
        verbose_name=_("attribute"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    group = models.ForeignKey(
        AttributeGroup,
        verbose_name=_("group"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    may_write = models.BooleanField(_("may write"), default=True)
    rank = models.IntegerField(_("rank"), null=True, blank=True, help_text=_("Empty: the source's own rank."))

    class Meta:
        verbose_name = _("source policy")
        verbose_name_plural = _("source policies")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(attribute__isnull=True) ^ models.Q(group__isnull=True),
                name="source_policy_target",
                violation_error_message=_("Choose either an attribute or a group."),
            ),
            models.UniqueConstraint(fields=["source", "attribute"], name="source_policy_attribute"),
            models.UniqueConstraint(fields=["source", "group"], name="source_policy_group"),
        ]

    def __str__(self) -> str:
        return f"{self.source} · {self.attribute or self.group}"


class Proposal(models.Model):
    """A value somebody could not simply write: from an outranked source, or by a person who may not publish."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        REJECTED = "rejected", _("Rejected")

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="proposals")
    key = models.CharField(max_length=255)
    value = models.JSONField(null=True)
    source = models.CharField(max_length=100)
    proposed_by = models.ForeignKey("catalog.User", null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey("catalog.User", null=True, on_delete=models.SET_NULL, related_name="+")
    settled_ref = models.CharField(
        max_length=100, default=""
    )  # of the bulk change it was settled in: undo reopens it

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        constraints = [
            # One open proposal per value and source: a newer one replaces it.
            models.UniqueConstraint(
                fields=["product", "key", "source"], condition=models.Q(state="open"), name="proposal_open"
            )
        ]
        indexes = [
            models.Index(fields=["-id"], condition=models.Q(state="open"), name="proposal_newest"),
            models.Index(
                fields=["settled_ref"], condition=~models.Q(settled_ref=""), name="proposal_settled"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} ← {self.source}"
