"""The mapping: each column with samples, where it goes, and what its cells become."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

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


@require_POST
@endpoint("import.run")
def try_columns(request: HttpRequest, pk: int) -> JsonResponse:
    """What each `position` (several) would become under its `to` and its options: {position: {label, wrong, previews, set}};
    "new" is the value of no column that is being written. Changes nothing."""
    run = find(request, pk)
    structure, tried = Structure.current(), _Tried(request.POST, run)
    headers = headers_of(tried.stored)
    told: dict[str, Any] = {}
    for given in request.POST.getlist("position"):
        _position, column, problem = tried.at(given)
        if problem:
            told[given] = {"label": "", "wrong": problem, "previews": [], "set": []}
            continue
        samples = samples_of(tried.table, column, headers, structure=structure)
        told[given] = {
            "label": targets.label(column.to, structure) if column.to else "",
            "wrong": "",
            "previews": preview(column, structure, tried.settings, samples),
            "set": set_of(column, structure),
        }
    return JsonResponse(told)


@never_cache
@require_safe
@endpoint("import.run")
def options(request: HttpRequest, pk: int) -> HttpResponse:
    """What opens under one column, as it is being edited: a piece of the page."""
    run = find(request, pk)
    tried = _Tried(request.GET, run)
    position, column, _problem = tried.at(request.GET.get("position", ""))
    context = panel.panel_of(run, position, column, tried.stored, Structure.current(), request.user)
    return TemplateResponse(request, "catalog/imports/panel.html", {"panel": context})


class _Tried:
    """The mapping as it is being edited, and the file's settings likewise; nothing of it is stored."""

    def __init__(self, data: QueryDict, run: ImportRun) -> None:
        self.table, self.stored = Table.from_json(run.table), mapping.from_json(run.mapping)
        form, settings = SettingsForm(data), ImportSettings.from_json(run.settings)
        if form.is_valid():
            settings = settings_from(form, settings)
        self.settings = settings.for_format(self.table.format)
        self.posted = read_posted(data, self.stored, Structure.current(), self.table)

    def at(self, given: str) -> tuple[int, Column, str]:
        """(position, the column there, what is wrong with it); Http404 where there is none."""
        if given == "new":
            position = len(self.stored)
            made = (each for each in self.posted.columns if each not in self.stored and each.index is None)
            column = next(made, Column(""))
        else:
            known = panel.position_in(given, len(self.stored))
            if known is None:
                raise Http404("There is no such column.")
            position, column = known, self.posted.tried[known]
        return position, column, self.posted.wrong.get(position, "")
