"""Reference entities, their fields and their records as files. A record's values have a column for each field (and locale)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export import fields
from import_export.widgets import ForeignKeyWidget, JSONWidget

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.attribute_types.base import ValueRefused
from catalog.models import Asset, ReferenceEntity, ReferenceField, ReferenceRecord
from catalog.structure.record_usage import check_field_change
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.transfer.base import StructureMeta, StructureResource
from catalog.values.keys import format_key


def _entity() -> fields.Field:
    return fields.Field(
        attribute="entity", column_name="entity", widget=ForeignKeyWidget(ReferenceEntity, "code")
    )


class ReferenceEntityResource(StructureResource):
    announced = "reference_entity"

    class Meta(StructureMeta):
        model = ReferenceEntity
        fields = export_order = ("code",)


class ReferenceFieldResource(StructureResource):
    announced = "reference_entity"
    entity = _entity()
    params = fields.Field(attribute="params", column_name="params", widget=JSONWidget(), default=dict)

    class Meta(StructureMeta):
        model = ReferenceField
        import_id_fields = ("entity", "code")
        fields = export_order = ("entity", "code", "type", "localizable", "params", "position")

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        super().validate_instance(instance, import_validation_errors, validate_unique)
        ATTRIBUTE_TYPES[instance.type].check_params_in(instance.params, Structure.current())
        check_field_change(instance)

    def announced_ids(self, changed: Sequence[int]) -> Sequence[int]:
        entities = ReferenceField.objects.filter(pk__in=changed).values_list("entity_id", flat=True)
        return sorted(set(entities))


class ValueColumn(fields.Field):
    """`value-country`, or `value-story-de_DE`: one value of records. A column that is not in the file changes nothing; an empty cell
    takes the value away; a cell of another entity's record stays empty."""

    def __init__(
        self, code: str, locale: str, by_entity: dict[int, AttributeSpec], structure: Structure
    ) -> None:
        super().__init__(
            attribute="values", column_name=f"value-{code}-{locale}" if locale else f"value-{code}"
        )
        self.key, self.by_entity, self.structure = format_key(code, locale), by_entity, structure

    def get_value(self, instance: Any, **_kwargs: Any) -> str:
        field = self.by_entity.get(instance.entity_id)
        stored = (instance.values or {}).get(self.key)
        return ATTRIBUTE_TYPES[field.type].to_cell(stored, field) if field is not None else ""

    def save(self, instance: Any, row: Any, is_m2m: bool = False, **_kwargs: Any) -> None:
        text, field = str(row.get(self.column_name) or ""), self.by_entity.get(instance.entity_id)
        if field is None:
            if text.strip():
                raise ValueError(
                    _("%(column)s: this record's entity has no such field.") % {"column": self.column_name}
                )
            return
        kind = ATTRIBUTE_TYPES[field.type]
        try:
            stored = kind.clean(kind.from_cell(text, field), field, structure=self.structure)
        except ValueRefused as refused:
            raise ValueError(f"{self.column_name}: {refused.message}") from refused
        others = {key: value for key, value in (instance.values or {}).items() if key != self.key}
        instance.values = others if stored is None else {**others, self.key: stored}


class ReferenceRecordResource(StructureResource):
    announced = "reference_record"
    entity = _entity()
    image = fields.Field(attribute="image", column_name="image", widget=ForeignKeyWidget(Asset, "sha256"))

    class Meta(StructureMeta):
        model = ReferenceRecord
        import_id_fields = ("entity", "code")
        fields = export_order = ("entity", "code", "image")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        structure = Structure.current()
        columns: dict[tuple[str, str], dict[int, AttributeSpec]] = {}
        for entity in structure.entities.values():
            for field in entity.fields.values():
                for locale in structure.locales if field.localizable else [""]:
                    columns.setdefault((field.code, locale), {})[entity.id] = field
        made = [ValueColumn(code, locale, by, structure) for (code, locale), by in columns.items()]
        self.fields = {**self.fields, **{column.column_name: column for column in made}}

    def _columns(self, listed: Any) -> list[str]:
        values = [name for name in self.fields if name.startswith("value-") and name not in listed]
        return [*super()._columns(listed), *values]

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("entity", "image")

    def import_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        super().import_instance(instance, row, **kwargs)
        if not instance.entity_id:
            raise ValidationError({"entity": _("Name the record's entity.")})
