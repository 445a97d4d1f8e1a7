"""One resource for each part of the structure that comes and goes as a file."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.widgets import JSONWidget, Widget

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models import (
    Attribute,
    AttributeGroup,
    Category,
    Currency,
    Family,
    FamilyAttribute,
    Locale,
    Option,
    RenditionPreset,
)
from catalog.structure.categories import place
from catalog.structure.flags import check_flags
from catalog.structure.params import check_params
from catalog.structure.usage import FIXED_BY_VALUES, check_change
from catalog.transfer.base import CodesColumn, StructureMeta, StructureResource, by_code, codes_in


class LocaleResource(StructureResource):
    announced = "locale"
    own_reference = "fallback"
    file_order = ("position", "code")
    fallback = by_code("fallback", Locale)
    translated_from = by_code("translated_from", Locale)

    class Meta(StructureMeta):
        model = Locale
        fields = export_order = (
            "code", "name", "fallback", "translated_from", "is_active", "own_approval", "position",
        )  # fmt: skip


class CurrencyResource(StructureResource):
    announced = "currency"

    class Meta(StructureMeta):
        model = Currency
        fields = export_order = ("code", "name", "is_active", "position")


class RenditionPresetResource(StructureResource):
    announced = "rendition_preset"

    class Meta(StructureMeta):
        model = RenditionPreset
        fields = export_order = (
            "code", "width", "height", "fit", "background", "format", "quality", "max_kb", "ahead",
        )  # fmt: skip


class AttributeGroupResource(StructureResource):
    announced = "attribute_group"

    class Meta(StructureMeta):
        model = AttributeGroup
        fields = export_order = ("code", "position")


class AttributeResource(StructureResource):
    announced = "attribute"
    own_reference = "depends_on"
    group = by_code("group", AttributeGroup)
    params = Field(attribute="params", column_name="params", widget=JSONWidget(), default=dict)
    locales = CodesColumn("locales")
    depends_on = by_code("depends_on", Attribute)
    depends_values = CodesColumn("depends_values")
    by_locale = {"labels": "label", "help": "help"}

    class Meta(StructureMeta):
        model = Attribute
        fields = export_order = (
            "code", "type", "group", "localizable", "scopable", "is_unique", "filterable", "searchable", "params", "position",
            "read_only", "default", "locales", "depends_on", "depends_values",
        )  # fmt: skip

    def import_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        instance.stored = {name: getattr(instance, name) for name in FIXED_BY_VALUES} if instance.pk else None
        super().import_instance(instance, row, **kwargs)

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        super().validate_instance(instance, import_validation_errors, validate_unique)
        check_flags(instance)
        check_params(instance)
        if instance.stored is not None:
            check_change(instance, instance.stored)


class OptionResource(StructureResource):
    announced = "option"
    attribute = by_code("attribute", Attribute)

    class Meta(StructureMeta):
        model = Option
        import_id_fields = ("attribute", "code")
        fields = export_order = ("attribute", "code", "position")

    def import_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        super().import_instance(instance, row, **kwargs)
        if instance.attribute_id and not ATTRIBUTE_TYPES[instance.attribute.type].has_options:
            raise ValidationError({"attribute": _("%(attribute)s is no select attribute: it has no options.") % {
                "attribute": instance.attribute,
            }})  # fmt: skip


class CategoryResource(StructureResource):
    announced = "category"
    own_reference = "parent"
    parent = by_code("parent", Category)

    class Meta(StructureMeta):
        model = Category
        fields = export_order = ("code", "parent", "position")

    def after_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        place(instance, instance.parent)


class MemberCodes(Widget):
    """A family's attributes as codes with commas, in their order."""

    def render(self, value: Any, obj: Any = None, **_kwargs: Any) -> str:
        return ",".join(value or ())


class FamilyResource(StructureResource):
    announced = "family"
    label_attribute = by_code("label_attribute", Attribute)
    image_attribute = by_code("image_attribute", Attribute)
    attributes = Field(column_name="attributes", widget=MemberCodes(), readonly=True)

    class Meta(StructureMeta):
        model = Family
        fields = export_order = ("code", "label_attribute", "image_attribute", "attributes")

    def dehydrate_attributes(self, family: Any) -> str:
        return ",".join(_members(family))

    def import_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        instance.wanted = None
        super().import_instance(instance, row, **kwargs)
        if "attributes" in row:
            codes = codes_in(row["attributes"])
            known = dict(Attribute.objects.filter(code__in=codes).values_list("code", "pk"))
            unknown = [code for code in codes if code not in known]
            if unknown:
                raise ValidationError(
                    {"attributes": _("There is no attribute %(codes)s.") % {"codes": ", ".join(unknown)}}
                )
            instance.wanted = {code: known[code] for code in codes}

    def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        if instance.wanted is not None and (not instance.pk or _members(instance) != list(instance.wanted)):
            return False
        return super().skip_row(instance, original, row, import_validation_errors)

    def after_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        if instance.wanted is None:
            return
        rows = FamilyAttribute.objects.filter(family=instance)
        rows.exclude(attribute_id__in=instance.wanted.values()).delete()
        FamilyAttribute.objects.bulk_create(
            [
                FamilyAttribute(family=instance, attribute_id=pk, position=position)
                for position, pk in enumerate(instance.wanted.values())
            ],
            update_conflicts=True, unique_fields=["family", "attribute"], update_fields=["position"],
        )  # fmt: skip


def _members(family: Any) -> list[str]:
    if not family.pk:
        return []
    rows = FamilyAttribute.objects.filter(family=family).order_by("position", "pk")
    return list(rows.values_list("attribute__code", flat=True))
