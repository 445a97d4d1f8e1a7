"""The export over HTTP: the choice, and its start. The file is handed out by the job (catalog.admin.jobs)."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from catalog.access import endpoint, rights_of
from catalog.exporting.columns import ChoiceRefused
from catalog.structure.snapshot import Structure
from enrichment.workbench.grid import export
from enrichment.workbench.grid.bulk import Selection
from enrichment.workbench.grid.export_form import ExportForm
from enrichment.workbench.grid.returning import back_from


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@endpoint("export.run")
def choose(request: HttpRequest) -> HttpResponse:
    """By GET everything the address's filters mean; by POST `id` (several), or `all=1` with the grid's `query`."""
    if request.method == "POST":
        selection = Selection.of(request.POST)
        if selection.query is None and not selection.ids:
            messages.info(request, _("No product was selected."))
            return HttpResponseRedirect(back_from(request))
    else:
        selection = Selection(query=request.GET.urlencode())
    return _page(request, selection, _form(request, selection))


@never_cache
@require_POST
@endpoint("export.run")
def run(request: HttpRequest) -> HttpResponse:
    """As choose, with the form; the file comes by a job."""
    selection = Selection.of(request.POST)
    form = _form(request, selection, request.POST)
    if not form.is_valid():
        return _page(request, selection, form)
    try:
        with transaction.atomic():
            below = form.cleaned_data.get("below", False)
            export.start(selection, form.choice(), user=request.user, below=below)
    except ChoiceRefused as refused:
        form.add_error(None, str(refused))
        return _page(request, selection, form)
    messages.info(
        request, _("The file is being made. The tray above shows how far it is, and then the download.")
    )
    return HttpResponseRedirect(back_from(request))


def _form(request: HttpRequest, selection: Selection, data: QueryDict | None = None) -> ExportForm:
    tops = export.shows_tops(selection, request.user)
    return ExportForm(data, structure=Structure.current(), rights=rights_of(request.user), tops=tops)


def _page(request: HttpRequest, selection: Selection, form: ExportForm) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Export %(what)s") % {"what": export.counted(selection, request.user)},
        "form": form,
        "selection": selection,
        "next": back_from(request),
    }
    return TemplateResponse(request, "enrichment/grid/export.html", context)
