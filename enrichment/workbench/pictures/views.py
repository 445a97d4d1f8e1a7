"""Pictures for many products over HTTP: begin, drop files, change the rule, choose by hand, write, try again."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import assets
from catalog.access import endpoint, rights_of, visible
from catalog.assets.archive import ArchiveRefused
from catalog.models import Job, Product, User
from catalog.structure.snapshot import Structure
from catalog.values.products import with_below
from enrichment.models import PictureFile, PictureMatch
from enrichment.workbench.grid import bulk
from enrichment.workbench.grid.bulk_views import touched
from enrichment.workbench.grid.export import products_of
from enrichment.workbench.pictures import matching, naming, table, taking, writing
from enrichment.workbench.pictures.naming import Rule

RECENT = 8


def _find(request: HttpRequest, pk: int) -> PictureMatch:
    """Everybody's own."""
    match = PictureMatch.objects.filter(pk=pk, created_by=request.user.pk).select_related("job").first()
    if match is None:
        raise Http404(_("There is no such page."))
    return match


def _address(match: PictureMatch, **query: str) -> str:
    parts = QueryDict(mutable=True)
    for name, value in query.items():
        if value:
            parts[name] = value
    page = reverse("admin:catalog_product_pictures", args=[match.pk])
    return f"{page}?{parts.urlencode()}" if parts else page


@never_cache
@require_http_methods(["GET", "POST"])
@endpoint("product.edit")
def begin(request: HttpRequest) -> HttpResponse:
    """POST: a new match, for the grid's selection where one is sent (`id`, several, or `all=1` with `query`), with `below` and
    for the variants of these; a script's gets {page, upload}, or 400 {message}. GET: those of before, and a button."""
    user = cast("User", request.user)
    keys = matching.keys_offered(Structure.current(), rights_of(user))
    by_script = "application/json" in request.headers.get("Accept", "")
    if request.method == "POST":
        last = PictureMatch.objects.filter(created_by=user).order_by("-pk").first()
        rule = (
            last.rule
            if last is not None and last.rule.get("key") in keys
            else Rule(key=next(iter(keys), "")).as_json()
        )
        only: list[int] = []
        if request.POST.get("all") == "1" or request.POST.getlist("id"):
            chosen = products_of(bulk.Selection.of(request.POST), user).filter(trashed_at=None).order_by("pk")
            only = list(chosen.values_list("pk", flat=True)[: taking.MOST])
            if "below" in request.POST:
                only = _with_variants(only, user)
            if not only and by_script:
                return JsonResponse({"message": _("No product was selected.")}, status=400)
            if not only:
                messages.info(request, _("No product was selected."))
                return HttpResponseRedirect(reverse("admin:catalog_product_changelist"))
        match = PictureMatch.objects.create(rule=rule, only=only, created_at=timezone.now(), created_by=user)
        if by_script:
            upload_to = reverse("admin:catalog_product_pictures_upload", args=[match.pk])
            return JsonResponse({"page": _address(match), "upload": upload_to}, status=201)
        return HttpResponseRedirect(_address(match))
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Pictures for many products"),
        "recent": [
            {"match": match, "counters": [each for each in table.counters(match, "") if each["number"]]}
            for match in PictureMatch.objects.filter(created_by=user)[:RECENT]
        ],
        "can_receive": bool(keys),
    }
    return TemplateResponse(request, "enrichment/pictures/begin.html", context)


def _with_variants(ids: list[int], user: User) -> list[int]:
    """And what stands below these, on both levels, as far as the person may see it."""
    rows = Product.objects.filter(with_below(ids), trashed_at=None)
    return list(visible(user, rows).order_by("pk").values_list("pk", flat=True)[: taking.MOST])


@never_cache
@require_safe
@endpoint("product.edit")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """`show`: a state; `page`: from 0."""
    match = _find(request, pk)
    structure, rights = Structure.current(), rights_of(request.user)
    shown = request.GET.get("show", "")
    at = request.GET.get("page", "")
    number = int(at) if at.isdecimal() and len(at) < 6 else 0
    lines, more = table.page(match, shown, number)
    counters = table.counters(match, shown)
    by_state = {each["name"]: each["number"] for each in counters}
    refs = match.files.exclude(ref="").order_by("-ref").values_list("ref", flat=True).distinct()[:5]
    rule, keys = Rule.of(match.rule), matching.keys_offered(structure, rights)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Pictures for many products"),
        "match": match,
        "rule": rule,
        "receiver": keys.get(rule.key, "…"),
        "mode": naming.MODES[rule.mode],
        "keys": keys.items(),
        "bys": matching.choices_by(structure, rights).items(),
        "whences": naming.WHENCE.items(),
        "separators": naming.SEPARATORS.items(),
        "modes": naming.MODES.items(),
        "lines": lines,
        "counters": counters,
        "ready": by_state.get(PictureFile.State.MATCHED, 0),
        "failed": by_state.get(PictureFile.State.FAILED, 0),
        "has_files": any(by_state.values()),
        "working": _working(match),
        "earlier": _address(match, show=shown, page=str(number - 1)) if number else "",
        "later": _address(match, show=shown, page=str(number + 1)) if more else "",
        "here": _address(match, show=shown, page=str(number) if number else ""),
        "written": [touched(ref) for ref in refs],
    }
    return TemplateResponse(request, "enrichment/pictures/page.html", context)


def _working(match: PictureMatch) -> dict[str, Any] | None:
    """{text, percent} of the job that is at it; None where none is."""
    job = match.job
    if job is None or job.state not in (Job.State.QUEUED, Job.State.RUNNING):
        return None
    percent = min(100, job.done * 100 // job.total) if job.total else None
    text = (
        _("Waiting for a worker …")
        if job.state == Job.State.QUEUED and not job.done
        else _("%(done)d of %(total)d files") % {"done": job.done, "total": job.total or job.done}
    )
    return {"working": True, "label": str(job), "percent": percent, "text": text}


@never_cache
@require_safe
@endpoint("product.edit")
def progress(request: HttpRequest, pk: int) -> JsonResponse:
    return JsonResponse(_working(_find(request, pk)) or {"working": False})


@require_POST
@endpoint("product.edit")
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes `file`s with their `path`s. A script's gets 201 {message, page}, or 400 {message}; a browser goes back to the page."""
    match, user = _find(request, pk), cast("User", request.user)
    by_script = "application/json" in request.headers.get("Accept", "")
    paths = request.POST.getlist("path")
    told, wrong = "", ""
    for number, given in enumerate(request.FILES.getlist("file")):
        name = paths[number] if number < len(paths) and paths[number] else given.name or ""
        try:
            taking.room_in(match)
            if taking.is_archive(given, name):
                count = taking.take_archive(match, given, name, user)
                told = ngettext("%d file is being unpacked.", "%d files are being unpacked.", count) % count
                continue
            file = taking.take(match, given, name, user)
        except (ArchiveRefused, assets.AssetRefused) as refused:
            wrong = refused.message
        except taking.TooMany as full:
            wrong = str(full)
        else:
            told = file.product.sku if file.product else table.why(file)
            wrong = told if file.state == PictureFile.State.REFUSED else wrong
    if by_script:
        if not request.FILES:
            wrong = _("Choose a file first.")
        return JsonResponse({"message": wrong or told}, status=400 if wrong else 201)
    if wrong:
        messages.error(request, wrong)
    return HttpResponseRedirect(_address(match))


@require_POST
@endpoint("product.edit")
def set_rule(request: HttpRequest, pk: int) -> HttpResponse:
    match, user = _find(request, pk), cast("User", request.user)
    structure, rights = Structure.current(), rights_of(user)
    data = request.POST
    rule = {name: data.get(name, "") for name in ("by", "whence", "separators", "views", "key", "mode")}
    rule["views"] = rule["views"][:1000]
    offered = matching.choices_by(structure, rights), matching.keys_offered(structure, rights)
    try:
        if rule["by"] not in offered[0] or rule["key"] not in offered[1]:
            raise naming.RuleRefused
        match.rule = Rule.of(rule).as_json()
    except naming.RuleRefused:
        messages.error(request, _("Choose what is offered."))
        return HttpResponseRedirect(_address(match))
    match.save(update_fields=["rule"])
    matching.rematch(match, user)
    return HttpResponseRedirect(_address(match))


@require_POST
@endpoint("product.edit")
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """`sku-<file>`: the product of a file; empty: none."""
    match = _find(request, pk)
    given = {
        name.removeprefix("sku-"): text.strip()
        for name, text in request.POST.items()
        if name.startswith("sku-")
    }
    skus = {int(file): str(text) for file, text in given.items() if file.isdecimal() and len(file) < 19}
    wrong = matching.choose(match, skus, cast("User", request.user))
    if wrong:
        messages.error(request, _("No product is called: %(skus)s") % {"skus": ", ".join(wrong[:10])})
    return HttpResponseRedirect(_back(request, match))


def _back(request: HttpRequest, match: PictureMatch) -> str:
    here = request.POST.get("here", "")
    return here if here.startswith(_address(match)) else _address(match)


@require_POST
@endpoint("product.edit")
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """With `again` what was not written first becomes ready once more."""
    match = _find(request, pk)
    if "again" in request.POST:
        writing.retry(match)
    if _working(match):
        messages.info(request, _("Wait until the job before has ended."))
    elif not match.rule.get("key"):
        messages.error(request, _("Choose the attribute that receives the files."))
    elif writing.start(match, cast("User", request.user)) is None:
        messages.info(request, _("Nothing is ready to be written."))
    return HttpResponseRedirect(_address(match))
