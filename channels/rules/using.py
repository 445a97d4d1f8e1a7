"""Taking a pack over, adjusting it, and what follows: only the products it is about, before or after, are counted anew.

A pack proposes; its rows are the manager's (as decision 28 says of a channel's fields). Nothing here is called by an
upgrade: what a newer pack says otherwise is told (channels.rules.standing) and taken over by a person's press.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.jobs import enqueue
from catalog.structure.announce import announce
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from channels.mapping import recognising
from channels.mapping.template import TemplateField
from channels.models import Channel, PackedRule, RulePack
from channels.rules.pack import Pack, Rule
from channels.rules.packs import PACKS


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a manager says of one rule; `attribute` and `condition` are ids."""

    code: str
    level: str
    attribute: int | None
    condition: int | None = None


def suggested(rule: Rule, structure: Structure) -> AttributeSpec | None:
    """The attribute that is surely meant; None where a person has to choose."""
    return recognising.attribute_for(_as_field(rule), structure)


def candidates(rule: Rule, structure: Structure) -> list[AttributeSpec]:
    return recognising.candidates(_as_field(rule), structure)


def _as_field(rule: Rule) -> TemplateField:
    return TemplateField(rule.code, rule.label, "", meaning=rule.meaning)


def start(channel: Channel, pack: Pack, structure: Structure) -> RulePack:
    """The pack's rows as it proposes them, with the attributes that are surely meant; what is there is left alone. In the
    caller's transaction, who tells of the change."""
    use, _made = RulePack.objects.get_or_create(channel=channel, pack=pack.code)
    add(use, [rule for rule in pack.rules if not use.rules.filter(code=rule.code).exists()], structure)
    return use


def add(use: RulePack, rules: Iterable[Rule], structure: Structure) -> None:
    listed = []
    for rule in rules:
        spec = suggested(rule, structure)
        listed.append(
            PackedRule(
                use=use, code=rule.code, attribute_id=spec.id if spec else None, level=rule.level,
                counts_from=rule.counts_from, in_force=has_begun(rule.counts_from), told=rule.facts(),
            )
        )  # fmt: skip
    PackedRule.objects.bulk_create(listed)


def has_begun(counts_from: date | None, today: date | None = None) -> bool:
    return counts_from is None or counts_from <= (today or timezone.localdate())


def save(
    channel: Channel,
    pack: Pack,
    *,
    is_on: bool,
    families: Sequence[int],
    categories: Sequence[int],
    rules: Sequence[Chosen],
    structure: Structure,
    by: int | None = None,
) -> None:
    """As a manager leaves it. One transaction; locks the pack's row."""
    with transaction.atomic():
        use = start(channel, pack, structure)
        use = RulePack.objects.select_for_update().get(pk=use.pk)
        before = scope_of(use)
        use.is_on = is_on
        use.save(update_fields=["is_on"])
        use.families.set(families)
        use.categories.set(categories)
        wanted = {chosen.code: chosen for chosen in rules}
        for row in use.rules.all():
            if row.code in wanted:
                chosen = wanted[row.code]
                row.level, row.attribute_id, row.condition_id = (
                    chosen.level,
                    chosen.attribute,
                    chosen.condition,
                )
                row.save(update_fields=["level", "attribute", "condition"])
        changed(channel, [before, scope_of(use)], structure, by=by)


def take_over(use: RulePack, code: str, structure: Structure, *, by: int | None = None) -> None:
    """What the pack says now of one rule, in place of what stands here; its attribute stays."""
    rule = PACKS[use.pack].by_code[code]
    with transaction.atomic():
        if not use.rules.filter(code=code).exists():
            add(use, [rule], structure)
        else:
            use.rules.filter(code=code).update(
                level=rule.level, counts_from=rule.counts_from, in_force=has_begun(rule.counts_from), told=rule.facts()
            )  # fmt: skip
        changed(use.channel, [scope_of(use)], structure, by=by)


def keep(use: RulePack, code: str) -> None:
    """What stands here stays, and the pack's news are known."""
    use.rules.filter(code=code).update(told=PACKS[use.pack].by_code[code].facts())


def send_to(
    channel: Channel, countries: Sequence[str], structure: Structure, *, by: int | None = None
) -> None:
    """Other countries of destination: what every pack is about is counted anew."""
    with transaction.atomic():
        Channel.objects.filter(pk=channel.pk).update(destinations=list(countries))
        uses = RulePack.objects.filter(channel=channel, is_on=True)
        changed(channel, [scope_of(use) for use in uses], structure, by=by)


@dataclass(frozen=True, slots=True)
class Scope:
    """`everything`: every product, whatever its family."""

    families: frozenset[int] = frozenset()
    categories: frozenset[int] = frozenset()
    everything: bool = False


def scope_of(use: RulePack) -> Scope:
    """What a pack is about now; nothing where it is off."""
    if not use.is_on or use.pack not in PACKS:
        return Scope()
    families = frozenset(family.pk for family in use.families.all())
    categories = frozenset(category.pk for category in use.categories.all())
    return Scope(families, categories, PACKS[use.pack].everywhere and not families and not categories)


def changed(
    channel: Channel, scopes: Sequence[Scope], structure: Structure, *, by: int | None = None
) -> None:
    """In the transaction of the change: raises `profile_rev`, and enqueues the count of the products it is about."""
    Channel.objects.filter(pk=channel.pk).update(profile_rev=F("profile_rev") + 1)
    announce("requirement", [], by=by)
    families = {pk for scope in scopes for pk in scope.families}
    categories = {pk for scope in scopes for pk in scope.categories}
    if any(scope.everything for scope in scopes):
        families, categories = set(structure.families), set()
    if not families and not categories:
        return
    params: dict[str, Any] = {"channel": channel.pk, "families": sorted(families)}
    if categories:
        params["categories"] = sorted(categories)
    title = _("Completeness, after a change of the rules a channel keeps")
    enqueue("channels.recount", params, by=by, queue="delivery", title=title, language=settings.LANGUAGE_CODE)
