"""What a field has to keep to, told beside it while one writes. The door and the channel decide; this only says it early."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import Bundle
from channels.profile import ChannelSpec, FieldSpec
from channels.sheets import sources
from channels.sheets.made import Place
from enrichment.workbench.queue.address import Queue

_STANDS_FOR_IT = "x"
CUTTING = "truncate"  # a transform that keeps the limit by itself


@dataclass(frozen=True, slots=True)
class Rule:
    """`kind`: max, min (characters, with `extra` of other values in the same field), pattern, html. `says`: for people.

    `hidden`: shown only where it is broken.
    """

    kind: str
    value: str
    says: str
    extra: int = 0
    hidden: bool = False


def of(spec: AttributeSpec, bundle: Bundle, queue: Queue) -> list[Rule]:
    """Of the attribute itself, then of each channel's fields that are made from it."""
    made = list(_own(spec))
    channels = [queue.channel] if queue.channel else queue.profiles.active
    for channel in channels:
        for field in channel.fields_of(bundle.family.id if bundle.family else None):
            if field.limits and spec.code in sources.attributes_of(field.source, queue.structure):
                made += _of_field(field, spec, channel, bundle, queue)
    return list(dict.fromkeys(made))


def _own(spec: AttributeSpec) -> Iterator[Rule]:
    if spec.params.get("min_length"):
        yield Rule(
            "min", str(spec.params["min_length"]), _("at least %d characters") % spec.params["min_length"]
        )
    if spec.params.get("pattern"):
        says = spec.params.get("pattern_message") or _("has to have the form %s") % spec.params["pattern"]
        yield Rule("pattern", str(spec.params["pattern"]), str(says))
    if spec.type == "text":
        yield Rule("html", "", _("Plain text: HTML is shown as it is typed."), hidden=True)


def _of_field(
    field: FieldSpec, spec: AttributeSpec, channel: ChannelSpec, bundle: Bundle, queue: Queue
) -> Iterator[Rule]:
    if any(transform.get("name") == CUTTING for transform in field.transforms):
        return
    limits, where = field.limits or {}, f"{channel.label}: {field.label}"
    alone = "attribute" in field.source
    extra = 0 if alone else _others(field, spec, channel, bundle, queue)
    if limits.get("max_length"):
        says = where
        if extra:
            says = _("%(where)s, with the %(extra)d of its other parts") % {"where": where, "extra": extra}
        yield Rule("max", str(limits["max_length"]), says, extra)
    if limits.get("min_length"):
        text = _("%(where)s: at least %(n)d characters") % {"where": where, "n": int(limits["min_length"])}
        yield Rule("min", str(limits["min_length"]), text, extra)
    if limits.get("pattern") and alone:
        text = _("%(where)s: has to have the form %(pattern)s") % {
            "where": where,
            "pattern": limits["pattern"],
        }
        yield Rule("pattern", str(limits["pattern"]), text)


def _others(field: FieldSpec, spec: AttributeSpec, channel: ChannelSpec, bundle: Bundle, queue: Queue) -> int:
    """How many characters of a composed field are not this attribute's."""
    locale = queue.locale if field.localized else ""
    place = Place(bundle, channel, queue.structure, locale, None)
    template = str(field.source.get("template", "")).replace(f"{{{spec.code}}}", _STANDS_FOR_IT)
    return max(len(sources.read({"template": template}, place).text) - len(_STANDS_FOR_IT), 0)
