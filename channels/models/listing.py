"""What should be on a channel, what was sent, what the channel says: one row per sheet unit and channel."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from pim.lib.web_address import web_address


class Listing(models.Model):
    """Level-triggered: `desired_rev > sent_rev` says "this is not yet there as it should be".

    Each change that may alter the sheet raises `desired_rev` in its own transaction. A worker claims the row (lease and
    token), builds the sheet from what is then true, and settles with `sent_rev` = the desired_rev it claimed: sent, or
    found to need no sending (unchanged, incomplete, blocked, refused). What the channel holds is told by `sent_hash`.
    """

    GATHERED = "snapshot"  # `submission` of what waits for the next snapshot to be published
    SYNC = "sync"  # `held_by` of one of many that were made stale together: held by nothing, and behind single edits

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting to be sent")
        INCOMPLETE = "incomplete", _("Incomplete")
        SCHEDULED = "scheduled", _("Scheduled")  # ready, and kept back until its launch
        BLOCKED = "blocked", _("Blocked")  # not approved, held back, or the sheet breaks the channel's rules
        SENT = "sent", _("Sent")  # handed over, the channel has not confirmed yet
        ACCEPTED = "accepted", _("Accepted")
        LIVE = "live", _("Live")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        ABSENT = "absent", _("Not in the assortment")

    class Removal(models.TextChoices):
        """Of what would be taken down or emptied (channels.delivery.removals)."""

        HELD = "held", _("Held")  # with others it is more than the channel's cap: waits for a person
        GOING = "going", _("Going")  # within the cap, and counted
        ALLOWED = "allowed", _("Allowed")  # a person confirmed it

    # No index of its own here: the constraint's begins with it.
    product = models.ForeignKey(
        "catalog.Product", on_delete=models.CASCADE, related_name="listings", db_index=False
    )
    channel = models.ForeignKey("channels.Channel", on_delete=models.CASCADE, related_name="listings")
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.WAITING)
    state_since = models.DateTimeField(_("since"))
    reason = models.TextField(_("why"), default="")

    desired_rev = models.PositiveBigIntegerField(default=1)
    sent_rev = models.PositiveBigIntegerField(default=0)
    # What the channel holds of ours: hash and sheet of the last send that it took; empty after a withdrawal.
    sent_hash = models.CharField(max_length=64, default="")
    sent_sheet = models.JSONField(null=True)
    # Path → values sent before in fields that changed since, the newest first; "": paths sent as the channel had them
    # (channels.delivery.seeing).
    earlier = models.JSONField(default=dict)
    sent_at = models.DateTimeField(_("sent"), null=True)
    external_id = models.CharField(max_length=255, default="")
    external_url = models.CharField(max_length=500, default="")

    stale_since = models.DateTimeField(null=True)  # set with the first raise of desired_rev after a settle
    due_at = models.DateTimeField(null=True)  # the next moment at which time alone changes the sheet
    # "import:12": not sent while that run is being applied; SYNC: one of many, which go behind single edits
    held_by = models.CharField(max_length=100, default="")
    next_try_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)  # failures in a row
    lease_until = models.DateTimeField(null=True)
    lease_token = models.CharField(max_length=32, default="")
    unknown = models.BooleanField(default=False)  # the last send may or may not have arrived: read back first
    submission = models.CharField(max_length=255, default="")  # job handle of submit-and-poll, or GATHERED
    submitted = models.JSONField(null=True)  # what that job carries of this row: {op, revision, hash, sheet}
    error_class = models.CharField(
        max_length=10, default=""
    )  # retry, data, config, unknown, review: taken and not shown, be it refused or held since
    errors = models.JSONField(default=list)  # [{field, locale, attribute, code, message}]
    seen_at = models.DateTimeField(null=True)  # when the channel was last read back
    drift = models.JSONField(
        default=list
    )  # where it then differed from what was sent: [{field, sent, seen, kind}]
    drifted_at = models.DateTimeField(null=True)  # since when it does
    removal = models.CharField(max_length=10, choices=Removal, default="")
    # Fields accepted as the channel's own ("": the whole product): neither sent otherwise nor compared.
    kept = models.JSONField(default=list)
    kept_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        constraints = [models.UniqueConstraint(fields=["product", "channel"], name="listing")]
        indexes = [
            # The claim: stale rows of a channel by their turn; what waits for something else stands apart from them.
            models.Index(
                fields=["channel", "submission", "held_by", "next_try_at", "id"],
                condition=models.Q(desired_rev__gt=models.F("sent_rev")),
                name="listing_turn",
            ),
            models.Index(
                fields=["channel", "due_at"], condition=models.Q(due_at__isnull=False), name="listing_due"
            ),
            models.Index(fields=["channel", "state", "next_try_at"], name="listing_state"),
            models.Index(
                fields=["channel", "drifted_at"],
                condition=models.Q(drifted_at__isnull=False),
                name="listing_drifted",
            ),
            models.Index(
                fields=["channel", "removal"], condition=~models.Q(removal=""), name="listing_removal"
            ),
            models.Index(
                fields=["channel", "kept_at"], condition=models.Q(kept_at__isnull=False), name="listing_kept"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} → {self.channel}"

    @property
    def is_stale(self) -> bool:
        return self.desired_rev > self.sent_rev

    @property
    def is_there(self) -> bool:
        """Whether the channel holds it by what was sent, or is about to. What was only found there (external_id) counts not."""
        return bool(self.sent_hash or self.submission not in ("", self.GATHERED) or self.is_between_skus)

    @property
    def is_between_skus(self) -> bool:
        """Gone under its old SKU, to come back under the new one (channels.delivery.outcomes.withdrawn)."""
        return not self.sent_hash and self.sent_at is not None and self.state == self.State.ACCEPTED

    @property
    def waiting_since(self) -> datetime:
        return self.stale_since or self.state_since

    @property
    def page_there(self) -> str:
        """`external_url` as a link: a channel tells it, so it may be anything; "" where it is no web address."""
        return web_address(self.external_url)


# What an attempt is called where people read it.
OPERATIONS: dict[str, Any] = {
    "upsert": _("Send to the channel"),
    "withdraw": _("Take down from the channel"),
    "read_back": _("Read back"),
    "submit": _("Hand over as a job"),
    "poll": _("Ask what became of it"),
    "publish": _("Publish"),
}
OUTCOMES: dict[str, Any] = {
    "ok": _("Done"),
    "nothing_to_do": _("Nothing to do"),
    "submitted": _("Handed over"),
    "retry": _("Tried again later"),
    "data": _("Refused by the channel"),
    "config": _("Wrong settings"),
    "unknown": _("Not known whether it arrived"),
}


class Attempt(models.Model):
    """One try to send, withdraw or read back, as an operator reads it: secrets are masked before it is written."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="attempts_made")
    at = models.DateTimeField()
    operation = models.CharField(max_length=12)  # of OPERATIONS
    revision = models.PositiveBigIntegerField()
    outcome = models.CharField(max_length=12)  # of OUTCOMES
    message = models.TextField(default="")
    message_id = models.CharField(max_length=64, default="")
    milliseconds = models.PositiveIntegerField(default=0)
    # What went out, where it was refused or is not known to have arrived; what was taken is Listing.sent_sheet.
    request = models.JSONField(null=True)
    answer = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["-id"]
        indexes = [models.Index(fields=["at"], name="attempt_at")]

    def __str__(self) -> str:
        return f"{self.operation_label}: {self.outcome_label}"

    @property
    def operation_label(self) -> str:
        return str(OPERATIONS.get(self.operation, self.operation))

    @property
    def outcome_label(self) -> str:
        return str(OUTCOMES.get(self.outcome, self.outcome))
