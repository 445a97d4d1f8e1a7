"""What can be wrong with a value that is there: shares that do not add to 100, green words without a proof."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.table_columns import columns_of
from catalog.values.bundle import Bundle
from catalog.values.resolve import resolve
from channels.profile import ChannelSpec
from channels.rules.countries import language_of
from channels.rules.spec import RuleSpec
from channels.sheets import sources
from channels.sheets.words import plain

WHOLE = Decimal(100)
_SHARE = re.compile(r"(\d{1,3}(?:[.,]\d{1,3})?)\s*%")
# Parts of a product stand apart: "Outer: 60 % wool, 40 % silk; lining: 100 % cotton".
_PARTS = re.compile(r"[;\n|]|</(?:p|li|div|tr)>|<br\s*/?>", re.IGNORECASE)

# General words and claims of being neutral, in the languages of our interface's makers; the directive's recital 9 and its
# Annex name such words, and these are theirs and their usual translations. None is a proof of anything being wrong.
CLAIMS: Mapping[str, tuple[str, ...]] = {
    "en": ("eco-friendly", "ecofriendly", "environmentally friendly", "environment-friendly", "climate friendly", "climate-friendly", "climate neutral", "climate-neutral", "carbon neutral", "carbon-neutral", "co2 neutral", "ecological", "biodegradable", "biobased", "sustainable", "green product", "good for the planet"),
    "de": ("umweltfreundlich", "umweltschonend", "klimafreundlich", "klimaneutral", "klimapositiv", "co2-neutral", "co₂-neutral", "ökologisch", "nachhaltig", "biologisch abbaubar", "biobasiert"),
    "fr": ("écologique", "éco-responsable", "écoresponsable", "respectueux de l'environnement", "respectueuse de l'environnement", "neutre en carbone", "neutre pour le climat", "biodégradable", "biosourcé", "durable pour la planète"),
    "it": ("ecologico", "ecologica", "ecosostenibile", "rispettoso dell'ambiente", "amico dell'ambiente", "neutro per il clima", "a impatto zero", "biodegradabile", "sostenibile"),
    "es": ("ecológico", "ecológica", "respetuoso con el medio ambiente", "sostenible", "neutro en carbono", "climáticamente neutro", "biodegradable"),
    "nl": ("milieuvriendelijk", "klimaatneutraal", "co2-neutraal", "ecologisch", "duurzaam geproduceerd", "biologisch afbreekbaar", "biobased"),
}  # fmt: skip
_TEXTS = ("text", "richtext")


@dataclass(frozen=True, slots=True)
class Fault:
    """`attribute` whose value it is about; `locale` "" where it is the same in every language."""

    rule: RuleSpec
    attribute: str
    locale: str
    message: str


def faults(bundle: Bundle, channel: ChannelSpec, structure: Structure, *, locale: str) -> Iterator[Fault]:
    """Of the rules that look into values, in force or not: who asks says which count."""
    for rule in channel.rules:
        if rule.check == "filled" or not rule.is_asked(bundle, structure, context=channel.context):
            continue
        spec = structure.attributes.get(rule.attribute)
        if spec is None:
            continue
        found = _value(bundle, spec, channel, structure, locale)
        if rule.check == "shares":
            own = locale if spec.localizable else ""
            for message in wrong_shares(found, spec):
                yield Fault(rule, spec.code, own, message)
        elif found in (None, "", [], {}):
            yield from _unproven(rule, bundle, channel, structure, locale)


def _value(
    bundle: Bundle, spec: AttributeSpec, channel: ChannelSpec, structure: Structure, locale: str
) -> Any:
    return resolve(
        bundle, spec, structure, locale=locale, context=channel.context, fallback=channel.send_fallback
    ).value


# --- shares


def wrong_shares(stored: Any, spec: AttributeSpec) -> list[str]:
    """A sentence for each part whose shares do not add to 100; parts that tell no shares are left to people."""
    if not stored:
        return []
    return [
        _("%(part)s: the shares add to %(sum)s %%, not to 100 %%.") % {"part": part or spec.label(), "sum": _written(total)}
        for part, shares in _shares(stored, spec)
        if shares and (total := sum(shares, Decimal())) != WHOLE
    ]  # fmt: skip


def _shares(stored: Any, spec: AttributeSpec) -> Iterator[tuple[str, list[Decimal]]]:
    """(name of the part, shares) of a table with a column of numbers, a counted list, or a text."""
    if spec.type == "table":
        yield from _of_table(stored, spec)
    elif isinstance(stored, Mapping):
        yield "", [number for count in stored.values() if (number := _number(count)) is not None]
    else:
        for part in _PARTS.split(str(stored)):
            name, colon, _rest = plain(part).partition(":")
            yield (
                name.strip() if colon else "",
                [number for text in _SHARE.findall(part) if (number := _number(text)) is not None],
            )


def _of_table(
    stored: Iterable[Mapping[str, Any]], spec: AttributeSpec
) -> Iterator[tuple[str, list[Decimal]]]:
    """The first column of numbers holds the shares; a column called part, component or layer says of which part."""
    codes = [(code, each.type) for code, each, _kind in columns_of(spec).each()]
    share = next((code for code, kind in codes if kind == "number"), None)
    part = next(
        (code for code, _kind in codes if code.casefold() in ("part", "component", "layer", "teil")), None
    )
    if share is None:
        return
    found: dict[str, list[Decimal]] = {}
    for row in stored:
        number = _number(row.get(share))
        if number is not None:
            found.setdefault(str(row.get(part, "")) if part else "", []).append(number)
    yield from found.items()


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value).replace(",", "."))
    except InvalidOperation:
        return None


def _written(number: Decimal) -> str:
    return f"{number.normalize():f}"


# --- claims


def _unproven(
    rule: RuleSpec, bundle: Bundle, channel: ChannelSpec, structure: Structure, locale: str
) -> Iterator[Fault]:
    for spec in _texts(bundle, channel, structure):
        text = _value(bundle, spec, channel, structure, locale)
        words = claims_in(plain(str(text)), language_of(locale)) if text else []
        if words:
            message = _("%(attribute)s says '%(words)s' and no proof is given.") % {
                "attribute": spec.label(),
                "words": "', '".join(words),
            }
            yield Fault(rule, spec.code, locale if spec.localizable else "", message)


def _texts(bundle: Bundle, channel: ChannelSpec, structure: Structure) -> list[AttributeSpec]:
    """The texts that go to the channel; all of the family's where it has no mapping."""
    rows = channel.fields_of(bundle.family.id if bundle.family else None)
    codes = {code for row in rows for code in sources.attributes_of(row.source, structure)}
    if not channel.fields and bundle.family is not None:
        codes = set(bundle.family.attributes)
    return [spec for code in sorted(codes) if (spec := structure.attributes[code]).type in _TEXTS]


def claims_in(text: str, language: str) -> list[str]:
    """The words of CLAIMS a text has, as it writes them; endings are taken along ("umweltfreundliche")."""
    words = CLAIMS.get(language)
    if not words:
        return []
    pattern = "|".join(re.escape(word) for word in words)
    text = text.replace("’", "'")
    return list(
        dict.fromkeys(match[0] for match in re.finditer(rf"(?<!\w)(?:{pattern})\w*", text, re.IGNORECASE))
    )
