"""Contexts, family variants, sources with their policies and roles as files."""

from __future__ import annotations

from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export.fields import Field

from catalog.access import VERBS
from catalog.models import (
    Attribute,
    AttributeGroup,
    Category,
    Context,
    Family,
    FamilyVariant,
    Grant,
    Locale,
    Role,
    Source,
    SourcePolicy,
    VariantAttribute,
)
from catalog.structure.variants import check_variant
from catalog.transfer.base import CodesColumn, StructureMeta, StructureResource, by_code, codes_in
from pim.lib.canonical import canonical_json

LEVELS = (0, 1, 2)


class ContextResource(StructureResource):
    announced = "context"
    own_reference = "parent"
    parent = by_code("parent", Context)

    class Meta(StructureMeta):
        model = Context
        fields = export_order = ("code", "kind", "parent", "position")


class FamilyVariantResource(StructureResource):
    """`axes-1`: the axes of level 1; `level-1`: the other attributes bound there. Codes with commas, in their order."""

    announced = "family_variant"
    family = by_code("family", Family)
    axes_1 = Field(column_name="axes-1", readonly=True)
    axes_2 = Field(column_name="axes-2", readonly=True)
    level_0 = Field(column_name="level-0", readonly=True)
    level_1 = Field(column_name="level-1", readonly=True)
    level_2 = Field(column_name="level-2", readonly=True)

    class Meta(StructureMeta):
        model = FamilyVariant
        fields = export_order = ("code", "family", "axes_1", "axes_2", "level_0", "level_1", "level_2")

    def dehydrate_axes_1(self, variant: Any) -> str:
        return ",".join(_bound(variant)[1, True])

    def dehydrate_axes_2(self, variant: Any) -> str:
        return ",".join(_bound(variant)[2, True])

    def dehydrate_level_0(self, variant: Any) -> str:
        return ",".join(_bound(variant)[0, False])

    def dehydrate_level_1(self, variant: Any) -> str:
        return ",".join(_bound(variant)[1, False])

    def dehydrate_level_2(self, variant: Any) -> str:
        return ",".join(_bound(variant)[2, False])

    def import_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        before = instance.family_id
        instance.rows, instance.is_rebound = [], False
        super().import_instance(instance, row, **kwargs)
        if before and before != instance.family_id:
            raise ValidationError({"family": _("A family variant stays in its family: make a new one.")})
        stored = _bound(instance)
        wanted = {}
        for (level, is_axis), codes in stored.items():
            column = f"{'axes' if is_axis else 'level'}-{level}"
            wanted[level, is_axis] = codes_in(row[column]) if column in row else codes
        instance.wanted = wanted
        instance.is_rebound = wanted != stored
        known = {
            row.code: row
            for row in Attribute.objects.filter(code__in=[c for cs in wanted.values() for c in cs])
        }
        errors = {}
        for (level, is_axis), codes in wanted.items():
            if unknown := [code for code in codes if code not in known]:
                text = _("There is no attribute %(codes)s.") % {"codes": ", ".join(unknown)}
                errors[f"{'axes' if is_axis else 'level'}-{level}"] = text
        if errors:
            raise ValidationError({"__all__": [f"{column}: {text}" for column, text in errors.items()]})
        instance.rows = [
            VariantAttribute(attribute=known[code], level=level, is_axis=is_axis, position=position)
            for (level, is_axis), codes in wanted.items()
            for position, code in enumerate(codes)
        ]

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        super().validate_instance(instance, import_validation_errors, validate_unique)
        if not instance.rows and import_validation_errors:
            return  # what the row names is told already
        if errors := check_variant(instance, instance.rows):
            raise ValidationError({"__all__": errors})

    def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        return not instance.is_rebound and super().skip_row(instance, original, row, import_validation_errors)

    def after_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        if not instance.is_rebound:
            return
        VariantAttribute.objects.filter(family_variant=instance).delete()
        for bound in instance.rows:
            bound.family_variant = instance
        VariantAttribute.objects.bulk_create(instance.rows)


def _bound(variant: Any) -> dict[tuple[int, bool], list[str]]:
    found: dict[tuple[int, bool], list[str]] = {
        (level, is_axis): [] for level in LEVELS for is_axis in (True, False) if level or not is_axis
    }
    if variant.pk:
        rows = VariantAttribute.objects.filter(family_variant=variant).order_by("position", "pk")
        for level, is_axis, code in rows.values_list("level", "is_axis", "attribute__code"):
            found[level, is_axis].append(code)
    return found


class SourceResource(StructureResource):
    announced = "source"

    class Meta(StructureMeta):
        model = Source
        fields = export_order = ("code", "kind", "rank")


class SourcePolicyResource(StructureResource):
    announced = "source_policy"
    source = by_code("source", Source)
    attribute = by_code("attribute", Attribute)
    group = by_code("group", AttributeGroup)

    class Meta(StructureMeta):
        model = SourcePolicy
        import_id_fields = ("source", "attribute", "group")
        fields = export_order = ("source", "attribute", "group", "may_write", "rank")


# Lists of a grant: field → the model they name by code.
_LISTS: dict[str, Any] = {
    "groups": AttributeGroup,
    "locales": Locale,
    "contexts": Context,
    "categories": Category,
}
_FLAGS = ("may_edit", "master", "unlocalized")


class RoleResource(StructureResource):
    """`grants`: a JSON list, each with the flags of a grant and the codes of its lists; an empty list means all."""

    announced = "role"
    verbs = CodesColumn("verbs")
    grants = Field(column_name="grants", readonly=True)

    class Meta(StructureMeta):
        model = Role
        fields = export_order = ("code", "verbs", "grants")

    def dehydrate_grants(self, role: Any) -> str:
        return canonical_json(_grants(role)).decode() if role.pk and role.grants.exists() else ""

    def import_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        instance.wanted, instance.is_regranted = [], False
        super().import_instance(instance, row, **kwargs)
        if unknown := [verb for verb in instance.verbs if verb not in VERBS]:
            text = _("There is no right %(verbs)s.") % {"verbs": ", ".join(unknown)}
            raise ValidationError({"verbs": text})
        stored = _grants(instance) if instance.pk else []
        instance.wanted = _read_grants(row["grants"]) if "grants" in row else stored
        instance.is_regranted = instance.wanted != stored

    def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        return not instance.is_regranted and super().skip_row(
            instance, original, row, import_validation_errors
        )

    def after_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        if not instance.is_regranted:
            return
        instance.grants.all().delete()
        for wanted in instance.wanted:
            grant = Grant.objects.create(role=instance, **{flag: wanted[flag] for flag in _FLAGS})
            for name, model in _LISTS.items():
                getattr(grant, name).set(model.objects.filter(code__in=wanted[name]))


def _grants(role: Any) -> list[dict[str, Any]]:
    return [
        {flag: getattr(grant, flag) for flag in _FLAGS}
        | {
            name: sorted(getattr(grant, name).order_by("code").values_list("code", flat=True))
            for name in _LISTS
        }
        for grant in role.grants.order_by("pk")
    ]


def _read_grants(cell: Any) -> list[dict[str, Any]]:

    text = str(cell or "").strip()
    try:
        listed = orjson.loads(text) if text else []
    except orjson.JSONDecodeError as error:
        raise ValidationError(
            {"__all__": _("grants: this is not JSON; export a role to see how it looks.")}
        ) from error
    keys = {*_FLAGS, *_LISTS}
    if not isinstance(listed, list) or not all(
        isinstance(each, dict) and set(each) <= keys for each in listed
    ):
        text = _("grants: a list of objects with %(keys)s is expected.")
        raise ValidationError({"__all__": text % {"keys": ", ".join(sorted(keys))}})
    read = []
    for each in listed:
        grant = {flag: bool(each.get(flag, True)) for flag in _FLAGS}
        for name, model in _LISTS.items():
            codes = sorted({str(code) for code in each.get(name, ())})
            known = set(model.objects.filter(code__in=codes).values_list("code", flat=True))
            if unknown := [code for code in codes if code not in known]:
                text = _("grants: there is no %(code)s among the %(name)s.")
                raise ValidationError({"__all__": text % {"code": ", ".join(unknown), "name": name}})
            grant[name] = codes
        read.append(grant)
    return read
