"""The built sheet against the channel's own rules: what it would refuse is told here, in the editor's words, before it is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.structure.snapshot import Structure
from catalog.values.bundle import Bundle
from channels.profile import ChannelSpec, FieldSpec
from channels.rules import checks
from channels.sheets import sources
from channels.sheets.build import Sheet, SheetUnit, rows_of
from channels.sheets.files import IMAGE_TYPES
from channels.sheets.problems import Problem
from pim.lib import patterns

LIMITS: Mapping[str, type | tuple[type, ...]] = {
    "max_length": int, "min_length": int, "pattern": str, "allowed": list, "max_items": int,
    "min": (int, float, str), "max": (int, float, str),
}  # fmt: skip


def validate(sheet: Sheet, unit: SheetUnit, channel: ChannelSpec, structure: Structure) -> list[Problem]:
    """Every problem of the sheet, those met while building first; [] where the channel should take it."""
    problems = list(sheet.problems)
    told = {(problem.field, problem.locale, problem.sku) for problem in problems}
    for payload, bundle in _parts(sheet, unit):
        sku = payload["sku"] if bundle is not unit.bundle else ""
        for row in rows_of(bundle, channel, structure).listed:
            for locale in channel.locales if row.localized else ("",):
                values = payload["locales"].get(locale, {}) if locale else payload["fields"]
                value = values.get(row.target)
                if _takes(row, value) or (row.target, locale, sku) in told:
                    continue
                is_image = _is_sent_as_image(row, structure, payload)
                for code, message in check(value, row, channel, locale, is_image=is_image):
                    attribute = next(iter(sources.attributes_of(row.source, structure)), "")
                    problems.append(Problem(row.target, code, message, locale, attribute, sku))
        problems += _against_rules(bundle, channel, structure, sku)
    return problems


def _against_rules(bundle: Bundle, channel: ChannelSpec, structure: Structure, sku: str) -> Iterator[Problem]:
    """What rules in force find wrong with values that are there; what they miss is a matter of completeness."""
    told = set()
    for locale in channel.locales if channel.rules else ():
        for fault in checks.faults(bundle, channel, structure, locale=locale):
            key = (fault.attribute, fault.locale, fault.message)
            if fault.rule.in_force and fault.rule.is_required and key not in told:
                told.add(key)
                yield Problem(
                    fault.attribute, fault.rule.code, fault.message, fault.locale, fault.attribute, sku
                )


def _takes(row: FieldSpec, value: Any) -> bool:
    """Whether a field asks for nothing more than is there, as most do."""
    return not row.required if value is None else not row.limits


def check(
    value: Any, row: FieldSpec, channel: ChannelSpec, locale: str = "", *, is_image: bool = False
) -> Iterator[tuple[str, str]]:
    """(code, sentence) for each rule the value of a field breaks."""
    where = {"field": f"{row.label} ({locale})" if locale else row.label, "channel": channel.label}
    if value is None:
        if row.required and not is_image:
            yield "required", _("%(field)s is empty: %(channel)s does not list a product without it.") % where
        return
    limits = row.limits or {}
    text = text_of(value)
    longest, shortest = limits.get("max_length"), limits.get("min_length")
    if longest is not None and len(text) > longest:
        over = len(text) - longest
        yield "too_long", _("%(field)s is %(length)d of %(limit)d characters for %(channel)s: shorten by %(over)d.") % {
            **where, "length": len(text), "limit": longest, "over": over,
        }  # fmt: skip
    if shortest is not None and len(text) < shortest:
        yield "too_short", _("%(field)s is %(length)d characters: %(channel)s asks for at least %(limit)d.") % {
            **where, "length": len(text), "limit": shortest,
        }  # fmt: skip
    if limits.get("pattern") and not patterns.matches(limits["pattern"], text):
        yield (
            "pattern",
            _("%(field)s '%(value)s' does not have the form %(channel)s asks for.")
            % {**where, "value": text[:60]},
        )
    if limits.get("allowed"):
        allowed = [str(word) for word in limits["allowed"]]
        for word in value if isinstance(value, list) else [value]:
            if text_of(word) not in allowed:
                yield "not_allowed", _("%(field)s '%(value)s' is not among what %(channel)s takes: %(allowed)s.") % {
                    **where, "value": text_of(word)[:60], "allowed": ", ".join(allowed[:10]) + (" …" if len(allowed) > 10 else ""),
                }  # fmt: skip
    most = limits.get("max_items")
    if most is not None and isinstance(value, list) and len(value) > most:
        yield (
            "too_many",
            ngettext(
                "%(field)s has %(count)d entries: %(channel)s takes at most %(limit)d, remove %(over)d.",
                "%(field)s has %(count)d entries: %(channel)s takes at most %(limit)d, remove %(over)d.",
                len(value),
            )
            % {**where, "count": len(value), "limit": most, "over": len(value) - most},
        )
    yield from _number(value, limits, where)


def _number(value: Any, limits: Mapping[str, Any], where: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if "min" not in limits and "max" not in limits:
        return
    amounts = (
        value.values()
        if isinstance(value, dict) and "amount" not in value
        else [value["amount"] if isinstance(value, dict) else value]
    )
    for amount in amounts:
        try:
            number = Decimal(str(amount))
        except InvalidOperation:
            continue
        if "min" in limits and number < Decimal(str(limits["min"])):
            yield (
                "too_small",
                _("%(field)s is %(value)s: %(channel)s takes %(limit)s or more.")
                % {**where, "value": amount, "limit": limits["min"]},
            )
        if "max" in limits and number > Decimal(str(limits["max"])):
            yield (
                "too_large",
                _("%(field)s is %(value)s: %(channel)s takes %(limit)s or less.")
                % {**where, "value": amount, "limit": limits["max"]},
            )


def clean_limits(limits: Mapping[str, Any]) -> dict[str, Any]:
    """The limits to store. Raises ValidationError for unknown names, wrong types and patterns that do not compile."""
    errors = [_("There is no limit '%s'.") % name for name in limits if name not in LIMITS]
    for name, kind in LIMITS.items():
        value = limits.get(name)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            errors.append(_("The limit '%s' is not of the right kind.") % name)
    if isinstance(limits.get("pattern"), str):
        try:
            patterns.compiled(limits["pattern"])
        except patterns.PatternRefused as refused:
            errors.append(str(refused))
    if errors:
        raise ValidationError(errors)
    return {name: value for name, value in limits.items() if value not in (None, "", [])}


def _parts(sheet: Sheet, unit: SheetUnit) -> Iterator[tuple[Mapping[str, Any], Any]]:
    if not unit.is_model:
        yield sheet.payload, unit.bundle
        return
    # What a model lacks itself its variants may carry, so only they are held to the rules.
    by_sku = {bundle.product.sku: bundle for bundle in unit.variants}
    for payload in sheet.payload["variants"]:
        yield payload, by_sku[payload["sku"]]


def _is_sent_as_image(row: FieldSpec, structure: Structure, payload: Mapping[str, Any]) -> bool:
    spec = structure.find_attribute(str(row.source.get("attribute", "")))
    return spec is not None and spec.type in IMAGE_TYPES and bool(payload["images"])


def text_of(value: Any) -> str:
    """What lengths, patterns and allowed words are held against."""
    if isinstance(value, dict):
        return str(value.get("label", value.get("amount", "")))
    return value if isinstance(value, str) else str(value)
