"""The product row: identity, place in the structure, state. Its values live in ProductValues, beside it.

Only catalog.values.write changes these rows.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.category import Category
from catalog.models.digest import DigestField
from catalog.models.documents import DocumentField
from catalog.models.family import Family, FamilyVariant
from catalog.models.tokens import TokensField


class ProductQuerySet(models.QuerySet["Product"]):
    def alive(self) -> ProductQuerySet:
        return self.filter(trashed_at=None)

    def trashed(self) -> ProductQuerySet:
        return self.exclude(trashed_at=None)


class Product(models.Model):
    class Kind(models.TextChoices):
        """What can be sold is `simple` or `variant`; models carry what their variants share."""

        SIMPLE = "simple", _("Product")
        MODEL = "model", _("Product model")
        SUBMODEL = "submodel", _("Sub-model")
        VARIANT = "variant", _("Variant")

    class Status(models.TextChoices):
        """The approval state. Only an approved product is sent; an approved product stays approved when edited."""

        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("In review")
        APPROVED = "approved", _("Approved")

    sku = models.CharField(_("SKU"), max_length=150)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.SIMPLE)
    family = models.ForeignKey(
        Family,
        verbose_name=_("family"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="products",
        db_index=False,  # product_family_updated begins with it
    )
    family_variant = models.ForeignKey(
        FamilyVariant,
        verbose_name=_("family variant"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="products",
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("parent"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    # The product at the top of the tree; its own id where there is no parent. One query finds a whole model.
    root = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="members", editable=False
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    # Locale → Status, of locales that are approved by themselves; one that is not named goes with the product (catalog.approval).
    approvals = DocumentField(default=dict, editable=False)
    enabled = models.BooleanField(
        _("enabled"), default=True, help_text=_("A disabled product is withdrawn from every channel.")
    )
    trashed_at = models.DateTimeField(_("in the trash since"), null=True, blank=True, editable=False)
    # Raised by each change of this product's own document and fields; conflicts and order hang on it.
    rev = models.PositiveBigIntegerField(_("revision"), default=0, editable=False)
    categories = models.ManyToManyField(Category, through="ProductCategory", related_name="products")

    # Derived by catalog.values.derive in the same transaction as the change:
    label = models.CharField(_("label"), max_length=300, default="", editable=False)
    labels = DocumentField(default=dict, editable=False)  # by locale
    image = DigestField(default="", editable=False)  # the asset's
    search = models.TextField(default="", editable=False)
    tokens = TokensField(default=list, editable=False)

    created_at = models.DateTimeField(_("created"), editable=False)
    updated_at = models.DateTimeField(_("changed"), editable=False)

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.UniqueConstraint(
                models.functions.Upper("sku"),
                name="product_sku",
                violation_error_message=_("This SKU is taken."),
            ),
        ]
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="product_updated"),
            models.Index(fields=["family", "-updated_at", "-id"], name="product_family_updated"),
            models.Index(fields=["label", "id"], name="product_label"),
            models.Index(fields=["sku", "id"], name="product_sku_order"),
            # For the numbers of the first screen: by status, and what of all numbers lies in the trash.
            models.Index(
                fields=["status", "id"],
                condition=models.Q(trashed_at__isnull=True),
                name="product_status",
            ),
            models.Index(fields=["id"], condition=models.Q(trashed_at__isnull=False), name="product_trashed"),
        ]

    def __str__(self) -> str:
        return self.label or self.sku

    @property
    def is_sellable(self) -> bool:
        return self.kind in (self.Kind.SIMPLE, self.Kind.VARIANT)


class ProductValues(models.Model):
    """A product's own values: one flat document {key: stored value}, and beside it where each came from.

    Owner of both documents: catalog.values. A key that is absent inherits; None is explicitly empty. The form of `sources`
    is known to catalog.values.sources alone.
    """

    product = models.OneToOneField(Product, primary_key=True, on_delete=models.CASCADE, related_name="own")
    values = DocumentField(default=dict)
    sources = DocumentField(default=dict)

    def __str__(self) -> str:
        return f"values of {self.product_id}"


class ProductCategory(models.Model):
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="product_categories", db_index=False
    )  # the constraint's index begins with it
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="category_products")
    position = models.PositiveIntegerField(default=0)  # of the category among the product's own
    # Of the product within the category, by hand (catalog.structure.product_order); 0: not placed, after those that are.
    rank = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "category"], name="product_category")]

    def __str__(self) -> str:
        return f"{self.product_id} in {self.category_id}"


class UniqueValue(models.Model):
    """The value of a unique attribute, so that the database refuses a second product with it."""

    attribute = models.CharField(max_length=100)
    value = models.CharField(max_length=255)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="unique_values")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attribute", "value"], name="unique_value")]

    def __str__(self) -> str:
        return f"{self.attribute}={self.value}"


class NumberValue(models.Model):
    """A number, measure, price or date of a filterable attribute, for range filters and sorting.

    `key` numbers the value's key with its sub-part ("price:EUR"; catalog.models.tokens.numbered); `number` is in the base unit,
    dates as days since year 1. A dozen rows a product, made of its document: the database is spared checking each against its
    product, and what would be wider than the number itself.
    """

    # By it the planner knows, too, that a range finds a product once, and may begin with the range.
    pk = models.CompositePrimaryKey("product_id", "key")

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="number_values", db_constraint=False, db_index=False
    )
    key = models.BigIntegerField()
    number = models.FloatField()

    class Meta:
        indexes = [models.Index(fields=["key", "number", "product"], name="number_value_range")]

    def __str__(self) -> str:
        return f"{self.key}={self.number}"
