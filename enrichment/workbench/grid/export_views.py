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
from channels import profile as channel_profiles
from enrichment.models import SavedView
from enrichment.workbench.grid import columns, export
from enrichment.workbench.grid.bulk import Selection
from enrichment.workbench.grid.export_form import ExportForm
from enrichment.workbench.grid.returning import back_from
from enrichment.workbench.saved_views import address
from enrichment.workbench.saved_views.tabs import may_change, views_of


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
            _remember(request, selection, form)
    except ChoiceRefused as refused:
        form.add_error(None, str(refused))
        return _page(request, selection, form)
    messages.info(
        request, _("The file is being made. The tray above shows how far it is, and then the download.")
    )
    return HttpResponseRedirect(back_from(request))


def _form(request: HttpRequest, selection: Selection, data: QueryDict | None = None) -> ExportForm:
    structure, rights = Structure.current(), rights_of(request.user)
    params = _params(request, selection)
    asked = params.get("cols", "")
    view = _view(request, params)
    return ExportForm(
        data,
        structure=structure,
        rights=rights,
        tops=export.shows_tops(selection, request.user),
        shown=columns.chosen(asked, structure, channel_profiles.current(structure), rights) if asked else (),
        before=view.export if view else None,
    )


def _params(request: HttpRequest, selection: Selection) -> QueryDict:
    """The grid's address, from which single rows are chosen as well: the form of the grid posts it beside them."""
    return QueryDict(selection.query if selection.query is not None else request.POST.get("query", ""))


def _view(request: HttpRequest, params: QueryDict) -> SavedView | None:
    number = address.number_of(params)
    return next((view for view in views_of(request.user) if view.pk == number), None) if number else None


def _remember(request: HttpRequest, selection: Selection, form: ExportForm) -> None:
    """For the next file of this view; of a shared one by who may change it."""
    view = _view(request, _params(request, selection))
    if view is not None and may_change(view, request.user, rights_of(request.user)):
        SavedView.objects.filter(pk=view.pk).update(export=form.remembered())


def _page(request: HttpRequest, selection: Selection, form: ExportForm) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Export %(what)s") % {"what": export.counted(selection, request.user)},
        "form": form,
        "selection": selection,
        "grid_query": _params(request, selection).urlencode(),
        "next": back_from(request),
    }
    return TemplateResponse(request, "enrichment/grid/export.html", context)
