"""What people say to each other about a product, or about one of its values."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

TEXT_LENGTH = 4000


class Thread(models.Model):
    """One talk. `key`: the value it is about ("name|de_DE", catalog.values.keys), "" for the product as a whole.

    Owner: enrichment.comments. Of each place one at most is open: what is said there goes to it.
    """

    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="threads")
    key = models.CharField(max_length=255, blank=True, default="")
    created_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(
        "catalog.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("comment thread")
        verbose_name_plural = _("comment threads")
        constraints = [
            models.UniqueConstraint(
                fields=["product", "key"], condition=Q(resolved_at__isnull=True), name="thread_open"
            )
        ]
        indexes = [
            models.Index(
                fields=["resolved_at"], condition=Q(resolved_at__isnull=False), name="thread_resolved"
            )
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.key}"


class Comment(models.Model):
    """Plain text, shown as it was typed. Without an author (who left) nobody edits it; deleted, its text is gone."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey("catalog.User", null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField(_("comment"), max_length=TEXT_LENGTH)
    at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")

    def __str__(self) -> str:
        return f"{self.thread_id}: {self.text[:60]}"


class Notification(models.Model):
    """A comment that is for somebody: who is named in it, or took part in its thread. Whether they may still see it is asked
    whenever it is shown."""

    class Because(models.TextChoices):
        MENTION = "mention", _("names you")
        REPLY = "reply", _("answers a thread of yours")

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="notifications")
    user = models.ForeignKey(
        "catalog.User", on_delete=models.CASCADE, related_name="notifications", db_index=False
    )
    because = models.CharField(max_length=10, choices=Because)
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [models.UniqueConstraint(fields=["user", "comment"], name="notification_once")]
        indexes = [
            models.Index(
                fields=["user", "-comment"], condition=Q(read_at__isnull=True), name="notification_unread"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.comment_id}"
