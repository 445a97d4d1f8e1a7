"""A view of the grid that somebody named: which products, in which order, with which columns."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

NAME_LENGTH = 60
QUERY_LENGTH = (
    3000  # a server reads no more than 4,094 characters of an address (gunicorn, limit_request_line)
)


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def open_to(self, user: Any, *, everything: bool = False) -> SavedViewQuerySet:
        """One's own, and those shared with one of one's roles (`everything`: with any role)."""
        given = SavedView.roles.through.objects.filter(savedview_id=OuterRef("pk"))
        if not everything:
            given = given.filter(
                role_id__in=user.roles.through.objects.filter(user_id=user.pk).values("role_id")
            )
        return self.filter(Q(owner_id=user.pk) | Q(Exists(given)))

    def with_marks(self, user: Any) -> SavedViewQuerySet:
        """`is_shared`: with any role; `is_default`: what this person's grid begins with."""
        return self.annotate(
            is_shared=Exists(SavedView.roles.through.objects.filter(savedview_id=OuterRef("pk"))),
            is_default=Exists(DefaultView.objects.filter(view_id=OuterRef("pk"), user_id=user.pk)),
        )


class SavedView(models.Model):
    """`query`: the grid's address as enrichment.workbench.saved_views.address keeps it. `export`: what was last chosen for a
    file of it; owner: enrichment.workbench.grid.export_form. Without an owner (who left) it belongs to those who share views.
    """

    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    owner = models.ForeignKey(
        "catalog.User", null=True, on_delete=models.SET_NULL, related_name="saved_views"
    )
    query = models.TextField(max_length=QUERY_LENGTH, blank=True, default="")
    roles = models.ManyToManyField(
        "catalog.Role", verbose_name=_("shared with"), blank=True, related_name="+"
    )
    export = models.JSONField(default=dict, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                name="saved_view_name",
                violation_error_message=_("You have a view of this name already."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class DefaultView(models.Model):
    """What a person's grid begins with."""

    user = models.OneToOneField("catalog.User", on_delete=models.CASCADE, related_name="+")
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.user_id}: {self.view_id}"
