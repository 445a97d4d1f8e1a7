"""Why a value is what it is: where it is found, who holds it, and what every source said about it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from catalog.access import rights_of
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models import ImportRun, Product, Proposal, Revision, User
from catalog.structure.snapshot import SourceSpec, Structure
from catalog.structure.specs import AttributeSpec
from catalog.values import bundle as bundles
from catalog.values.changes import ABSENT
from catalog.values.keys import Key
from catalog.values.links import bring_pairs
from catalog.values.resolve import Resolved, resolve
from catalog.values.revisions import changes_from_json
from enrichment.models import Rule
from enrichment.workbench.page.history import origin_of
from enrichment.workbench.page.origin import describe, source_label

LOOKED_AT = 300  # revisions of the product, the newest first
SHOWN = 30
_IMPORT = re.compile(r"(?:import|undo):(\d+)\Z")
_RULE = re.compile(r"rule:(\d+):")
State = Proposal.State


@dataclass(frozen=True, slots=True)
class Said:
    """`kind`: wrote, open, accepted, rejected. `href`: of the import it came with, or the rule."""

    kind: str
    at: datetime
    source: str  # its code
    named: str  # its label
    who: str
    how: str
    text: str
    href: str = ""
    ref: str = ""
    proposal: int | None = None
    decided: str = ""  # by whom


@dataclass(slots=True)
class Standing:
    """A source at this attribute: `verdict` says in a sentence why the value that stands is its, or is not."""

    code: str
    label: str
    rank: int
    may_write: bool
    holds: bool
    verdict: str
    said: str = ""
    has_said: bool = False
    is_outranked: bool = False


@dataclass(slots=True)
class Chain:
    label: str
    place: str
    text: str
    found: Resolved
    origin: str  # where it is found: own value, inherited, fallback, campaign
    sentence: str
    sources: list[Standing] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    product: int = 0  # at whose level it is found


def build(product: Product, key: str, *, user: User) -> Chain | None:
    """None for a key that is none, or that this person may not see. A constant number of queries."""
    structure = Structure.current()
    parsed = Key.parse(key)
    spec = structure.attributes.get(parsed.attribute)
    bundle = bundles.of_rows([product], structure=structure)[product.pk]
    paths = [structure.categories[pk].path for pk in bundle.categories if pk in structure.categories]
    if spec is None or not rights_of(user).at(paths).may_view_key(spec, parsed.locale, parsed.context):
        return None
    found = resolve(bundle, spec, structure, locale=parsed.locale, context=parsed.context)
    at = bundle.levels[found.level].product_id if found.found else product.pk
    stored_as = found.key if found.found else key
    said = _said(at, stored_as, spec, structure)
    context = structure.contexts.get(parsed.context)
    origin = describe(found, spec, bundle, structure, locale=parsed.locale, context=parsed.context)
    made = Chain(
        label=spec.label(), place=" · ".join(part for part in (parsed.locale, context.label() if context else parsed.context) if part),
        text=_text(found.value, spec, parsed.locale) if found.found else "", found=found, origin=origin.text, sentence="", said=said[:SHOWN], product=at,
    )  # fmt: skip
    holder = found.source if found.found else ""
    made.sources = _standings(spec, structure, holder, said)
    made.sentence = _sentence(made, holder, said, structure)
    return made


def _text(value: Any, spec: AttributeSpec, locale: str) -> str:
    if value is ABSENT or value is None:
        return ""
    return strip_tags(str(ATTRIBUTE_TYPES[spec.type].display(value, spec, locale or None)))


def _said(product: int, key: str, spec: AttributeSpec, structure: Structure) -> list[Said]:
    """What was written and proposed under the key, the newest first."""
    locale = Key.parse(key).locale
    rows = list(
        Revision.objects.filter(product_id=product).order_by("-rev").select_related("user")[:LOOKED_AT]
    )
    written = [(row, changes_from_json({key: row.changes[key]})[key]) for row in rows if key in row.changes]
    proposals = list(
        Proposal.objects.filter(product_id=product, key=key)
        .select_related("proposed_by", "settled_by")
        .order_by("-pk")[:SHOWN]
    )
    pairs = [{key: pair} for _row, pair in written] + [{key: (ABSENT, row.value)} for row in proposals]
    bring_pairs(pairs, structure)
    refs = [row.ref for row, _pair in written]
    runs = _runs(refs) | _rules(refs)
    said = [
        Said(
            "wrote", row.at, row.source, source_label(row.source, structure), str(row.user or ""), origin_of(row.origin), _text(after, spec, locale), *runs.get(row.ref, ("", "")),
        )
        for row, (_before, after) in written
    ]  # fmt: skip
    for row in proposals:
        kind = {State.OPEN: "open", State.ACCEPTED: "accepted", State.REJECTED: "rejected"}[State(row.state)]
        said.append(
            Said(
                kind, row.created_at, row.source, source_label(row.source, structure), str(row.proposed_by or ""), _("proposal"), _text(row.value, spec, locale),
                proposal=row.pk if kind == "open" else None, decided=str(row.settled_by or ""),
            )
        )  # fmt: skip
    return sorted(said, key=lambda each: each.at, reverse=True)


def _runs(refs: Any) -> dict[str, tuple[str, str]]:
    """Ref → (address, file name) of the imports that are still there. One query."""
    ids = {ref: int(found[1]) for ref in refs if (found := _IMPORT.match(ref))}
    names = (
        dict(ImportRun.objects.filter(pk__in=set(ids.values())).values_list("pk", "filename")) if ids else {}
    )
    return {
        ref: (reverse("admin:catalog_importrun_change", args=[pk]), names[pk])
        for ref, pk in ids.items()
        if pk in names
    }


def _rules(refs: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Ref → (address, name) of the rules that are still there. One query, none where no rule wrote."""
    ids = {ref: int(found[1]) for ref in refs if (found := _RULE.match(ref))}
    known = {rule.pk: str(rule) for rule in Rule.objects.filter(pk__in=set(ids.values()))} if ids else {}
    return {
        ref: (f"{reverse('admin:enrichment_rules')}#rule-{pk}", known[pk])
        for ref, pk in ids.items()
        if pk in known
    }


def _standings(spec: AttributeSpec, structure: Structure, holder: str, said: list[Said]) -> list[Standing]:
    """All sources, the strongest for this attribute first."""
    last: dict[str, Said] = {}
    for each in said:
        last.setdefault(each.source, each)
    holding = structure.sources.get(holder)
    standings = []
    for source in structure.sources.values():
        may, rank = source.stand(spec)
        holds = source.code == holder
        newest = last.get(source.code)
        standings.append(
            Standing(
                source.code, source_label(source.code, structure), rank, may, holds,
                _verdict(spec, source, newest, holding, holds=holds), newest.text if newest else "", newest is not None,
                may and not holds and newest is not None and _is_outranked(spec, source, newest, holding),
            )
        )  # fmt: skip
    standings.sort(key=lambda each: (-each.rank, each.code))
    return standings


def _is_outranked(spec: AttributeSpec, source: SourceSpec, newest: Said, holder: SourceSpec | None) -> bool:
    return newest.kind == "open" and holder is not None and holder.stand(spec)[1] > source.stand(spec)[1]


def _verdict(
    spec: AttributeSpec, source: SourceSpec, newest: Said | None, holder: SourceSpec | None, *, holds: bool
) -> str:
    may, _rank = source.stand(spec)
    if holds:
        return _("Its value stands.")
    if not may:
        return _("It may not write this attribute.")
    if newest is None:
        return _("It said nothing about this value.")
    if _is_outranked(spec, source, newest, holder):
        return _("Outranked: it waits as a proposal.")
    if newest.kind == "open":
        return _("It waits as a proposal, until somebody who may approve products decides.")
    if newest.kind == "rejected":
        return _("Rejected by %s.") % (newest.decided or _("somebody"))
    if newest.kind == "accepted":
        return _("Taken over by %s, whose value it is now.") % (newest.decided or _("somebody"))
    return _("It wrote earlier; what stands was written later.")


def _sentence(made: Chain, holder: str, said: list[Said], structure: Structure) -> str:
    if not made.found.found:
        return _("No source has given a value here, on this level or above.")
    label = source_label(holder, structure) if holder else _("nobody we know of")
    written = next((each for each in said if each.kind == "wrote"), None)
    if written is None:
        return _("It is held by %s. When it was written is further back than what is looked at here.") % label
    weaker = [each.label for each in made.sources if each.is_outranked]
    if weaker:
        return _("It is held by %(who)s, which outranks %(others)s.") % {
            "who": label,
            "others": ", ".join(weaker),
        }
    return _("It is held by %s, which wrote last of those that may.") % label
