"""How complete a product is for a channel in a locale: three numbers, written only when they change."""

from __future__ import annotations

from django.db import models


class Completeness(models.Model):
    """Required attributes and how many of them are missing; permanent values only (design: Completeness and validity)."""

    # No index of its own here: the constraint's begins with it.
    product = models.ForeignKey(
        "catalog.Product", on_delete=models.CASCADE, related_name="completeness", db_index=False
    )
    channel = models.ForeignKey("channels.Channel", on_delete=models.CASCADE, related_name="+")
    locale = models.CharField(max_length=20)
    required = models.PositiveSmallIntegerField()
    missing = models.PositiveSmallIntegerField()
    # Which attributes: the number of a MissingSet; 0 where nothing is missing, or it was not counted since the column came.
    lacks = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "channel", "locale"], name="completeness_slot")
        ]
        indexes = [
            # All that is counted by channel and locale is read from here, without a look at the rows.
            models.Index(
                fields=["channel", "locale", "missing", "lacks", "product"], name="completeness_lacks"
            )
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.channel_id} {self.locale}: {self.ratio} %"

    @property
    def ratio(self) -> int:
        """As Akeneo counts: floor(100 · (required − missing) / required); nothing required is complete."""
        return 100 if not self.required else 100 * (self.required - self.missing) // self.required


class MissingSet(models.Model):
    """A set of attributes that some product lacks. Owner: channels.lacking."""

    number = models.BigIntegerField(primary_key=True)
    codes = models.TextField()  # ",description,name,"

    def __str__(self) -> str:
        return self.codes.strip(",")
