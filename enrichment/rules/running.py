"""A rule over everything that fits: as a job that can be killed and goes on, in chunks, with what came of it kept as a run."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.access import can
from catalog.jobs import JobHandle, enqueue, job
from catalog.jobs.queue import ENDED
from catalog.models import Job, Revision, Source, User
from catalog.structure.announce import announce
from catalog.structure.snapshot import Structure
from catalog.values.changes import Outcome
from catalog.values.write import BATCH, write
from enrichment.models import Rule, RuleRun
from enrichment.rules import current as rules_now
from enrichment.rules import flags, planning
from enrichment.rules.current import SOURCE, RuleSpec
from enrichment.rules.planning import CannotRun, Claims, Step
from enrichment.workbench.grid.batches import Result
from enrichment.workbench.grid.bulk import new_ref

logger = logging.getLogger(__name__)
KIND = "rules.run"
REASONS = 30  # kept of a run
Trigger = RuleRun.Trigger


def ensure_source() -> None:
    """What rules write as: a source below all people, made where it is missing. Without a row it would have no rank."""
    with transaction.atomic():
        if Source.objects.filter(code=SOURCE).exists():
            return
        people = list(Source.objects.filter(kind=Source.Kind.PERSON).values_list("rank", flat=True))
        rank = min([60, *people]) - 10
        made = Source.objects.create(
            code=SOURCE, kind=Source.Kind.RULE, rank=rank, labels={"en_US": "Rules", "de_DE": "Regeln", "fr_FR": "Règles"}
        )  # fmt: skip
        announce("source", [made.pk])


def structure_to_run() -> Structure:
    structure = Structure.current()
    if SOURCE not in structure.sources:
        ensure_source()
        structure = Structure.current()
    return structure


def ref_of(rule: int, asked: str) -> str:
    """Of the run that was asked for under this ref of a bulk change: whoever asks twice, asks for the same run."""
    return f"rule:{rule}:{asked.rpartition(':')[2]}"


def enqueue_run(
    rule: Rule, *, trigger: str, by: User | None, within: Sequence[int] | None = None, ref: str = ""
) -> RuleRun:
    """In the caller's transaction. `within`: only these products, models before what is below them."""
    now = timezone.now()
    ref = ref or ref_of(rule.pk, new_ref())
    chosen = None if within is None else len(within)
    run = RuleRun.objects.create(rule=rule, ref=ref, trigger=trigger, by=by, started_at=now, chosen=chosen)
    params = {"run": run.pk} if within is None else {"run": run.pk, "ids": list(within)}
    title = str(rule) if within is None else f"{rule} ({len(within)})"
    run.job = enqueue(KIND, params, by=by, title=title)
    run.save(update_fields=["job"])
    return run


def begin_by_hand(rule: int, *, by: User, within: Sequence[int] | None = None, ref: str = "") -> str:
    """The ref of the run; "" where another one is at it, or the rule is gone. `ref`: the run's, which is begun once only."""
    ensure_source()
    with transaction.atomic():
        row = Rule.objects.select_for_update().filter(pk=rule).first()
        if row is not None and ref and RuleRun.objects.filter(rule=row, ref=ref).exists():
            return ref
        if row is None or open_run(rule) is not None:
            return ""
        return enqueue_run(row, trigger=Trigger.HAND, by=by, within=within, ref=ref).ref


def open_run(rule: int) -> RuleRun | None:
    """The one of its runs that did not end, where there is one."""
    rows = RuleRun.objects.filter(rule=rule, ended_at=None).exclude(trigger=Trigger.CHANGE)
    return rows.exclude(job=None).exclude(job__state__in=ENDED).first()


def next_run(rule: Rule, after: datetime) -> datetime | None:
    """The next time of the day, in the installation's time zone; None where the clock does not run it."""
    if not rule.enabled or rule.daily_at is None:
        return None
    zone = timezone.get_default_timezone()
    day = after.astimezone(zone).date()
    moments = (datetime.combine(day + timedelta(days=ahead), rule.daily_at, zone) for ahead in (0, 1, 2))
    return next(moment for moment in moments if moment > after)


def begin_due(now: datetime | None = None) -> list[int]:
    """The tick: a job for each rule whose time has come, or that was saved; says for which. One that is at it is left."""
    now = now or timezone.now()
    waiting = Rule.objects.filter(enabled=True)
    # One that cannot run looks at all it missed once it can: as soon as its problem is gone.
    due = waiting.filter(whole_due=True, problem="") | waiting.filter(next_run_at__lte=now)
    begun = []
    for pk in due.order_by("position", "pk").values_list("pk", flat=True):
        try:
            if _begin(pk, now):
                begun.append(pk)
        except Exception:  # it is due still: the others, and what follows a change, do not wait for it
            logger.exception("The run of the rule %d cannot begin.", pk)
    return begun


def _begin(pk: int, now: datetime) -> bool:
    with transaction.atomic():
        rows = Rule.objects.filter(pk=pk, enabled=True)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        rule = rows.select_related("owner").first()
        if rule is None or open_run(pk) is not None:
            return False
        is_whole = rule.whole_due and not rule.problem
        by_clock = rule.next_run_at is not None and rule.next_run_at <= now
        if not (is_whole or by_clock):
            return False
        enqueue_run(rule, trigger=Trigger.SAVED if is_whole else Trigger.CLOCK, by=rule.owner)
        Rule.objects.filter(pk=pk).update(
            whole_due=rule.whole_due and not is_whole, next_run_at=next_run(rule, now)
        )
    return True


def _job_ended(row: Job) -> None:
    RuleRun.objects.filter(pk=row.params["run"]).update(ended_at=timezone.now())


@job(KIND, ended=_job_ended)
def run_rule(handle: JobHandle, /, *, run: int, ids: list[int] | None = None) -> dict[str, Any]:
    """Killed half way it goes on behind the last chunk. Who stands for the rule, and what they may, is asked at each.

    `ids`: the only products it is for, models before what is below them.
    """
    row = RuleRun.objects.filter(pk=run).first()
    if row is None:
        return {}  # its rule was deleted
    try:
        if row.trigger == Trigger.HAND and not can(
            User.objects.filter(pk=handle.by_id).first(), "structure.edit"
        ):
            raise CannotRun(_("Who started it may no longer change the structure."))
        if ids is None:
            _run(handle, row)
        else:
            _run_within(handle, row, ids)
    except CannotRun as stopped:
        note_problem(row.rule_id, str(stopped), has_missed=True)
        _end(row)
        raise ValueError(str(stopped)) from None
    if ids is None:  # what it failed at may not be among the chosen ones
        note_problem(row.rule_id, "")
    _end(row)
    row.refresh_from_db()
    return {"changed": row.changed, "refused": row.refused, "proposed": row.proposed, "flagged": row.flagged, "reasons": row.reasons, "ref": row.ref}  # fmt: skip


def _end(row: RuleRun) -> None:
    RuleRun.objects.filter(pk=row.pk).update(ended_at=timezone.now())


def note_problem(rule: int, text: str, *, has_missed: bool = False) -> None:
    """ "" where it runs again. `has_missed`: one that runs on change is to look at every product when it does."""
    rows = Rule.objects.filter(pk=rule).exclude(problem=text)
    if has_missed:
        rows.filter(on_change=True).update(whole_due=True)
    rows.update(problem=text)


def _run(handle: JobHandle, row: RuleRun) -> None:
    rule, user, structure = _ready(row.rule_id)
    total = planning.matching(rule, user, structure).count()
    if row.trigger != Trigger.HAND:
        check_rest(rule)
    done = handle.row.done
    handle.progress(done, max(total, done))
    cursor: Sequence[int] = row.cursor
    while not handle.cancelled():
        rule, user, structure = _ready(row.rule_id)
        rows = planning.matching(rule, user, structure)
        found = next(planning.walk(rows, cursor, size=BATCH), None)
        if found is None:
            flags.sweep(rule, rows)
            return
        ids, cursor = found
        _write_chunk(rule, ids, user, structure, row)
        RuleRun.objects.filter(pk=row.pk).update(cursor=cursor)
        done += len(ids)
        handle.progress(done, max(total, done))


def _run_within(handle: JobHandle, row: RuleRun, ids: Sequence[int]) -> None:
    """Cursor: how many of the ids are done."""
    start = row.cursor[0] if row.cursor else 0
    while start < len(ids) and not handle.cancelled():
        rule, user, structure = _ready(row.rule_id)
        chunk = ids[start : start + BATCH]
        parts = planning.by_stage(planning.matching(rule, user, structure).filter(pk__in=chunk))
        if flags.message(rule):
            flags.take(rule, chunk, fitting={pk for part in parts for pk in part})
        for part in parts:
            _write_chunk(rule, part, user, structure, row)
        start = min(start + BATCH, len(ids))
        RuleRun.objects.filter(pk=row.pk).update(cursor=[start])
        handle.progress(start, len(ids))


def _write_chunk(rule: RuleSpec, ids: list[int], user: User, structure: Structure, row: RuleRun) -> None:
    claims: Claims = set()
    planning.claim_above(rule, rules_now.current(structure), ids, structure, claims)
    # A chunk that was written before its place was noted is not written twice.
    before = set(
        Revision.objects.filter(ref=row.ref, product_id__in=ids).values_list("product_id", flat=True)
    )
    ids = [pk for pk in ids if pk not in before]
    write_step(rule, ids, user=user, structure=structure, claims=claims, ref=row.ref)


def _ready(pk: int) -> tuple[RuleSpec, User, Structure]:
    structure = structure_to_run()
    rule = rules_now.current(structure).by_id(pk)
    if rule is None:
        raise CannotRun(_("The rule is no longer there."))
    return rule, planning.check_owner(User.objects.filter(pk=rule.owner).first()), structure


def check_rest(rule: RuleSpec) -> None:
    """Of what runs by itself. Raises CannotRun."""
    if rule.feeds_itself:
        raise CannotRun(
            _(
                "It reads what it writes, so each run would change it again: run it by hand only, or write to another field."
            )
        )


def write_step(
    rule: RuleSpec, ids: Sequence[int], *, user: User, structure: Structure, claims: Claims, ref: str
) -> int:
    """Of at most BATCH products of one stage; counts on the run `ref`. How many were changed."""
    flagged = flags.put(rule, ids)
    step = planning.plan(rule, ids, user=user, structure=structure, claims=claims)
    outcomes = write(step.changes, by=planning.actor(user, ref)) if step.changes else []
    result = count(step, outcomes, is_kept=True)
    _note(ref, step, result, flagged)
    return result.changed


def count(step: Step, outcomes: Iterable[Outcome], *, is_kept: bool = False) -> Result:
    """Of a step and what the door said to it, or would say. `is_kept`: with the reasons that may stand with a run."""
    result = Result()
    result.add(outcomes)
    for why, number in (step.kept if is_kept else step.reasons).items():
        result.reasons[why] = result.reasons.get(why, 0) + number
    result.refused += len(step.refused)
    return result


def _note(ref: str, step: Step, result: Result, flagged: int) -> None:
    with transaction.atomic():
        row = RuleRun.objects.select_for_update().filter(ref=ref).first()
        if row is None:
            return
        reasons = Counter(row.reasons)
        reasons.update(result.reasons)
        kept = dict(reasons.most_common(REASONS))
        RuleRun.objects.filter(pk=row.pk).update(
            matched=F("matched") + step.looked_at, changed=F("changed") + result.changed,
            proposed=F("proposed") + result.proposed, refused=F("refused") + result.refused,
            flagged=F("flagged") + flagged, reasons=kept,
        )  # fmt: skip
