"""The reverse plan: what a run wrote goes back to what was there, except where somebody changed it since.

Rows are reversed from the last level up, so that variants are gone before their models.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.importing import links, marks, rows
from catalog.importing.pictures import planning
from catalog.importing.progress import Progress
from catalog.importing.rows import SOURCES, Action, State
from catalog.models.importing import ImportRow, ImportRun
from catalog.models.product import Product, ProductValues
from catalog.models.revision import Revision
from catalog.values.changes import ABSENT, EMPTY, RESET, Actor, Outcome, ProductChange
from catalog.values.keys import attribute_of
from catalog.values.revisions import from_json
from catalog.values.write import write
from pim.lib.deadlocks import again_after_deadlock
from pim.lib.failpoint import failpoint

CHUNK = 500
_REVERSED = ("state", "notes")
_HAS_VARIANTS = gettext_lazy("It has variants that are not of this import, or are kept.")


def undo_run(run: ImportRun, *, by: Actor, progress: Progress) -> dict[str, Any]:
    """Reverses what the run applied; returns {"reversed", "kept", "failed"} in rows and `reasons`."""
    _forego_mended(run, progress)
    planning.forego(run)
    reverse_rows(run, by=by, progress=progress)
    result = result_of(run)
    with transaction.atomic():
        stored = ImportRun.objects.select_for_update().get(pk=run.pk)
        stored.counts |= rows.tally(stored, known=stored.counts.get("known", 0))
        stored.counts["undo"] = {name: result[name] for name in ("reversed", "kept", "failed")}
        stored.state = ImportRun.State.UNDONE
        stored.save(update_fields=["counts", "state"])
    return result


def _forego_mended(run: ImportRun, progress: Progress) -> None:
    """Rows that were mended and not written yet: they are not going to be."""
    while True:
        with transaction.atomic():
            progress.hold()
            chunk = list(
                run.rows.filter(state=State.PLANNED).defer("raw").select_for_update(of=("self",))[:CHUNK]
            )
            for row in chunk:
                text = _("Not written: the import was undone before.")
                row.state, row.notes = (
                    State.SKIPPED,
                    [*row.notes, {"kind": "skipped", "key": "_sku", "message": text}],
                )
            rows.store_results(chunk, _REVERSED)
        if len(chunk) < CHUNK:
            return


def result_of(run: ImportRun, *, most: int = 1000) -> dict[str, Any]:
    """What became of the rows of an undone run, and why those that stayed did."""
    states = (State.REVERSED, State.KEPT, State.FAILED)
    counts: dict[str, Any] = {state.value: 0 for state in states}
    counts |= dict(run.rows.filter(state__in=states).order_by().values_list("state").annotate(Count("pk")))
    counts["reasons"] = [
        {"row": row.number, "sku": row.sku, "key": note["key"], "why": note["message"]}
        for row in run.rows.filter(state__in=(State.KEPT, State.FAILED)).order_by("number")[:most]
        for note in row.notes
        if note["kind"] in ("kept", "failed")
    ]
    return counts


def reverse_rows(run: ImportRun, *, by: Actor, progress: Progress, forget: bool = False) -> None:
    """`forget`: the run undoes itself; its rows count as skipped, as if nothing had been written, or as rejected."""
    links.forego(run, progress)
    applied = run.rows.filter(state=State.APPLIED)
    if not forget:
        progress.start(applied.count())

    def step() -> int:
        with transaction.atomic():
            progress.hold()
            chunk = list(applied.order_by("-level", "-number").select_for_update(of=("self",))[:CHUNK])
            chunk = [row for row in chunk if row.level == chunk[0].level]
            if chunk:
                _reverse_chunk(run, chunk, by=by, forget=forget)
                failpoint("undo_commit")
            return len(chunk)

    # Again as a whole: the door's own second try keeps what the chunk has locked before.
    while taken := again_after_deadlock(step):
        if not forget:
            progress.advance(taken)
        failpoint("undo_chunk")


@dataclass(slots=True)
class Kept:
    """A key that stays as it is, and why."""

    key: str
    why: str
    by: str = ""
    at: datetime | None = None


@dataclass(slots=True)
class Reversal:
    """What undoing a row would do."""

    row: ImportRow
    change: ProductChange | None = None
    kept: list[Kept] = field(default_factory=list)


def preview(run: ImportRun, *, most: int = 1000) -> list[Reversal]:
    """The rows of which something would be kept: what the confirmation page lists."""
    found: list[Reversal] = []
    ids = run.rows.filter(state=State.APPLIED).order_by("number").values_list("pk", flat=True)
    for start in range(0, len(ids), CHUNK):
        chunk = list(ImportRow.objects.filter(pk__in=ids[start : start + CHUNK]).order_by("number"))
        found += [reversal for reversal in _plan(chunk, whole_run=run) if reversal.kept]
        if len(found) >= most:
            break
    return found[:most]


def _reverse_chunk(run: ImportRun, chunk: Sequence[ImportRow], *, by: Actor, forget: bool) -> None:
    ids = [row.product_id for row in chunk if row.product_id]
    # Locked before they are looked at: an edit that came between the two would be taken back unseen.
    list(Product.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    reversals = _plan(chunk)
    changes = [reversal.change for reversal in reversals if reversal.change is not None]
    outcomes = {id(outcome.ref): outcome for outcome in (write(changes, by=by) if changes else [])}
    for reversal in reversals:
        _settle(reversal, outcomes.get(id(reversal.row)), forget=forget)
    rows.store_results(chunk, _REVERSED)
    gone = [row.product_id for row in chunk if row.product_id and row.state not in (State.KEPT, State.FAILED)]
    marks.forget(marks.profile_of(run), gone)


def _settle(reversal: Reversal, outcome: Outcome | None, *, forget: bool) -> None:
    row = reversal.row
    notes = [{"kind": "kept", "key": kept.key, "message": sentence(kept)} for kept in reversal.kept]
    if outcome is not None and not outcome.ok:
        row.state = State.FAILED
        notes += [
            {"kind": "failed", "key": problem.key, "message": problem.message} for problem in outcome.errors
        ]
    elif notes:
        row.state = State.KEPT
    else:
        row.state = (State.REJECTED if row.errors else State.SKIPPED) if forget else State.REVERSED
    row.notes = [*row.notes, *notes]


def sentence(kept: Kept) -> str:
    if kept.by:
        return _("Changed by %(who)s on %(when)s.") % {
            "who": kept.by, "when": kept.at.strftime("%Y-%m-%d %H:%M") if kept.at else "?",
        }  # fmt: skip
    return kept.why


def _plan(chunk: Sequence[ImportRow], whole_run: ImportRun | None = None) -> list[Reversal]:
    """Constant queries: the products as they are, their later revisions, the variants of created models."""
    ids = [row.product_id for row in chunk if row.product_id]
    products = {
        product.pk: product
        for product in Product.objects.filter(pk__in=ids).only("id", "sku", "rev", "kind", "trashed_at")
    }
    documents = dict(ProductValues.objects.filter(pk__in=ids).values_list("pk", "values"))
    later, forgotten = _later(chunk, products)
    # Created, or brought back from the trash: those that may go into it.
    models = [
        row.product_id
        for row in chunk
        if row.product_id and (row.action == Action.CREATE or "_trashed" in rows.changes_of(row))
    ]
    children: dict[int, set[int]] = defaultdict(set)
    for parent, child in Product.objects.filter(parent_id__in=models, trashed_at=None).values_list(
        "parent_id", "pk"
    ):
        children[parent].add(child)
    if whole_run is not None and children:
        # A look ahead: the run's own variants will be gone before their models.
        goes = Q(action=Action.CREATE) | Q(changes__has_key="_trashed")
        below = whole_run.rows.filter(goes, product__parent_id__in=list(children))
        own = set(below.values_list("product_id", flat=True))
        children = {parent: listed - own for parent, listed in children.items()}  # type: ignore[assignment]
    return [
        _reversal(
            row,
            products.get(row.product_id or 0),
            documents.get(row.product_id or 0, {}),
            later,
            children,
            is_known=row.product_id not in forgotten,
        )
        for row in chunk
    ]


def _later(
    chunk: Sequence[ImportRow], products: Mapping[int, Product]
) -> tuple[dict[int, dict[str, tuple[str, datetime, Any]]], set[int]]:
    """{product: {key: (who, when, value after)}} of the changes made after the run's own, which may be two, and the
    products of whose revisions retention has removed some."""
    own = f"import:{chunk[0].run_id}" if chunk else ""
    since = {
        row.product_id: row.rev or 0
        for row in chunk
        if row.product_id and (known := products.get(row.product_id)) and known.rev > (row.rev or 0)
    }
    # Of those that go to the trash with all they have, whoever worked on them at any time counts.
    brought = {row.product_id for row in chunk if row.action == Action.CREATE or "_trashed" in row.changes}
    found: dict[int, dict[str, tuple[str, datetime, Any]]] = defaultdict(dict)
    counted = dict.fromkeys(since, 0)
    if since:
        revisions = Revision.objects.filter(product_id__in=since, rev__gt=min(since.values())).order_by(
            "product_id", "rev"
        )
        for product_id, rev, at, user, source, changes, ref in revisions.values_list(
            "product_id", "rev", "at", "user__username", "source", "changes", "ref"
        ):
            if rev > since[product_id]:
                counted[product_id] += 1
                if ref == own:
                    # What this run met when it wrote once more is what the row goes back to.
                    for key in () if product_id in brought else changes:
                        found[product_id].pop(key, None)
                    continue
                for key, (_before, after) in changes.items():
                    found[product_id][key] = (user or source, at, from_json(after))
    # Each change is one revision.
    return found, {pk for pk, rev in since.items() if counted[pk] < products[pk].rev - rev}


def _reversal(
    row: ImportRow,
    product: Product | None,
    document: Mapping[str, Any],
    later: Mapping[int, Mapping[str, tuple[str, datetime, Any]]],
    children: Mapping[int, set[int]],
    *,
    is_known: bool,
) -> Reversal:
    """`is_known`: whether all that was done to the product since can be told."""
    if product is None:
        return Reversal(row, kept=[Kept("_sku", _("The product is no longer there."))])
    touched = later.get(product.pk, {})
    forgotten = _("Its older history was removed: whether somebody changed it since is no longer known.")
    if row.action == Action.CREATE:
        if not is_known and product.trashed_at is None:
            return Reversal(row, kept=[Kept("_sku", forgotten)])
        return _uncreate(row, product, touched, children)
    reversal = Reversal(row)
    values: dict[str, Any] = {}
    fields: dict[str, Any] = {}
    for key, (before, after) in rows.changes_of(row).items():
        if key in touched:
            who, when, now = touched[key]
            if now != after:
                reversal.kept.append(Kept(key, "", who, when))
                continue
        if key == "_trashed" and before and (edited := _worked_on(touched)):
            # Back into the trash it would take their work with it.
            who, when, _now = next(iter(edited.values()))
            reversal.kept.append(Kept(key, "", who, when))
        elif key == "_trashed" and before and children.get(product.pk):
            reversal.kept.append(Kept(key, str(_HAS_VARIANTS)))
        elif key.startswith("_"):
            if is_known:
                fields[key[1:]] = before
            else:
                reversal.kept.append(Kept(key, forgotten))
        elif document.get(key, ABSENT) == after:
            values[key] = RESET if before is ABSENT else EMPTY if before is None else before
        else:
            reversal.kept.append(Kept(key, _("It is no longer what this import wrote.")))
    if values or fields:
        sources = row.fields.get(SOURCES, {})
        reversal.change = ProductChange(
            product=product.pk, values=values, fields=fields, cleaned=True, sources=sources, ref=row
        )
    return reversal


def _worked_on(touched: Mapping[str, tuple[str, datetime, Any]]) -> dict[str, tuple[str, datetime, Any]]:
    """Without approvals: one says that what was imported may go out, and adds nothing that could be lost."""
    return {key: change for key, change in touched.items() if attribute_of(key) != "_status"}


def _uncreate(
    row: ImportRow,
    product: Product,
    touched: Mapping[str, tuple[str, datetime, Any]],
    children: Mapping[int, set[int]],
) -> Reversal:
    """A created product goes to the trash, unless somebody worked on it or it has variants of others."""
    if product.trashed_at is not None:
        return Reversal(row)
    if edited := _worked_on(touched):
        return Reversal(row, kept=[Kept(key, "", who, when) for key, (who, when, _now) in edited.items()])
    if children.get(product.pk):
        return Reversal(row, kept=[Kept("_parent", str(_HAS_VARIANTS))])
    return Reversal(row, ProductChange(product=product.pk, fields={"trashed": True}, cleaned=True, ref=row))
