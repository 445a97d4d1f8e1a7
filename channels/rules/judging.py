"""What the rules say of one product, as sentences with the field they are about: wrong now, to be looked at, or coming."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import Bundle
from channels.completeness import is_asked, is_filled
from channels.profile import ChannelSpec
from channels.rules import checks
from channels.rules.pack import Pack, Rule
from channels.rules.packs import PACKS
from channels.rules.spec import RuleSpec

State = Literal["required", "warning", "coming"]
ORDER = ("required", "warning", "coming")


@dataclass(slots=True)
class Told:
    """`spec`: the attribute to be mended, in `locales` ("" where it is the same in all); `channels`: which ask for it."""

    pack: Pack
    rule: Rule
    state: State
    spec: AttributeSpec
    locale: str
    message: str
    channels: list[str] = field(default_factory=list)

    @property
    def when(self) -> str:
        if self.state != "coming" or self.rule.counts_from is None:
            return ""
        return _("from %s") % date_format(self.rule.counts_from, "SHORT_DATE_FORMAT")


def told(bundle: Bundle, channels: Iterable[ChannelSpec], structure: Structure) -> list[Told]:
    """The same sentence once, however many channels say it; the gravest first. Reads nothing from the database."""
    found: dict[tuple[Any, ...], Told] = {}
    if not bundle.product.is_sellable or bundle.family is None:
        return []
    members = set(bundle.family.attributes)
    for channel in channels:
        if not channel.rules:
            continue
        for locale in channel.locales:
            for rule, spec, where, message in _of_channel(bundle, channel, structure, locale, members):
                state: State = (
                    "coming" if not rule.in_force else "required" if rule.is_required else "warning"
                )
                key = (rule.code, spec.code, where, message, state)
                one = found.get(key)
                if one is None:
                    pack = PACKS[rule.pack]
                    code = rule.code.partition(".")[2]
                    one = found[key] = Told(pack, pack.by_code[code], state, spec, where, message)
                if channel.label not in one.channels:
                    one.channels.append(channel.label)
    return sorted(found.values(), key=lambda one: ORDER.index(one.state))


def _of_channel(
    bundle: Bundle, channel: ChannelSpec, structure: Structure, locale: str, members: set[str]
) -> Iterable[tuple[RuleSpec, AttributeSpec, str, str]]:
    for rule in channel.rules:
        if rule.check != "filled" or not rule.speaks(locale):
            continue
        spec = structure.attributes.get(rule.attribute)
        if spec is None or spec.code not in members:
            continue
        if not rule.is_asked(bundle, structure, context=channel.context):
            continue
        if is_asked(bundle, spec, channel, locale, structure) and not is_filled(
            bundle, spec, channel, locale, structure
        ):
            text = (
                _("%(attribute)s is missing for %(locale)s.")
                if spec.localizable
                else _("%(attribute)s is missing.")
            )
            message = text % {"attribute": spec.label(), "locale": locale}
            yield rule, spec, locale if spec.localizable else "", message
    for fault in checks.faults(bundle, channel, structure, locale=locale):
        yield fault.rule, structure.attributes[fault.attribute], fault.locale, fault.message
