"""One import: while it works its progress, then its plan or report with every row, and what can be done next."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import can, endpoint
from catalog.importing import links, missing, report, rows, runs, undo
from catalog.importing.screens import listed, pictures, plan_file, wrong
from catalog.importing.screens.changes import described, key_label
from catalog.importing.screens.columns import find, person
from catalog.importing.screens.overview import TONES
from catalog.models.importing import ImportRun
from catalog.structure.product_names import NAMES
from catalog.structure.snapshot import Structure
from catalog.values.links import bring_pairs
from pim.lib.grouped import Grouped

State = ImportRun.State
MOST_IN_A_SHEET = 10_000  # rows of a plan, some lines each: made within an answer


@never_cache
@require_safe
@endpoint("import.run")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """`show`, `error`, `key` and `channel` as screens.listed has them; `after`, `before`: the last row number seen."""
    run = find(request, pk)
    if run.state in runs.WORKING:
        return TemplateResponse(request, "catalog/imports/progress.html", _working(request, run))
    if run.state == State.UPLOADED or (run.state == State.FAILED and not run.rows.exists()):
        if run.error:
            messages.error(request, run.error)
        return HttpResponseRedirect(reverse("admin:catalog_importrun_columns", args=[run.pk]))
    structure = Structure.current()
    quiet = listed.leaves_unchanged_out(run, request.GET)
    chosen = listed.filtered(listed.seen(run, request.user), request.GET)
    if quiet:
        chosen = chosen.exclude(state__in=["planned", "applied", "unchanged"], action="none")
    mendable = runs.may_be_mended(run)
    has_grid = mendable and listed.has_bad_rows_only(request.GET)
    found, earlier, later = listed.page_of(chosen, request.GET)
    with NAMES.with_arriving(links.NamesOf(run, found)):
        bring_pairs((rows.changes_of(row) for row in found), structure)
        made = run.counts.get("new_options")
        shown = [] if has_grid else [described(row, structure, request.user, made) for row in found]
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": run.filename,
        "run": run,
        "tone": TONES[run.state],
        "tiles": listed.tiles_of(run, request.GET.get("show", "")),
        "kinds": wrong.classes(run, structure, request.user, mendable=mendable)
        if run.counts.get("rejected") and run.thinned_at is None
        else [],
        "mendable": mendable,
        "grid": wrong.grid(found, run, structure, request.user) if has_grid else None,
        "back": request.GET.urlencode(),
        "rows": shown,
        "earlier": listed.query_of(request, before=earlier),
        "later": listed.query_of(request, after=later),
        "quiet": quiet,
        "filter": listed.filter_of(request),
        "channels": _channels(run, request.GET) if can(request.user, "channel.view") else [],
        "new_options": _new_options(run, structure),
        "filtered": bool(request.GET.get("error")),
        "may_apply": run.state == State.PLANNED or (run.state == State.FAILED and links.is_unfinished(run)),
        "ready": run.counts.get("ready", 0) if run.state == State.APPLIED else 0,
        "absent": _absent(run),
        "gone": runs.gone_sentence(run) if run.thinned_at else "",
        "may_undo": run.thinned_at is None
        and run.state in runs.UNDOABLE
        and can(request.user, "import.undo")
        and run.rows.filter(state="applied").exists(),
        "policies": _policies(run),
        "pictures": pictures.shown(run),
        "undone": run.counts.get("undo") if run.state == State.UNDONE else None,
    }
    return TemplateResponse(request, "catalog/imports/run.html", context)


def _channels(run: ImportRun, params: Any) -> list[dict[str, Any]]:
    """For whom products would no longer be complete, while those rows are looked at: {code, name, rows, on}."""
    if params.get("show") != "incomplete":
        return []
    return [
        {"code": code, "name": name, "rows": number, "on": params.get("channel") == code}
        for code, name, number in run.counts.get("incomplete_on", ())
    ]


def _new_options(run: ImportRun, structure: Structure) -> list[dict[str, Any]]:
    """The options that a plan would make: {attribute, labels}."""
    if run.state != State.PLANNED:
        return []
    return [
        {
            "attribute": structure.attributes[code].label(),
            "labels": [label for label, _locale in options.values()],
        }
        for code, options in (run.counts.get("new_options") or {}).items()
        if code in structure.attributes
    ]


def _absent(run: ImportRun) -> dict[str, Any] | None:
    """What is asked of products that the file does not name: {count, scope, is_large, choice}; None where none are."""
    if not run.counts.get("missing") or run.state != State.PLANNED:
        return None
    return {
        "count": run.counts["missing"],
        "scope": run.counts.get("in_scope", 0),
        "is_large": missing.is_large(run),
        "choice": run.settings.get("missing", "report"),
    }


def _policies(run: ImportRun) -> list[dict[str, Any]]:
    """Each policy with what it would do to this file, in numbers."""
    create, update, bad = (run.counts.get(name, 0) for name in ("created", "updated", "rejected"))
    fill, files = run.counts.get("fillable", 0), run.counts.get("pictures", 0)
    creates = _counted(ngettext("Creates %s product", "Creates %s products", create), create)
    changes = _counted(ngettext("changes %s product", "changes %s products", update), update)
    skips = [_counted(ngettext("leaves out %s bad row", "leaves out %s bad rows", bad), bad)] if bad else []
    if bad:
        text = ngettext(
            "Nothing: %s row is bad. Mend it first", "Nothing: %s rows are bad. Mend them first", bad
        )
        whole = [_counted(text, bad)]
    else:
        whole = [creates, changes, _("nothing at all should a row fail")]
    filling = _counted(ngettext("fills gaps in %s product", "fills gaps in %s products", fill), fill)
    only_changes = _counted(ngettext("Changes %s product", "Changes %s products", update), update)
    kept = ngettext("leaves %s existing product as it is", "leaves %s existing products as they are", update)
    not_made = ngettext("leaves out %s new product", "leaves out %s new products", create)
    works = bool(create or update or files)
    return [
        {"code": "skip-bad", "label": _("Leave bad rows out"), "works": works or bool(run.counts.get("proposals")), "does": [creates, changes, *skips]},
        {"code": "fill-empty", "label": _("Only fill what is empty"), "works": bool(create or fill or files), "does": [creates, filling, _("what is there stays"), *skips]},
        {"code": "create-only", "label": _("Only create new products"), "works": bool(create), "does": [creates, _counted(kept, update), *skips]},
        {"code": "update-only", "label": _("Only change existing products"), "works": bool(update or files), "does": [only_changes, _counted(not_made, create), *skips]},
        {"code": "all-or-nothing", "label": _("All or nothing"), "works": works and not bad, "does": whole},
    ]  # fmt: skip


def _counted(text: str, number: int) -> str:
    return text % Grouped(number)


@require_POST
@endpoint("import.run")
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    run = find(request, pk)
    try:
        runs.apply(
            run,
            policy=request.POST.get("policy", ""),
            user=person(request),
            missing_products=request.POST.get("missing", ""),
            confirmed=bool(request.POST.get("confirmed")),
        )
    except runs.WrongState as wrong:
        messages.error(request, str(wrong))
    return HttpResponseRedirect(reverse("admin:catalog_importrun_change", args=[run.pk]))


@require_POST
@endpoint("import.run")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    run = find(request, pk)
    if not runs.cancel(run, user=person(request)):
        messages.info(request, _("It had ended already."))
    return HttpResponseRedirect(reverse("admin:catalog_importrun_change", args=[run.pk]))


@never_cache
@require_http_methods(["GET", "POST"])
@endpoint("import.undo")
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """GET says what would be taken back and what kept; POST does it."""
    run = find(request, pk)
    page = HttpResponseRedirect(reverse("admin:catalog_importrun_change", args=[run.pk]))
    if request.method == "POST":
        try:
            runs.undo(run, user=person(request))
        except runs.WrongState as wrong:
            messages.error(request, str(wrong))
        return page
    if run.state not in runs.UNDOABLE or run.thinned_at:
        return page
    structure = Structure.current()
    reversals = undo.preview(run, most=200)
    applied = run.rows.filter(state="applied")
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Undo %(file)s") % {"file": run.filename},
        "run": run,
        "created": applied.filter(action="create").count(),
        "updated": applied.filter(action__in=("update", "retire")).count(),
        "kept": [
            {
                "row": reversal.row,
                "keys": [{"label": key_label(kept.key, structure), "why": undo.sentence(kept)} for kept in reversal.kept],
            }
            for reversal in reversals
        ],
    }  # fmt: skip
    return TemplateResponse(request, "catalog/imports/undo.html", context)


def _working(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    return {
        **admin.site.each_context(request),
        "title": run.filename,
        "run": run,
        "state": _state(run),
        "doing": {
            State.PLANNING: _("Looking at each row. Nothing is written yet."),
            State.MENDING: _("Looking at the bad rows again. Nothing of them is written yet."),
            State.APPLYING: _("Writing the products. You can leave this page; the work goes on."),
            State.UNDOING: _("Taking back what this import wrote."),
        }[State(run.state)],
    }


def _state(run: ImportRun) -> dict[str, Any]:
    """{state, working, done, total, percent, rate (rows a second), left (seconds), text}; null where unknown."""
    job = run.job
    done, total = (job.done, job.total or 0) if job else (0, 0)
    seconds = (timezone.now() - job.started_at).total_seconds() if job and job.started_at else 0.0
    rate = done / seconds if seconds > 0.5 and done else None
    left = round((total - done) / rate) if rate and total >= done else None
    waiting = job is not None and job.state == job.State.QUEUED
    return {
        "state": run.state,
        "working": run.state in runs.WORKING,
        "done": done,
        "total": total,
        "percent": min(100, done * 100 // total) if total else None,
        "rate": round(rate) if rate else None,
        "left": left,
        "text": _text(done, total, rate, left, waiting=waiting),
    }


def _text(done: int, total: int, rate: float | None, left: int | None, *, waiting: bool) -> str:
    if waiting:
        return _("Waiting for a worker …")
    parts = [
        ngettext("%(done)s of %(total)s row", "%(done)s of %(total)s rows", total)
        % {"done": Grouped(done), "total": Grouped(total)}
    ]
    if rate:
        parts.append(
            ngettext("%(rate)s row a second", "%(rate)s rows a second", round(rate))
            % {"rate": Grouped(round(rate))}
        )
    if left is not None and left > 90:
        minutes = round(left / 60)
        parts.append(
            ngettext("about %(minutes)d minute left", "about %(minutes)d minutes left", minutes)
            % {"minutes": minutes}
        )
    elif left is not None:
        parts.append(
            ngettext("about %(seconds)d second left", "about %(seconds)d seconds left", left)
            % {"seconds": left}
        )
    return " · ".join(parts)


@never_cache
@require_safe
@endpoint("import.run")
def progress(request: HttpRequest, pk: int) -> JsonResponse:
    return JsonResponse(_state(find(request, pk)))


@require_safe
@endpoint("import.run")
def rejected(request: HttpRequest, pk: int, format: str) -> HttpResponse | StreamingHttpResponse:
    """The rejected rows as they came, with what is wrong in a last column: to mend and import again."""
    run = find(request, pk)
    stem = run.filename.rpartition(".")[0] or run.filename
    if format == "xlsx":
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        answer: Any = HttpResponse(report.rejected_xlsx(run), content_type=kind)
    else:
        answer = StreamingHttpResponse(report.rejected_csv(run), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = content_disposition_header(True, f"{stem}-rejected.{format}")
    return answer


@never_cache
@require_safe
@endpoint("import.run")
def plan_lines(request: HttpRequest, pk: int, format: str) -> HttpResponse | StreamingHttpResponse:
    """The rows that are listed, as a file: CSV is made while it is sent; XLSX before, and so of few rows only."""
    run = find(request, pk)
    chosen = listed.filtered(listed.seen(run, request.user), request.GET)
    if format == "xlsx" and chosen.order_by("number")[MOST_IN_A_SHEET:][:1].exists():
        most = Grouped(MOST_IN_A_SHEET)
        messages.error(request, _("These are more than %s rows: choose some of them, or take the CSV file, which has no limit.") % most)  # fmt: skip
        back = reverse("admin:catalog_importrun_change", args=[run.pk])
        return HttpResponseRedirect(f"{back}?{request.GET.urlencode()}")
    lines = plan_file.PlanFile(run, chosen.select_related("run"), request.user).lines()
    name = f"{run.filename.rpartition('.')[0] or run.filename}-plan.{format}"
    if format == "xlsx":
        return FileResponse(plan_file.as_xlsx(lines), as_attachment=True, filename=name)
    answer = StreamingHttpResponse(plan_file.as_csv(lines), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = content_disposition_header(True, name)
    return answer
