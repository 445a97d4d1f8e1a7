"""Which rows of a run a page lists: by outcome, by what is said of them, page by page; and the numbers over the list."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils.translation import gettext as _

from catalog.access import rights_of, visible
from catalog.importing import rows
from catalog.importing.consequences import mark_of
from catalog.models.importing import ImportRow, ImportRun
from catalog.models.product import Product

PAGE = 50
OUTCOMES = ("created", "updated", "unchanged", "rejected", "skipped", "ready", "missing")
UNDONE = ("reversed", "kept", "failed")
_NOTED = {
    "warnings": "warning",
    "proposals": "proposal",
    "empties": "empties",
    "incomplete": "incomplete",
    "newer": "newer",
    "pictures": "fetch",
}  # filter → kind of note
_WRONG = {
    "conflicts": ("conflict",),
    "duplicates": ("duplicate_row", "not_unique"),
}  # filter → kinds of error
State = ImportRun.State


def leaves_unchanged_out(run: ImportRun, params: Any) -> bool:
    """At first only what happens is shown; `show=all` shows every row."""
    return not params.get("show") and any(run.counts.get(name) for name in OUTCOMES if name != "unchanged")


def has_bad_rows_only(params: Any) -> bool:
    return params.get("show") == "rejected" or params.get("show") in _WRONG


def seen(run: ImportRun, user: Any) -> QuerySet[ImportRow]:
    """What the file says is everybody's who may import; which products it does not name is theirs who may see those."""
    if not run.counts.get("missing") or rights_of(user).everything:
        return run.rows.all()
    return run.rows.exclude(Q(action="retire") & ~Q(product__in=visible(user, Product)))


def filtered(found: QuerySet[ImportRow], params: Any) -> QuerySet[ImportRow]:
    """`show`: an outcome, a kind of note or of error; `error` and `key`: one kind of error; `channel`: of whom a row says that
    products would no longer be complete for it."""
    shown, error = params.get("show", ""), params.get("error", "")
    if shown in OUTCOMES:
        found = rows.with_outcome(found, shown)
    elif shown in _NOTED:
        noted = found.annotate(noted=Cast("notes", TextField()))
        noted = noted.filter(noted__contains=Value(f'"{_NOTED[shown]}"'))
        if shown == "incomplete" and params.get("channel"):
            noted = noted.filter(noted__contains=Value(f'"{mark_of(params["channel"])}"'))
        found = noted.exclude(state__in=["rejected", "skipped"])
    elif shown in _WRONG:
        found = _with_errors(found, _WRONG[shown])
    elif shown in UNDONE:
        found = found.filter(state=shown)
    if error:
        found = found.filter(state="rejected").annotate(said=Cast("errors", TextField()))
        for text in filter(None, (error, params.get("key", ""))):
            found = found.filter(said__contains=Value(f'"{text}"'))
    return found


def _with_errors(found: QuerySet[ImportRow], codes: Collection[str]) -> QuerySet[ImportRow]:
    said = Q()
    for code in codes:
        said |= Q(said__contains=Value(f'"{code}"'))
    return found.filter(state="rejected").annotate(said=Cast("errors", TextField())).filter(said)


def page_of(found: QuerySet[ImportRow], params: Any) -> tuple[list[ImportRow], int | None, int | None]:
    """The page's rows in the order of the file, and the numbers its neighbours begin from."""
    after, before = params.get("after", ""), params.get("before", "")
    found = found.select_related("product").defer("product__tokens", "product__search", "product__labels")
    if before.isdecimal():
        listed = list(found.filter(number__lt=int(before)).order_by("-number")[: PAGE + 1])
        more, listed = len(listed) > PAGE, listed[:PAGE][::-1]
        return listed, listed[0].number if more and listed else None, listed[-1].number if listed else None
    start = int(after) if after.isdecimal() else 0
    listed = list(found.filter(number__gt=start).order_by("number")[: PAGE + 1])
    more, listed = len(listed) > PAGE, listed[:PAGE]
    return listed, listed[0].number if start and listed else None, listed[-1].number if more else None


def query_of(request: HttpRequest, **turn: int | None) -> str:
    """The address of a neighbouring page; "" where there is none."""
    name, number = next(iter(turn.items()))
    if number is None:
        return ""
    params = request.GET.copy()
    params.pop("after", None)
    params.pop("before", None)
    params[name] = str(number)
    return params.urlencode()


def filter_of(request: HttpRequest) -> str:
    """The address of what is listed, wherever in it the page begins."""
    params = request.GET.copy()
    for name in ("after", "before"):
        params.pop(name, None)
    return params.urlencode()


def tiles_of(run: ImportRun, shown: str) -> list[dict[str, Any]]:
    counts, planned = run.counts, run.state == State.PLANNED
    words = {
        "created": (_("to create") if planned else _("created"), "add_circle", "success"),
        "updated": (_("to change") if planned else _("changed"), "edit", "info"),
        "unchanged": (_("unchanged"), "check", "muted"),
        "rejected": (_("bad rows"), "error", "danger"),
        "skipped": (_("left out"), "skip_next", "muted"),
        "ready": (_("mended, to import"), "build", "info"),
        "missing": (_("not in the file"), "search_off", "warning"),
        "warnings": (_("with warnings"), "warning", "warning"),
        "proposals": (
            _("outranked: kept as proposals") if planned else _("with proposals"),
            "lightbulb",
            "info",
        ),
        "pictures": (_("addresses to fetch") if planned else _("addresses of files"), "image", "info"),
        "empties": (_("empty values") if planned else _("emptied values"), "backspace", "warning"),
        "incomplete": (_("lose completeness"), "trending_down", "warning"),
        "conflicts": (_("conflicts with edits"), "person_edit", "danger"),
        "duplicates": (_("duplicates"), "file_copy", "danger"),
    }
    tiles = []
    if counts.get("rejected"):
        counts = {
            **counts,
            **{name: _with_errors(run.rows.all(), codes).count() for name, codes in _WRONG.items()},
        }
    if run.state == State.UNDONE:
        counts = {**counts, **counts.get("undo", {})}
        words |= {
            "reversed": (_("taken back"), "undo", "success"),
            "kept": (_("kept: edited since"), "person_edit", "warning"),
            "failed": (_("could not be taken back"), "error", "danger"),
        }
    for name, (label, icon, tone) in words.items():
        number = counts.get(name, 0)
        if number or name in ("created", "updated", "unchanged", "rejected"):
            tiles.append(
                {
                    "name": name,
                    "number": number,
                    "label": label,
                    "icon": icon,
                    "tone": tone if number else "muted",
                    "on": shown == name,
                }
            )
    return tiles
