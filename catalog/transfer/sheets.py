"""Which parts of the structure come and go as files: one sheet each, in the order in which they build on each other.

A room registers its own (`register`); the workbook, its commands and the test that misses a model ask this list.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.access.verbs import check_verb
from catalog.transfer import glossary, measurements, numbering, references, resources, settings
from catalog.transfer.base import StructureResource

VIEW, EDIT = "structure.view", "structure.edit"


@dataclass(frozen=True, slots=True)
class Sheet:
    """`name` is the sheet's in the workbook. `carries`: labels of models whose rows stand within it ("catalog.grant").

    `late`: columns that name rows of later sheets; they are read once those are there.
    """

    name: str
    label: Any  # lazy text
    resource: type[StructureResource]
    order: int
    carries: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    view_verb: str = VIEW
    edit_verb: str = EDIT

    @property
    def model(self) -> Any:
        return self.resource._meta.model

    @property
    def models(self) -> frozenset[str]:
        return frozenset({self.model._meta.label_lower, *self.carries})


_sheets: dict[str, Sheet] = {}


def register(sheet: Sheet) -> None:
    check_verb(sheet.view_verb)
    check_verb(sheet.edit_verb)
    known = _sheets.get(sheet.name)
    if known is not None and known.resource is not sheet.resource:
        raise LookupError(f"Two sheets are called {sheet.name}.")
    _sheets[sheet.name] = sheet


def sheets() -> list[Sheet]:
    return sorted(_sheets.values(), key=lambda sheet: (sheet.order, sheet.name))


def carried() -> frozenset[str]:
    """Labels of the models that some sheet carries."""
    return frozenset().union(*(sheet.models for sheet in _sheets.values()))


def _own() -> Iterable[Sheet]:
    yield Sheet("locales", _("Locales"), resources.LocaleResource, 10)
    yield Sheet("currencies", _("Currencies"), resources.CurrencyResource, 20)
    yield Sheet("contexts", _("Contexts"), settings.ContextResource, 30)
    yield Sheet("measurement_families", _("Measurement families"), measurements.MeasurementFamilyResource, 40)
    yield Sheet("measurement_units", _("Units"), measurements.MeasurementUnitResource, 50)
    yield Sheet("rendition_presets", _("Rendition presets"), resources.RenditionPresetResource, 55)
    yield Sheet("reference_entities", _("Reference entities"), references.ReferenceEntityResource, 56)
    yield Sheet("reference_fields", _("Fields of records"), references.ReferenceFieldResource, 57)
    yield Sheet("reference_records", _("Reference records"), references.ReferenceRecordResource, 58)
    yield Sheet("attribute_groups", _("Attribute groups"), resources.AttributeGroupResource, 60)
    yield Sheet(
        "attributes", _("Attributes"), resources.AttributeResource, 70,
        late=("default", "depends_on", "depends_values"),
    )  # fmt: skip
    yield Sheet("options", _("Options"), resources.OptionResource, 80)
    yield Sheet("gtin_pools", _("GTIN pools"), numbering.GtinPoolResource, 85)
    yield Sheet("families", _("Families"), resources.FamilyResource, 90, carries=("catalog.familyattribute",))
    yield Sheet(
        "family_variants", _("Family variants"), settings.FamilyVariantResource, 100, carries=("catalog.variantattribute",)
    )  # fmt: skip
    yield Sheet("categories", _("Categories"), resources.CategoryResource, 110)
    yield Sheet(
        "glossary", _("Glossary"), glossary.TermResource, 115, view_verb="glossary.edit", edit_verb="glossary.edit"
    )  # fmt: skip
    yield Sheet("sources", _("Sources"), settings.SourceResource, 120)
    yield Sheet("source_policies", _("Source policies"), settings.SourcePolicyResource, 130)
    yield Sheet(
        "roles", _("Roles"), settings.RoleResource, 140, carries=("catalog.grant",), view_verb="access.edit", edit_verb="access.edit"
    )  # fmt: skip


for _sheet in _own():
    register(_sheet)
