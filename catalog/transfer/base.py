"""What all files of the structure share: rows found by code, labels in a column per locale, one announcement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext as _
from import_export import fields, resources
from import_export.results import RowResult
from import_export.widgets import BooleanWidget, ForeignKeyWidget, IntegerWidget

from catalog.structure.announce import announce
from catalog.structure.snapshot import Structure
from pim.lib.formulas import neutral, plain


class LabelColumn(fields.Field):
    """`label-en_US`: one locale of a JSON field of texts. A column that is not in the file changes nothing."""

    def __init__(self, locale: str, *, attribute: str = "labels", prefix: str = "label") -> None:
        super().__init__(attribute=attribute, column_name=f"{prefix}-{locale}")
        self.locale = locale

    def get_value(self, instance: Any, **_kwargs: Any) -> str:
        return (getattr(instance, self.attribute) or {}).get(self.locale, "")

    def save(self, instance: Any, row: Any, is_m2m: bool = False, **_kwargs: Any) -> None:
        text = " ".join(str(row.get(self.column_name) or "").split())
        texts = getattr(instance, self.attribute) or {}
        others = {code: label for code, label in texts.items() if code != self.locale}
        setattr(instance, self.attribute, {**others, self.locale: text} if text else others)


def codes_in(cell: Any) -> list[str]:
    """The codes of a cell with commas, each once."""
    return list(dict.fromkeys(code.strip() for code in str(cell or "").split(",") if code.strip()))


class CodeWidget(ForeignKeyWidget):
    """A row of another table by its code, whatever its case."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        code = str(value or "").strip()
        if not code:
            return None
        rows = self.get_queryset(code, row, **kwargs)
        found = rows.filter(code=code).first() or rows.filter(code__iexact=code).first()
        if found is None:
            name = self.model._meta.verbose_name
            raise ValueError(_("There is no %(name)s '%(code)s'.") % {"name": name, "code": code})
        return found


def by_code(name: str, model: Any) -> fields.Field:
    """A column that names a row of another table by its code."""
    return fields.Field(attribute=name, column_name=name, widget=CodeWidget(model, "code"))


class YesNoWidget(BooleanWidget):
    """Refuses what is neither; the library's own takes everything it does not know for no."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool | None:
        text = str("" if value is None else value).strip().lower()
        if text in ("1", "true", "yes"):
            return True
        if text in ("0", "false", "no"):
            return False
        if text:
            raise ValueError(_("Write 1 or 0."))
        return None


class WholeNumberWidget(IntegerWidget):
    """Says what is wrong, and does not cut decimals off."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int | None:
        text = str("" if value is None else value).strip().removesuffix(".0")
        if text and not (text.removeprefix("-").isdecimal() and len(text) < 20):
            raise ValueError(_("Write a whole number."))
        return int(text) if text else None


class CodesColumn(fields.Field):
    """A JSON list of codes in one cell, with commas."""

    def __init__(self, name: str) -> None:
        super().__init__(attribute=name, column_name=name, default=list)

    def get_value(self, instance: Any, **_kwargs: Any) -> str:
        return ",".join(getattr(instance, self.attribute) or ())

    def save(self, instance: Any, row: Any, is_m2m: bool = False, **_kwargs: Any) -> None:
        setattr(instance, self.attribute, codes_in(row.get(self.column_name)))


class StructureResource(resources.ModelResource):
    """`announced`: what catalog.structure.announce calls the rows. Importing runs in one transaction, or changes nothing."""

    announced: ClassVar[str]
    by_locale: ClassVar[Mapping[str, str]] = {"labels": "label"}  # field → its columns' prefix
    own_reference: ClassVar[str] = ""  # a column that names another row of the same file, by code
    file_order: ClassVar[Sequence[str]] = ()  # of the rows in a workbook; else by what finds them

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        names = {field.name for field in self._meta.model._meta.fields}
        for attribute, prefix in self.by_locale.items():
            if attribute in names:
                columns = {
                    f"{prefix}-{code}": LabelColumn(code, attribute=attribute, prefix=prefix)
                    for code in Structure.current().locales
                }
                self.fields = {**self.fields, **columns}

    def get_import_order(self) -> Any:
        return self._columns(super().get_import_order())

    def get_export_order(self) -> Any:
        return self._columns(super().get_export_order())

    def _columns(self, listed: Any) -> list[str]:
        return [
            *listed,
            *(
                name
                for name, column in self.fields.items()
                if isinstance(column, LabelColumn) and name not in listed
            ),
        ]

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        """A row that names another of the file comes after it, as in the structure it is for."""
        super().before_import(dataset, **kwargs)
        if self.own_reference and dataset.headers and {"code", self.own_reference} <= set(dataset.headers):
            rows = {row["code"]: row for row in dataset.dict}
            if len(rows) == len(dataset):  # a code that is there twice is refused as the rows stand
                dataset.dict = _in_order(rows, self.own_reference)

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
            announce(self.announced, self.announced_ids(changed), by=getattr(kwargs.get("user"), "pk", None))

    def announced_ids(self, changed: Sequence[int]) -> Sequence[int]:
        """What is announced for these changed rows: they themselves, or the rows they belong to."""
        return changed

    @classmethod
    def widget_from_django_field(cls, f: Any, default: Any = resources.widgets.Widget) -> Any:
        if isinstance(f, models.IntegerField):
            return WholeNumberWidget
        if isinstance(f, models.BooleanField):
            return YesNoWidget
        return super().widget_from_django_field(f, default)


def _in_order(rows: Mapping[str, Any], reference: str) -> list[Any]:
    ordered: dict[str, Any] = {}
    for start in rows:
        chain = [start]
        while (above := rows[chain[-1]][reference]) in rows and above not in ordered and above not in chain:
            chain.append(above)
        for code in reversed(chain):
            ordered.setdefault(code, rows[code])
    return list(ordered.values())


class StructureMeta:
    import_id_fields: ClassVar[Any] = ("code",)
    clean_model_instances = True
    skip_unchanged = True
    report_skipped = False
    use_transactions = True
