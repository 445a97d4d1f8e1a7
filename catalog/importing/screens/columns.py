"""The mapping: each column with samples, where it goes, and what its cells become."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from catalog.access import endpoint, rights_of, visible
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.importing import mapping, runs, targets
from catalog.importing.cells import RowParser
from catalog.importing.links import Anyone
from catalog.importing.mapping import Column
from catalog.importing.readers.base import Table
from catalog.importing.screens import reading
from catalog.importing.settings import ImportSettings
from catalog.importing.targets import Target
from catalog.models.importing import ImportProfile, ImportRun
from catalog.models.user import User
from catalog.structure.product_names import NAMES
from catalog.structure.snapshot import Structure

SAMPLES = 3
WHY = {
    "code": gettext_lazy("by its code"),
    "label": gettext_lazy("by its label"),
    "remembered": gettext_lazy("as last time"),
    "content": gettext_lazy("by its content: please check"),
    "dialect": gettext_lazy("by the kind of file"),
}
_OPTION_NAMES = ("decimal", "date_format", "list_separator", "currency", "unit")


class SettingsForm(forms.Form):
    """What holds for the whole file."""

    decimal = forms.ChoiceField(label=gettext_lazy("Decimals"), choices=[(".", "1.5"), (",", "1,5")])
    date_format = forms.ChoiceField(
        label=gettext_lazy("Dates"), required=False,
        choices=[("", gettext_lazy("2026-11-23, or clear")), ("%d.%m.%Y", "23.11.2026"), ("%d/%m/%Y", "23/11/2026"), ("%m/%d/%Y", "11/23/2026")],
    )  # fmt: skip
    list_separator = forms.ChoiceField(
        label=gettext_lazy("Lists"), choices=[(",", "a, b"), (";", "a; b"), ("|", "a | b")]
    )
    empty = forms.ChoiceField(
        label=gettext_lazy("Empty cells"),
        choices=[
            ("keep", gettext_lazy("keep what is there")),
            ("clear", gettext_lazy("clear what is there")),
        ],
    )
    create = forms.BooleanField(label=gettext_lazy("Create new products"), required=False)
    update = forms.BooleanField(label=gettext_lazy("Change existing products"), required=False)
    missing = forms.ChoiceField(
        label=gettext_lazy("Products the profile's earlier files had and this one lacks"), required=False,
        choices=[
            ("nothing", gettext_lazy("do nothing")),
            ("report", gettext_lazy("list them")),
            ("retire", gettext_lazy("disable them")),
        ],
    )  # fmt: skip

    def clean_missing(self) -> str:
        return self.cleaned_data["missing"] or "nothing"


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
    """GET shows the mapping; POST stores it, and with `do` plan, read or remember goes on with it."""
    run = find(request, pk)
    if run.state not in runs.PLANNABLE or run.applied_at:
        return HttpResponseRedirect(reverse("admin:catalog_importrun_change", args=[run.pk]))
    structure = Structure.current()
    wrong: dict[int, str] = {}
    faults: list[str] = []
    if request.method == "POST":
        if request.POST.get("do") == "read":
            return reading.read_again(request, run, person(request))
        form = SettingsForm(request.POST)
        settings = ImportSettings.from_json(run.settings)
        if form.is_valid():
            settings = replace(
                settings, **{**form.cleaned_data, "date_format": form.cleaned_data["date_format"] or None}
            )
        chosen, wrong = _posted(request.POST, mapping.from_json(run.mapping), structure)
        faults = runs.set_mapping(run, chosen, settings, user=person(request))
        if not wrong and form.is_valid() and (answer := _go_on(request, run, faults)):
            return answer
    return _show(request, run, structure, wrong, faults)


def _go_on(request: HttpRequest, run: ImportRun, faults: list[str]) -> HttpResponse | None:
    if request.POST.get("remember"):
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
    if request.POST.get("do") == "plan" and not faults:
        runs.plan(run, user=person(request))
        return HttpResponseRedirect(reverse("admin:catalog_importrun_change", args=[run.pk]))
    return None


def _posted(
    data: Mapping[str, str], stored: Sequence[Column], structure: Structure
) -> tuple[list[Column], dict[int, str]]:
    """The columns as posted (`to-3`, `empty-3`, `values-3` …), and by position what could not be understood."""
    chosen: list[Column] = []
    wrong: dict[int, str] = {}
    for position, column in enumerate(stored):
        text = data.get(f"to-{position}", "").strip()
        target = targets.parse_header(text, structure) if text else None
        if text and target is None:
            wrong[position] = _("There is no target '%(text)s': choose one of the list.") % {
                "text": text[:60]
            }
        elif target is not None and (problem := targets.check(target, structure)):
            wrong[position] = problem
        options = {
            name: value for name in _OPTION_NAMES if (value := data.get(f"{name}-{position}", "").strip())
        }
        empty = data.get(f"empty-{position}", "")
        chosen.append(
            replace(
                column,
                to=column.to if position in wrong else target,
                options=options,
                values=_value_map(data.get(f"values-{position}", "")),
                empty=empty if empty in ("keep", "clear") else "",
                value=data.get(f"value-{position}", "").strip() if column.index is None else "",
                why=column.why if column.to == target else "",
            )
        )
    fixed = data.get("fixed-to", "").strip()
    if fixed:
        target = targets.parse_header(fixed, structure)
        if target is None:
            wrong[len(stored)] = _("There is no target '%(text)s': choose one of the list.") % {
                "text": fixed[:60]
            }
        else:
            chosen.append(Column("", None, target, value=data.get("fixed-value", "").strip()))
    return [column for column in chosen if column.index is not None or column.to], wrong


def _value_map(text: str) -> dict[str, str]:
    """ "rot = red" a line."""
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {left.strip(): right.strip() for left, _equals, right in pairs if left.strip()}


def _show(
    request: HttpRequest, run: ImportRun, structure: Structure, wrong: dict[int, str], faults: list[str]
) -> HttpResponse:
    table, settings = Table.from_json(run.table), ImportSettings.from_json(run.settings)
    stored = mapping.from_json(run.mapping)
    refused = set(map(id, mapping.forbidden(stored, structure, rights_of(request.user))))
    entries = []
    for position, column in enumerate(stored):
        samples = _samples(table, column)
        typed = request.POST.get(f"to-{position}", "") if position in wrong else str(column.to or "")
        entries.append(
            {
                "position": position,
                "column": column,
                "to": typed,
                "label": targets.label(column.to, structure) if column.to else "",
                "why": WHY.get(column.why, "") if column.to else "",
                "wrong": wrong.get(position, "") or (_("Your roles do not let you write this: it will be left out.") if id(column) in refused else ""),
                "samples": samples,
                "previews": preview(column, structure, settings, samples),
                "values": "\n".join(f"{left} = {right}" for left, right in column.values.items()),
                "has_options": bool(column.options or column.values or column.empty),
            }
        )  # fmt: skip
    files = [entry for entry in entries if entry["column"].index is not None]  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": run.filename,
        "run": run,
        "table": table,
        "entries": files,
        "fixed": [entry for entry in entries if entry["column"].index is None],  # type: ignore[attr-defined]
        "unmapped": sum(entry["column"].to is None for entry in files),  # type: ignore[attr-defined]
        "choices": targets.choices(structure),
        "form": SettingsForm(initial=_initial(settings)),
        "reading": reading.shown(table, settings),
        "gaps": runs.gaps(run),
        "faults": faults if request.method == "POST" else [],
        "fixed_wrong": wrong.get(len(stored), ""),
        "profiles": visible(request.user, ImportProfile).only("code", "labels"),
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


def _samples(table: Table, column: Column) -> list[str]:
    if column.index is None:
        return []
    filled = (
        cells[column.index]
        for _number, cells in table.sample
        if column.index < len(cells) and cells[column.index].strip()
    )
    return list(dict.fromkeys(filled))[:SAMPLES]


def preview(
    column: Column, structure: Structure, settings: ImportSettings, samples: Sequence[str]
) -> list[dict[str, Any]]:
    """What sample cells become: [{text, error}], one of them empty. Who else is in the file only its plan knows."""
    if column.to is None or targets.check(column.to, structure):
        return []
    with NAMES.with_arriving(Anyone() if settings.create and column.index is not None else None):
        return _previews(column, column.to, structure, settings, samples)


def _previews(
    column: Column, target: Target, structure: Structure, settings: ImportSettings, samples: Sequence[str]
) -> list[dict[str, Any]]:
    shown = []
    parser = RowParser([replace(column, index=0 if column.index is not None else None)], structure, settings)
    for text in samples or ([column.value] if column.index is None else []):
        parsed = parser([text])
        parser.complete(parsed, None)
        if parsed.errors:
            shown.append({"text": "", "error": parsed.errors[0]["message"]})
        elif target.field:
            value = parsed.sku or parsed.rev or parsed.fields.get(target.field, "")
            shown.append({"text": ", ".join(value) if isinstance(value, list) else str(value), "error": ""})
        else:
            spec = structure.attributes[target.attribute]
            shown.append(
                {
                    "text": ATTRIBUTE_TYPES[spec.type].summary(parsed.values.get(target.key), spec),
                    "error": "",
                }
            )
    return shown


@never_cache
@require_safe
@endpoint("import.run")
def try_column(request: HttpRequest, pk: int) -> JsonResponse:
    """What one column would become under `to` and its options: {label, wrong, previews}."""
    run = find(request, pk)
    structure = Structure.current()
    stored = mapping.from_json(run.mapping)
    position = int(given) if (given := request.GET.get("position", "")).isdecimal() else -1
    if not 0 <= position < len(stored):
        raise Http404("There is no such column.")
    chosen, wrong = _posted(request.GET, stored, structure)
    if position in wrong:
        return JsonResponse({"label": "", "wrong": wrong[position], "previews": []})
    column = next((known for known in chosen if known.index == stored[position].index), stored[position])
    form = SettingsForm(request.GET)
    settings = ImportSettings.from_json(run.settings)
    if form.is_valid():
        settings = replace(
            settings, **{**form.cleaned_data, "date_format": form.cleaned_data["date_format"] or None}
        )
    return JsonResponse(
        {
            "label": targets.label(column.to, structure) if column.to else "",
            "wrong": "",
            "previews": preview(column, structure, settings, _samples(Table.from_json(run.table), column)),
        }
    )
