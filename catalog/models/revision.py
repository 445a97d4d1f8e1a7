"""Who changed what, when and why: one row per product and write."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.documents import DocumentField
from catalog.models.product import Product


class Revision(models.Model):
    """`changes` is {key: [before, after]}; the product's own fields stand under "_sku", "_status", "_categories" …

    A value that was absent is written as the one-key object {"absent": true}, since None means explicitly empty.
    Owner of the document: catalog.values.revisions.
    """

    # No index of its own here: the constraint's begins with it.
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="revisions", db_index=False)
    rev = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    user = models.ForeignKey("catalog.User", null=True, on_delete=models.SET_NULL, related_name="+")
    source = models.CharField(max_length=100)
    origin = models.CharField(max_length=20)  # form, grid, bulk, accept, import, undo, rule, api, demo
    ref = models.CharField(max_length=100, default="")  # "import:12"
    changes = DocumentField()

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        constraints = [models.UniqueConstraint(fields=["product", "rev"], name="revision_of_product")]
        indexes = [models.Index(fields=["ref", "product"], name="revision_ref", condition=~models.Q(ref=""))]

    def __str__(self) -> str:
        return f"{self.product_id}@{self.rev}"
