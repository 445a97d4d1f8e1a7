"""Category trees. `path` holds the ids from the root down ("/1/7/"), so that a branch is one prefix query."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.codes import Labelled


class CategoryQuerySet(models.QuerySet["Category"]):
    def roots(self) -> CategoryQuerySet:
        return self.filter(parent=None)

    def branch(self, category: Category) -> CategoryQuerySet:
        """The category and all below it."""
        return self.filter(path__startswith=category.path)


class Category(Labelled):
    parent = models.ForeignKey(
        "self",
        verbose_name=_("parent"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    path = models.CharField(max_length=500, editable=False, db_index=True, default="")
    position = models.PositiveIntegerField(_("position"), default=0)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["path", "position"]
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("code"),
                name="category_code",
                violation_error_message=_("This code is taken."),
            )
        ]

    @property
    def depth(self) -> int:
        return max(self.path.count("/") - 2, 0)
