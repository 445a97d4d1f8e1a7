"""The contradictions of one product: what its channels say on one line, and what their titles say against attributes. Pure.

Texts written for a channel are meant to differ and are not looked at, but for what they say of facts: brand and amounts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any

from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import Bundle, attributes_of
from catalog.values.resolve import resolve
from channels.consistency.comparing import compare, why
from channels.consistency.entries import Entry, entries
from channels.consistency.lines import PICTURES, Lines
from channels.consistency.titles import Against, other_amounts, other_brand
from channels.mapping import meanings, recognising
from channels.mapping.template import TemplateField
from channels.models import Contradiction
from channels.profile import ChannelSpec
from channels.sheets.words import in_words, plain
from pim.lib.canonical import canonical_hash

Kind = Contradiction.Kind
LONGEST = 300
TITLE = "m:name"
_TEXTS = frozenset({"text", "richtext", ""})
_KINDS = {"price": Kind.PRICE, "measurement": Kind.MEASURE, "number": Kind.MEASURE, "packaging": Kind.MEASURE}
_CLAIMS = ("m:material", "m:origin", "m:age_group", "m:condition")  # lines whose texts state facts
EXPLAINED = ("campaign", "context", "locale")


@dataclass(frozen=True, slots=True)
class Found:
    """As Contradiction has it."""

    kind: str
    line: str
    label: str
    locale: str
    attributes: str
    values: list[dict[str, Any]]
    pairs: str
    why: str
    digest: str


@dataclass(frozen=True, slots=True)
class Said:
    """A product on a channel: itself, and its part of the sheet."""

    channel: ChannelSpec
    bundle: Bundle
    part: Mapping[str, Any]


def of_product(said: Sequence[Said], structure: Structure, lines: Lines, *, at: datetime) -> Iterator[Found]:
    """What the channels that offer the product say against each other, each line once."""
    done: set[tuple[str, str]] = set()
    locales = dict.fromkeys(locale for each in said for locale in each.channel.locales)
    for locale in locales:
        by_line: dict[str, list[Entry]] = {}
        for each in said:
            chosen = _by_line(
                entries(each.bundle, each.part, each.channel, structure, lines, locale=locale, at=at)
            )
            for line, entry in chosen.items():
                by_line.setdefault(line, []).append(entry)
        for line, listed in by_line.items():
            where = locale if any(entry.made_in for entry in listed) else ""
            if (line, where) not in done:
                done.add((line, where))
                yield from _on_line(line, listed, where)
        yield from _in_titles(by_line.get(TITLE, ()), said, structure, locale, at)


def _by_line(listed: Iterable[Entry]) -> dict[str, Entry]:
    """Of several fields of a channel on one line the first that says something stands for it."""
    chosen: dict[str, Entry] = {}
    for entry in listed:
        if entry.line not in chosen or (chosen[entry.line].is_empty and not entry.is_empty):
            chosen[entry.line] = entry
    return chosen


def _on_line(line: str, listed: Sequence[Entry], locale: str) -> Iterator[Found]:
    differing: dict[str, list[tuple[Entry, Entry]]] = {}
    for one, other in combinations(listed, 2):
        verdict = compare(one, other)
        kind = (
            Kind.MISSING
            if verdict == "missing"
            else _kind(line, one, other)
            if verdict == "different"
            else None
        )
        if kind is not None:
            differing.setdefault(kind, []).append((one, other))
    for kind, pairs in differing.items():
        involved = [entry for entry in listed if any(entry is each for pair in pairs for each in pair)]
        reasons = [why(one, other) for one, other in pairs]
        explained = reasons[0] if all(reason in EXPLAINED for reason in reasons) else ""
        values = [
            {"channel": entry.channel.id, "text": _short(entry.text), "why": _place(entry)}
            for entry in involved
        ]
        codes = [code for entry in involved for code in entry.attributes]
        ids = [sorted((one.channel.id, other.channel.id)) for one, other in pairs]
        yield _found(kind, line, listed[0].row.label, locale, codes, values, ids, explained)


def _kind(line: str, one: Entry, other: Entry) -> str | None:
    """None for a difference that is no contradiction: of texts, pictures, sorting."""
    types = {entry.spec.type if entry.spec else "" for entry in (one, other)}
    if line == PICTURES or any(
        entry.spec is not None and entry.spec.type == "file" for entry in (one, other)
    ):
        return None
    numbers = [_KINDS[each] for each in types if each in _KINDS]
    if numbers:
        return numbers[0]
    if types <= _TEXTS and line not in _CLAIMS:
        return None
    return Kind.FACT


def _place(entry: Entry) -> str:
    """Where its value stands, as a reason: a campaign's, the channel's own."""
    return "campaign" if entry.campaign else "context" if entry.context else ""


def _in_titles(
    titles: Iterable[Entry], said: Sequence[Said], structure: Structure, locale: str, at: datetime
) -> Iterator[Found]:
    bundles = {each.channel.id: each.bundle for each in said}
    against: dict[str, list[tuple[Entry, Against]]] = {}
    for entry in titles:
        if entry.is_empty or entry.made_in not in ("", locale):
            continue
        for one in _against(plain(entry.text), bundles[entry.channel.id], entry, structure, locale, at):
            against.setdefault(one.spec.code, []).append((entry, one))
    for code, listed in against.items():
        values = [{"channel": 0, "text": _short(listed[0][1].known), "why": ""}]
        values += [
            {"channel": entry.channel.id, "text": _short(entry.text), "why": ""} for entry, _one in listed
        ]
        codes = [code, *(each for entry, _one in listed for each in entry.attributes)]
        ids = [[entry.channel.id] * 2 for entry, _one in listed]
        label = listed[0][1].spec.label()
        yield _found(Kind.TITLE, f"{TITLE}|{code}", label, locale, codes, values, ids, "")


def _against(
    title: str, bundle: Bundle, entry: Entry, structure: Structure, locale: str, at: datetime
) -> Iterator[Against]:
    def stored(spec: AttributeSpec) -> Any:
        return resolve(bundle, spec, structure, locale=locale, context=entry.channel.context, at=at).value

    specs = [spec for code in attributes_of(bundle, structure) if (spec := structure.attributes.get(code))]
    brand = recognising.attribute_for(TemplateField("brand", "", "", meaning=meanings.BRAND), structure)
    if brand is not None and brand.options and brand in specs:
        found = other_brand(title, brand, stored(brand))
        if found is not None:
            yield found
    measures = [(spec, value) for spec in specs if spec.type == "measurement" and (value := stored(spec))]
    yield from other_amounts(title, measures, locale)


def _found(
    kind: str,
    line: str,
    label: str,
    locale: str,
    codes: Iterable[str],
    values: list[dict[str, Any]],
    ids: Iterable[Sequence[int]],
    explained: str,
) -> Found:
    pairs = "".join(f"{one}-{other}," for one, other in sorted({(a, b) for a, b in ids}))
    attributes = f",{','.join(dict.fromkeys(codes))},"
    return Found(
        kind, line[:150], label[:150], locale, attributes, values, f",{pairs}", explained,
        canonical_hash([values, explained]),
    )  # fmt: skip


def _short(text: str) -> str:
    text = in_words(text)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
