"""Saving a rule: refused where rules would wake each other for ever; what runs on change then looks at everything once."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import User
from catalog.structure.announce import announce
from catalog.structure.snapshot import Structure
from enrichment.models import ProductFlag, Rule
from enrichment.rules import flags, loops, running
from enrichment.rules.current import RuleSpec, current, meet, spec_of
from enrichment.rules.planning import CannotRun


def check(row: Rule, structure: Structure) -> None:
    """Raises ValidationError, naming the circle. Rules that are switched off, or do not run on change, wake nobody."""
    if not row.enabled:
        return
    mine = spec_of(row, structure)
    if not (mine.on_change or row.daily_at):
        return
    try:
        running.check_rest(mine)
    except CannotRun as stopped:
        raise ValidationError(str(stopped)) from None
    if not mine.follows:
        return
    others = Rule.objects.filter(enabled=True, on_change=True).exclude(pk=row.pk or 0)
    specs: dict[str, RuleSpec] = {row.code: mine, **{each.code: spec_of(each, structure) for each in others}}
    found = loops.circle({code: (spec.written, spec.inputs, spec.asked) for code, spec in specs.items()})
    if found:
        raise ValidationError(
            _(
                "These rules would wake each other for ever: %(circle)s. Run one of them by hand or by the clock, or read another field."
            )
            % {"circle": " → ".join(specs[code].label for code in found)}
        )


def save(row: Rule, *, by: User, seen: str = "") -> None:
    """With the rights of `by` from now on. `seen`: version() of what they began with. Raises ValidationError, also as check().

    Flags that were set for other conditions, or said something else, stand no more; they are removed in small transactions.
    """
    with transaction.atomic():
        # Two who save at once wait for each other: neither circle nor place is found twice.
        list(Rule.objects.order_by("pk").select_for_update().values_list("pk"))
        structure = Structure.current()
        before = Rule.objects.filter(pk=row.pk or 0).first()
        if before and seen and seen != version(before):
            raise ValidationError(
                _(
                    "Somebody saved this rule since you opened it: open it in another tab, and carry your changes over to it."
                )
            )
        check(row, structure)
        _wake([row, before] if before else [row], structure)
        if row.pk is None:
            row.position = (Rule.objects.aggregate(last=Max("position"))["last"] or 0) + 1
        row.owner, row.problem = by, ""
        row.whole_due = row.enabled and row.on_change
        row.next_run_at = running.next_run(row, timezone.now())
        is_flag_new = before is not None and _flag(before, structure) != _flag(row, structure)
        if is_flag_new:
            row.flags_since = timezone.now()
        row.save()
        announce("rule", [row.pk], by=by.pk)
    if is_flag_new:
        flags.clear(row.pk, before=row.flags_since)
    running.ensure_source()


def _flag(row: Rule, structure: Structure) -> tuple[str, str]:
    """(what it says, of which products); nothing where it flags none."""
    said = flags.message(spec_of(row, structure))
    return (said, row.when) if said else ("", "")


def version(row: Rule) -> str:
    """Of what people say in it; "" of one that is not saved yet."""
    return row.changed_at.isoformat() if row.pk else ""


def switch(pk: int, *, on: bool, by: User) -> None:
    """Raises ValidationError, and Rule.DoesNotExist."""
    row = Rule.objects.get(pk=pk)
    row.enabled = on
    save(row, by=by, seen=version(row))


def delete(pk: int, *, by: User) -> None:
    """What it wrote stays, until a rule below it says otherwise. Its flags go first, in small transactions: switched off it
    sets no more, and shows none of those that are left."""
    if ProductFlag.objects.filter(rule_id=pk).exists():
        with transaction.atomic():
            Rule.objects.filter(pk=pk).update(enabled=False)
            announce("rule", [pk], by=by.pk)
        flags.clear(pk)
    with transaction.atomic():
        _wake(list(Rule.objects.filter(pk=pk)), Structure.current())
        announce("rule", [pk], by=by.pk)
        Rule.objects.filter(pk=pk).delete()


def _wake(rows: Sequence[Rule], structure: Structure) -> None:
    """Who decides a value may be another one now: the others on change that write it look at everything once."""
    keys = frozenset[str]().union(*(spec_of(row, structure).written for row in rows))
    own = {row.pk for row in rows}
    others = [
        rule.id for rule in current(structure).following if meet(rule.written, keys) and rule.id not in own
    ]
    if others:
        Rule.objects.filter(pk__in=others).update(whole_due=True)


def move(pk: int, step: int, *, by: User) -> None:
    """One place up (-1) or down (1) in precedence."""
    with transaction.atomic():
        structure = Structure.current()
        rows = list(Rule.objects.order_by("position", "pk").select_for_update())
        place = next((number for number, row in enumerate(rows) if row.pk == pk), None)
        if place is None or not 0 <= place + step < len(rows):
            return
        rows[place], rows[place + step] = rows[place + step], rows[place]
        for number, row in enumerate(rows, 1):
            row.position = number
        Rule.objects.bulk_update(rows, ["position"])
        for each in (rows[place], rows[place + step]):
            _wake([each], structure)
        announce("rule", [row.pk for row in rows], by=by.pk)
