"""What the numbers of identifiers are taken from: running numbers, and pools of GTINs."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from stdnum import ean

from catalog.models.attribute import Attribute
from catalog.models.codes import Labelled


class Sequence(models.Model):
    """The next running number of an attribute's pattern, for products with the same text around it."""

    attribute = models.ForeignKey(Attribute, on_delete=models.CASCADE, related_name="sequences")
    scope = models.CharField(max_length=255)  # what stands before and after the number, parted by a tab
    next = models.PositiveBigIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attribute", "scope"], name="sequence_scope")]

    def __str__(self) -> str:
        return f"{self.scope}: {self.next}"


class GtinPool(Labelled):
    """GTINs a company may give: its GS1 company prefix, and a range of the item numbers behind it.

    `next` only rises while numbers are given, so that a number a product gave up is not given to another (GS1's rule of
    non-reuse). Numbers that products have already, typed or imported, are passed over.
    """

    class Length(models.IntegerChoices):
        GTIN_8 = 8, "GTIN-8"
        GTIN_12 = 12, _("GTIN-12 (UPC)")
        GTIN_13 = 13, _("GTIN-13 (EAN)")
        GTIN_14 = 14, "GTIN-14"

    attribute = models.ForeignKey(
        Attribute,
        verbose_name=_("attribute"),
        on_delete=models.PROTECT,
        related_name="pools",
        help_text=_("A unique identifier of the kind GTIN."),
    )
    length = models.PositiveSmallIntegerField(_("kind"), choices=Length, default=Length.GTIN_13)
    prefix = models.CharField(
        _("company prefix"),
        max_length=12,
        validators=[RegexValidator(r"^\d{2,12}\Z", _("Digits only, as GS1 gave them to you."))],
        help_text=_("The digits with which all your numbers begin, as GS1 gave them to you."),
    )
    first = models.PositiveBigIntegerField(
        _("first item number"), default=0, help_text=_("Of those behind the prefix, without check digit.")
    )
    last = models.PositiveBigIntegerField(_("last item number"))
    next = models.PositiveBigIntegerField(_("next item number"), default=0)
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Numbers are taken from active pools only, in their order.")
    )
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("GTIN pool")
        verbose_name_plural = _("GTIN pools")
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("code"),
                name="gtin_pool_code",
                violation_error_message=_("This code is taken."),
            )
        ]

    @property
    def digits(self) -> int:
        """How many the item number has: what prefix and check digit leave."""
        return self.length - 1 - len(self.prefix)

    @property
    def used(self) -> int:
        return max(0, min(self.next, self.last + 1) - self.first)

    @property
    def free(self) -> int:
        return max(0, self.last + 1 - max(self.next, self.first))

    def gtin(self, item: int) -> str:
        body = f"{self.prefix}{item:0{self.digits}d}"
        return body + ean.calc_check_digit(body)

    def clean(self) -> None:
        if None in (self.first, self.last, self.length) or not (
            self.prefix.isascii() and self.prefix.isdigit()
        ):
            return  # the fields themselves have said what is wrong
        errors: dict[str, object] = {}
        if self.attribute_id and not (
            self.attribute.type == "identifier"
            and self.attribute.params.get("kind") == "gtin"
            and self.attribute.is_unique
        ):
            errors["attribute"] = _(
                "Choose a unique identifier of the kind GTIN: no two products share a number."
            )
        if self.digits < 1:
            errors["prefix"] = _(
                "The prefix leaves no digit for the item: it is too long for this kind of GTIN."
            )
        elif self.last >= 10**self.digits:
            errors["last"] = _(
                "Behind this prefix the item number has %(digits)d digits, %(most)s at most."
            ) % {
                "digits": self.digits,
                "most": "9" * self.digits,
            }
        if self.first > self.last:
            errors["first"] = _("The first number is above the last.")
        if not errors and (other := next(self._overlapping(), None)):
            errors["first"] = _("The pool %(pool)s has some of these numbers: choose a range beside it.") % {
                "pool": other
            }
        stored = GtinPool.objects.filter(pk=self.pk).first() if self.pk else None
        if stored is not None and stored.used:
            for name in ("attribute_id", "length", "prefix", "first"):
                if getattr(self, name) != getattr(stored, name):
                    errors.setdefault(
                        name.removesuffix("_id"),
                        _("Numbers of this pool are given already: leave this, and make another pool."),
                    )
        if errors:
            raise ValidationError(errors)
        if stored is not None and stored.used:
            self.next = max(self.next, stored.next)  # a file may be older than the numbers given since
        elif stored is not None and self.next == stored.next:
            self.next = self.first  # nothing is given: the range may still begin elsewhere
        self.next = max(self.next, self.first)

    def _overlapping(self) -> Iterator[GtinPool]:
        low, high = self._bodies()
        for other in GtinPool.objects.filter(length=self.length).exclude(pk=self.pk):
            if other._bodies()[0] <= high and low <= other._bodies()[1]:
                yield other

    def _bodies(self) -> tuple[int, int]:
        return tuple(int(f"{self.prefix}{item:0{self.digits}d}") for item in (self.first, self.last))  # type: ignore[return-value]
