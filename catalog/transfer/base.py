"""What all files of the structure share: rows found by code, labels in a column per locale, one announcement."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from import_export import fields, resources
from import_export.results import RowResult
from import_export.widgets import IntegerWidget

from catalog.structure.announce import announce
from catalog.structure.snapshot import Structure
from pim.lib.formulas import neutral, plain


class LabelColumn(fields.Field):
    """`label-en_US`: one locale of a JSON field of labels. A column that is not in the file changes nothing."""

    def __init__(self, locale: str) -> None:
        super().__init__(attribute="labels", column_name=f"label-{locale}")
        self.locale = locale

    def get_value(self, instance: Any, **_kwargs: Any) -> str:
        return (instance.labels or {}).get(self.locale, "")

    def save(self, instance: Any, row: Any, is_m2m: bool = False, **_kwargs: Any) -> None:
        text = " ".join(str(row.get(self.column_name) or "").split())
        others = {code: label for code, label in (instance.labels or {}).items() if code != self.locale}
        instance.labels = {**others, self.locale: text} if text else others


class StructureResource(resources.ModelResource):
    """`announced`: what catalog.structure.announce calls the rows. Importing runs in one transaction, or changes nothing."""

    announced: ClassVar[str]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if any(field.name == "labels" for field in self._meta.model._meta.fields):
            columns = {f"label-{code}": LabelColumn(code) for code in Structure.current().locales}
            self.fields = {**self.fields, **columns}

    def get_import_order(self) -> Any:
        return self._columns(super().get_import_order())

    def get_export_order(self) -> Any:
        return self._columns(super().get_export_order())

    def _columns(self, listed: Any) -> list[str]:
        return [*listed, *(name for name in self.fields if name.startswith("label-") and name not in listed)]

    def export_field(self, field: Any, instance: Any, **kwargs: Any) -> Any:
        value = super().export_field(field, instance, **kwargs)
        return neutral(value) if isinstance(value, str) else value

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        super().before_import_row(row, **kwargs)
        for name, value in row.items():
            if isinstance(value, str):
                row[name] = plain(value)

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        super().after_import(dataset, result, **kwargs)
        changed = [
            row.object_id for row in result.rows if row.import_type in (RowResult.IMPORT_TYPE_NEW, RowResult.IMPORT_TYPE_UPDATE)
        ]  # fmt: skip
        if changed and not kwargs.get("dry_run"):
            announce(self.announced, changed, by=getattr(kwargs.get("user"), "pk", None))

    @classmethod
    def widget_from_django_field(cls, f: Any, default: Any = resources.widgets.Widget) -> Any:
        if isinstance(f, models.PositiveIntegerField):
            return IntegerWidget
        return super().widget_from_django_field(f, default)


class StructureMeta:
    import_id_fields: ClassVar[Any] = ("code",)
    clean_model_instances = True
    skip_unchanged = True
    report_skipped = False
    use_transactions = True
