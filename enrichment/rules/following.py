"""What follows a change: products that changed are marked in the change's own transaction, and looked at again behind it.

The marks are the truth, so nothing depends on a message. A chunk of them goes through all rules in their order; what a rule
writes marks the product for those that read it, until nothing is left to write.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import Option, User
from catalog.participants import ChangeBatch
from catalog.structure.snapshot import Structure
from catalog.values.rows import insert_rows
from catalog.values.write import BATCH
from enrichment.models import Rule, RuleMark, RuleRun
from enrichment.rules import current as rules_now
from enrichment.rules import flags, planning, running
from enrichment.rules.actions import Action
from enrichment.rules.current import Rules, RuleSpec
from enrichment.rules.planning import CannotRun, Claims

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=settings.PIM_LEASE_SECONDS)
TURNS = 8  # rules that wake each other one after the other
CHUNKS = 20  # of one tick
SECONDS = 5.0  # of one tick: others wait on the same queue
_turn: ContextVar[int] = ContextVar("turn of rules", default=0)
_PROFILES = "profile"  # the origin of what a channel's profile changed: no value


def mark(batch: ChangeBatch) -> None:
    """In the transaction of a change. No query where no rule runs on change, else one insert."""
    rules = rules_now.current(batch.structure).following
    turn = _turn.get()
    if not rules or turn > TURNS:
        return
    if batch.origin == _PROFILES and not any("*" in rule.asked for rule in rules):
        return
    by_rule = batch.origin == "rule"

    def concerns(pk: int) -> bool:
        keys = batch.changed[pk]
        return pk in batch.created or any(rule.is_concerned(keys, by_rule=by_rule) for rule in rules)

    changed = [pk for pk in batch.changed if concerns(pk)]
    # With a model what inherits from it; without changes of their own, products whose structure changed.
    below = [pk for pk in batch.touched if pk not in batch.changed] if changed or not batch.changed else []
    insert_rows(
        RuleMark, ["product_id", "turn", "lease_until"], [(pk, turn, None) for pk in (*changed, *below)]
    )


@contextmanager
def _turned(turn: int) -> Iterator[None]:
    token = _turn.set(turn)
    try:
        yield
    finally:
        _turn.reset(token)


def drain(*, chunks: int = CHUNKS, seconds: float = SECONDS) -> int:
    """Works marks off, the oldest first; how many products were looked at. What is left waits for the next tick: a chunk is begun
    within `seconds` only."""
    looked_at = 0
    until = time.monotonic() + seconds
    for chunk in range(chunks):
        marks = _claim() if chunk == 0 or time.monotonic() < until else []
        if not marks:
            break
        # By turn: one product that goes round and round uses up the turns of no other.
        for turn in sorted({turn for _pk, _product, turn in marks}):
            follow(sorted({product for _pk, product, its in marks if its == turn}), turn=turn)
        RuleMark.objects.filter(pk__in=[pk for pk, _product, _turn in marks]).delete()
        looked_at += len({product for _pk, product, _turn in marks})
    return looked_at


def _claim() -> list[tuple[int, int, int]]:
    """(mark, product, turn): ours for LEASE, so that a second worker takes others. A killed one's are taken again."""
    now = timezone.now()
    with transaction.atomic():
        rows = RuleMark.objects.filter(Q(lease_until=None) | Q(lease_until__lt=now)).order_by("pk")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        found = list(rows.values_list("pk", "product_id", "turn")[:BATCH])
        RuleMark.objects.filter(pk__in=[pk for pk, _product, _turn in found]).update(lease_until=now + LEASE)
    return found


def follow(ids: list[int], *, turn: int = 0) -> None:
    """All rules, in their order, at at most BATCH products. A rule that cannot run says so, and stops no other."""
    structure = running.structure_to_run()
    rules = rules_now.current(structure)
    claims: Claims = set()
    troubled = set(Rule.objects.exclude(problem="").values_list("pk", flat=True))
    for rule in rules.all:
        if not rule.enabled or not (rule.on_change or _is_above(rule, rules)):
            continue
        try:
            changed = _followed(rule, ids, structure, claims, turn)
        except CannotRun as stopped:
            running.note_problem(rule.id, str(stopped), has_missed=True)
            continue
        except (OperationalError, InterfaceError):
            raise  # the database's trouble and not the rule's: the marks stay
        except Exception as error:
            logger.exception("The rule %s fails at what changed.", rule.code)
            running.note_problem(rule.id, _(
                "It failed at products that changed (%s): the log says where. Other rules go on."
            ) % type(error).__name__)  # fmt: skip
            continue
        if changed and turn >= TURNS:
            running.note_problem(rule.id, _(
                "Stopped: it and other rules kept changing the same products, %d times in a row. Look at what they read and write."
            ) % TURNS)  # fmt: skip
        elif rule.id in troubled:
            running.note_problem(rule.id, "")


def _is_above(rule: RuleSpec, rules: Rules) -> bool:
    """Whether one that runs on change leaves values alone because of it."""
    return any(rule in rules.above(other) for other in rules.following)


def _followed(rule: RuleSpec, ids: list[int], structure: Structure, claims: Claims, turn: int) -> int:
    user = planning.check_owner(User.objects.filter(pk=rule.owner).first())
    if rule.on_change:
        running.check_rest(rule)
    rows: list[list[int]] = planning.by_stage(planning.matching(rule, user, structure).filter(pk__in=ids))
    if rule.on_change and flags.message(rule):
        flags.take(rule, ids, fitting={pk for part in rows for pk in part})
    changed = 0
    ref = _run_of_today(rule) if rows and rule.on_change else ""
    for part in rows:
        if not rule.on_change:
            planning.plan(rule, part, user=user, structure=structure, claims=claims)
            continue
        with _turned(turn + 1):
            changed += running.write_step(rule, part, user=user, structure=structure, claims=claims, ref=ref)
    return changed


def _run_of_today(rule: RuleSpec) -> str:
    """What rules do on change is counted by the day."""
    now = timezone.now()
    ref = f"rule:{rule.id}:{timezone.localdate():%Y%m%d}"
    RuleRun.objects.get_or_create(
        ref=ref,
        defaults={"rule_id": rule.id, "trigger": RuleRun.Trigger.CHANGE, "started_at": now, "ended_at": now},
    )
    return ref


def waiting() -> int:
    """Products that changed and were not looked at yet."""
    return RuleMark.objects.values("product_id").distinct().count()


def options_changed(ids: Iterable[int]) -> None:
    """Labels of options stand in texts that rules write: those that read one of these attributes look at everything again."""
    codes = set(Option.objects.filter(pk__in=list(ids)).values_list("attribute__code", flat=True))
    rows = Rule.objects.filter(enabled=True, on_change=True).values_list("pk", "actions")
    concerned = [pk for pk, actions in rows if _reads(actions, codes)]
    if concerned:
        Rule.objects.filter(pk__in=concerned).update(whole_due=True)


def _reads(actions: list[dict[str, Any]], codes: set[str]) -> bool:
    # The structure is not asked: this is called while it changes.
    try:
        names = {name for action in actions for name in Action.of(action).names()}
    except Exception:
        return False  # unreadable: it says so when it runs, and is no reason to refuse the option
    return any(name == code or name.startswith(f"{code}.") for name in names for code in codes)
