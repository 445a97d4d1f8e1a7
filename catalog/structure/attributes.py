"""One more attribute, made where somebody lacks it: as its own form and its families' forms would."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from catalog.access import require
from catalog.models.attribute import Attribute, AttributeGroup
from catalog.models.family import Family, FamilyAttribute
from catalog.models.user import User
from catalog.structure.announce import announce
from catalog.structure.flags import check_flags
from catalog.structure.options import free_code
from catalog.structure.params import check_params


def add_attribute(
    *,
    code: str,
    labels: Mapping[str, str],
    type: str,
    group: str,
    families: Collection[str],
    params: Mapping[str, Any],
    localizable: bool = False,
    user: User,
) -> Attribute:
    """The last of its group, and the last attribute of these families (codes), which must not be none.

    Locks the families. Raises PermissionDenied, ValidationError by field.
    """
    require(user, "structure.edit")
    with transaction.atomic():
        chosen = list(Family.objects.select_for_update().filter(code__in=families).order_by("pk"))
        within = AttributeGroup.objects.filter(code=group).first()
        if not chosen:
            raise ValidationError({"families": _("Choose the families whose products have it.")})
        if within is None:
            raise ValidationError({"group": _("Choose a group.")})
        position = within.attributes.aggregate(last=Max("position"))["last"] or 0
        attribute = Attribute(
            code=code, labels=dict(labels), type=type, group=within, params=dict(params), localizable=localizable,
            position=position + 1,
        )  # fmt: skip
        attribute.full_clean()
        check_params(attribute)
        check_flags(attribute)
        attribute.save()
        last = dict(
            FamilyAttribute.objects.filter(family__in=chosen)
            .order_by()
            .values_list("family")
            .annotate(last=Max("position"))
        )
        FamilyAttribute.objects.bulk_create(
            FamilyAttribute(family=family, attribute=attribute, position=(last.get(family.pk) or 0) + 1)
            for family in chosen
        )
        announce("attribute", [attribute.pk], by=user.pk)
        announce("family", [family.pk for family in chosen], by=user.pk)
    return attribute


def code_from(header: str) -> str:
    """A code that no attribute has, of a header's letters and digits."""
    known = {code.casefold() for code in Attribute.objects.values_list("code", flat=True)}
    return free_code(header, known | Attribute.RESERVED)
