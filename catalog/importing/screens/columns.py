"""The mapping: each column with samples, where it goes, and what its cells become."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from catalog.access import can, endpoint, visible
from catalog.importing import mapping, runs, targets
from catalog.importing.made_cells import headers_of
from catalog.importing.mapping import Column
from catalog.importing.readers.base import Table
from catalog.importing.screens import naming, panel, reading
from catalog.importing.screens.entries import entries_of, preview, samples_of, set_of
from catalog.importing.screens.posted import SettingsForm, read_posted, settings_from
from catalog.importing.settings import ImportSettings
from catalog.models.importing import ImportProfile, ImportRun
from catalog.models.user import User
from catalog.structure.snapshot import Structure


def find(request: HttpRequest, pk: int) -> ImportRun:
    run = visible(request.user, ImportRun).select_related("profile", "source", "job").filter(pk=pk).first()
    if run is None:
        raise Http404("There is no such import.")
    return run


def person(request: HttpRequest) -> User:
    """Who is signed in: every page here lets in nobody else."""
    return cast("User", request.user)


@never_cache
@require_http_methods(["GET", "POST"])
@endpoint("import.run")
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows the mapping (`open`: the column whose options are open); POST stores it, and with `do` plan, read or make-3
    goes on with it."""
    run = find(request, pk)
    if run.state not in runs.PLANNABLE or run.applied_at:
        return HttpResponseRedirect(reverse("admin:catalog_importrun_change", args=[run.pk]))
    structure = Structure.current()
    wrong: dict[int, str] = {}
    faults: list[str] = []
    opened = panel.position_in(request.GET.get("open", ""), len(run.mapping))
    if request.method == "POST":
        do = request.POST.get("do", "")
        if do == "read":
            return reading.read_again(request, run, person(request))
        form = SettingsForm(request.POST)
        settings = ImportSettings.from_json(run.settings)
        if form.is_valid():
            settings = settings_from(form, settings)
        table = Table.from_json(run.table)
        posted = read_posted(request.POST, mapping.from_json(run.mapping), structure, table)
        chosen, wrong = posted.columns, posted.wrong
        making = panel.position_in(do, len(posted.tried)) if do.startswith("make-") else None
        if making is not None:
            place = next((at for at, known in enumerate(chosen) if known is posted.tried[making]), None)
            if place is not None and (
                refusal := panel.make_attribute(request, run, place, chosen, person(request))
            ):
                messages.error(request, refusal)
                opened = place
            structure = Structure.current()
        faults = runs.set_mapping(run, chosen, settings, user=person(request))
        goes_on = not wrong and not posted.is_cut and form.is_valid()
        if goes_on and (answer := _go_on(request, run, faults)):
            return answer
        if making is not None:
            faults = []
    return _show(request, run, structure, wrong, faults, opened)


def _go_on(request: HttpRequest, run: ImportRun, faults: list[str]) -> HttpResponse | None:
    do = request.POST.get("do", "")
    if request.POST.get("remember") and not do.startswith("make-"):
        try:
            code = request.POST.get("profile_code", "").strip()
            profile = run.profile if not code else ImportProfile.objects.filter(code=code).first()
            kept = runs.remember(
                run,
                user=person(request),
                profile=profile,
                code=code,
                name=request.POST.get("profile_name", "").strip(),
            )
            messages.success(request, _("Remembered in the profile %(profile)s.") % {"profile": kept})
        except ValidationError as error:
            faults += error.messages
            return None
    if do == "plan" and not faults:
        runs.plan(run, user=person(request))
        return HttpResponseRedirect(reverse("admin:catalog_importrun_change", args=[run.pk]))
    return None


def _show(
    request: HttpRequest,
    run: ImportRun,
    structure: Structure,
    wrong: Mapping[int, str],
    faults: list[str],
    opened: int | None,
) -> HttpResponse:
    table, settings = Table.from_json(run.table), ImportSettings.from_json(run.settings)
    stored = mapping.from_json(run.mapping)
    entries = entries_of(
        stored, wrong, request.POST, table=table, structure=structure, settings=settings.for_format(table.format),
        user=request.user,
    )  # fmt: skip
    files = [entry for entry in entries if entry["column"].index is not None]
    if opened is not None and opened < len(stored):
        opened_entry = next(entry for entry in entries if entry["position"] == opened)
        opened_entry["panel"] = panel.panel_of(run, opened, stored[opened], stored, structure, request.user)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": run.filename,
        "run": run,
        "table": table,
        "entries": files,
        "fixed": [entry for entry in entries if entry["column"].index is None],
        "unmapped": sum(entry["column"].to is None for entry in files),
        "headers": [column.column for column in stored if column.index is not None and not column.of],
        "may_make": can(request.user, "structure.edit"),
        "choices": targets.choices(structure),
        "form": SettingsForm(initial=_initial(settings)),
        "reading": reading.shown(table, settings),
        "gaps": runs.gaps(run),
        "faults": faults if request.method == "POST" else [],
        "fixed_wrong": wrong.get(len(stored), ""),
        "profiles": visible(request.user, ImportProfile).only("code", "labels"),
        "name": None if run.profile else naming.of_file(run.filename),
    }
    return TemplateResponse(
        request,
        "catalog/imports/columns.html",
        context,
        status=422 if wrong or (faults and request.POST.get("do") == "plan") else 200,
    )


def _initial(settings: ImportSettings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in SettingsForm.base_fields} | {
        "date_format": settings.date_format or ""
    }


@never_cache
@require_safe
@endpoint("import.run")
def try_column(request: HttpRequest, pk: int) -> JsonResponse:
    """What one column would become under `to` and its options: {label, wrong, previews, set}; `position` "new": the value of
    no column that is being written."""
    run = find(request, pk)
    _position, column, problem, settings = _tried(request, run)
    if problem:
        return JsonResponse({"label": "", "wrong": problem, "previews": [], "set": []})
    structure = Structure.current()
    headers = headers_of(mapping.from_json(run.mapping))
    samples = samples_of(Table.from_json(run.table), column, headers, structure=structure)
    return JsonResponse(
        {
            "label": targets.label(column.to, structure) if column.to else "",
            "wrong": "",
            "previews": preview(column, structure, settings, samples),
            "set": set_of(column, structure),
        }
    )


@never_cache
@require_safe
@endpoint("import.run")
def options(request: HttpRequest, pk: int) -> HttpResponse:
    """What opens under one column, as it is being edited: a piece of the page."""
    run = find(request, pk)
    position, column, _problem, _settings = _tried(request, run)
    stored = mapping.from_json(run.mapping)
    context = panel.panel_of(run, position, column, stored, Structure.current(), request.user)
    return TemplateResponse(request, "catalog/imports/panel.html", {"panel": context})


def _tried(request: HttpRequest, run: ImportRun) -> tuple[int, Column, str, ImportSettings]:
    """(position, the column as it is being edited, what is wrong with it, the file's settings likewise)."""
    structure, table = Structure.current(), Table.from_json(run.table)
    stored = mapping.from_json(run.mapping)
    given = request.GET.get("position", "")
    position = len(stored) if given == "new" else panel.position_in(given, len(stored))
    if position is None:
        raise Http404("There is no such column.")
    form, settings = SettingsForm(request.GET), ImportSettings.from_json(run.settings)
    if form.is_valid():
        settings = settings_from(form, settings)
    posted = read_posted(request.GET, stored, structure, table)
    if given == "new":
        column = next(
            (known for known in posted.columns if known not in stored and known.index is None), Column("")
        )
    else:
        column = posted.tried[position]
    return position, column, posted.wrong.get(position, ""), settings.for_format(table.format)
