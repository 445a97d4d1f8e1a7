"""The place of a category in its tree."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from catalog.models.category import Category
from catalog.models.structure import StructureVersion

MAX_PATH = Category._meta.get_field("path").max_length


def place(category: Category, parent: Category | None) -> None:
    """Puts a stored category under `parent` (None: makes it a root) and rewrites the paths of its whole branch.

    Locks the structure's version row, so that two moves cannot make a circle. Raises ValidationError where the parent
    lies below the category itself, or the tree would be too deep; nothing is changed then.
    """
    with transaction.atomic():
        StructureVersion.objects.get_or_create(pk=1)
        StructureVersion.objects.select_for_update().get(pk=1)
        before = Category.objects.values_list("path", flat=True).get(pk=category.pk)
        above = "/"
        if parent is not None:
            above = Category.objects.values_list("path", flat=True).get(pk=parent.pk)
            if f"/{category.pk}/" in above or parent.pk == category.pk:
                raise ValidationError({"parent": _("%(parent)s lies below %(category)s: choose another.") % {
                    "parent": parent, "category": category,
                }})  # fmt: skip
        after = f"{above}{category.pk}/"
        deepest = max(
            (len(path) for path in Category.objects.filter(path__startswith=before).values_list("path", flat=True)), default=0
        ) if before else 0  # fmt: skip
        if max(deepest - len(before), 0) + len(after) > MAX_PATH:
            raise ValidationError(
                {"parent": _("The tree would be too deep: choose a parent nearer to its root.")}
            )
        Category.objects.filter(pk=category.pk).update(parent=parent, path=after)
        if before and before != after:
            below = Category.objects.filter(path__startswith=before).exclude(pk=category.pk)
            below.update(path=Concat(Value(after), Substr(F("path"), len(before) + 1)))
        category.parent, category.path = parent, after
