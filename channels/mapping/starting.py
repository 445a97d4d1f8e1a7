"""The first rows of a new channel, made from its connector's template where our structure has a sure match."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from channels.connectors import CONNECTORS
from channels.mapping.recognising import attribute_for, value_list
from channels.mapping.template import TemplateField
from channels.models import Channel, FieldMapping, Requirement


@dataclass(frozen=True, slots=True)
class Started:
    """`made`: targets with a row; `gaps`: fields the channel lists nothing without, for which no attribute was found."""

    made: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()


def template_of(connector: str, settings: Mapping[str, Any]) -> Sequence[TemplateField]:
    """() where there is no such connector, or it takes whatever it is given."""
    known = CONNECTORS.get(connector)
    return known.template(settings) if known else ()


def start(channel: Channel, structure: Structure) -> Started:
    """In the transaction that makes the channel; who calls tells of the change. A channel with rows is left alone."""
    fields = template_of(channel.connector, channel.settings)
    if not fields or channel.fields.exists():
        return Started()
    matched = {field.target: attribute_for(field, structure) for field in fields}
    rows = [
        row_of(channel, field, spec, position)
        for position, field in enumerate(fields)
        if (spec := matched[field.target]) is not None
    ]
    FieldMapping.objects.bulk_create(rows)
    _require(channel, fields, matched)
    channel.template = {field.target: field.facts() for field in fields}
    channel.save(update_fields=["template"])
    gaps = tuple(str(field.label) for field in fields if field.is_required and matched[field.target] is None)
    return Started(tuple(row.target for row in rows), gaps)


def row_of(channel: Channel, field: TemplateField, spec: AttributeSpec, position: int) -> FieldMapping:
    return FieldMapping(
        channel=channel, target=field.target, source={"attribute": spec.code}, localized=field.localized and differs_by_locale(spec),
        value_list=value_list(field, spec) or {}, position=position, **field.facts(),
    )  # fmt: skip


def differs_by_locale(spec: AttributeSpec) -> bool:
    """Its text is another in another language, be it written or that of its options."""
    return (
        spec.localizable
        or bool(spec.options)
        or spec.records is not None
        or ATTRIBUTE_TYPES[spec.type].has_options
    )


def _require(
    channel: Channel, fields: Sequence[TemplateField], matched: Mapping[str, AttributeSpec | None]
) -> None:
    """The attributes, so that completeness counts them and the product page asks for them; a rule that is there stays."""
    listed = set(channel.requirements.filter(family=None).values_list("attribute_id", flat=True))
    levels = {"required": Requirement.Level.REQUIRED, "warning": Requirement.Level.WARNING}
    wanted: dict[int, str] = {}
    for field in fields:
        spec = matched[field.target]
        if (
            spec is not None
            and field.level
            and spec.id not in listed
            and wanted.get(spec.id) != Requirement.Level.REQUIRED
        ):
            wanted[spec.id] = levels[field.level]
    Requirement.objects.bulk_create(
        Requirement(channel=channel, attribute_id=pk, level=level) for pk, level in wanted.items()
    )
