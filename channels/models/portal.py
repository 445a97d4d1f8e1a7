"""What a portal shows: the sheets it was sent, and what its lists and its search ask of them."""

from __future__ import annotations

from django.db import models


class PortalPage(models.Model):
    """A sheet as it was sent to a portal. Nothing else is shown there, so nothing unapproved can be."""

    channel = models.ForeignKey(
        "channels.Channel", on_delete=models.CASCADE, related_name="portal_pages", db_index=False
    )
    key = models.CharField(max_length=150)  # the SKU
    revision = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)
    sheet = models.JSONField()
    shown_since = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "key"], name="portal_page")]
        indexes = [models.Index(fields=["channel", "-changed_at"], name="portal_page_changed")]

    def __str__(self) -> str:
        return self.key


class PortalText(models.Model):
    """A page in one language: `title` as shown, `sort` to order by, `search` folded, with what it is found by."""

    page = models.ForeignKey(PortalPage, on_delete=models.CASCADE, related_name="texts", db_index=False)
    channel = models.ForeignKey(
        "channels.Channel", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    locale = models.CharField(max_length=20)
    title = models.CharField(max_length=300)
    sort = models.CharField(max_length=100)
    search = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "locale"], name="portal_text")]
        indexes = [models.Index(fields=["channel", "locale", "sort", "page"], name="portal_text_order")]

    def __str__(self) -> str:
        return f"{self.title} ({self.locale})"


class PortalPlace(models.Model):
    """A category a page is found in: its own ones and those above them."""

    page = models.ForeignKey(PortalPage, on_delete=models.CASCADE, related_name="places", db_index=False)
    channel = models.ForeignKey(
        "channels.Channel", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    category = models.CharField(max_length=100)  # its code

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "category"], name="portal_place")]
        indexes = [models.Index(fields=["channel", "category", "page"], name="portal_place_found")]

    def __str__(self) -> str:
        return self.category
