"""A dry run of what is chosen in the grid: which channel, then the job whose result is on that channel's page."""

from __future__ import annotations

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from catalog.access import endpoint
from catalog.structure.snapshot import Structure
from channels import dry_runs
from channels import profile as channel_profiles
from enrichment.workbench.grid.bulk import Selection
from enrichment.workbench.grid.export import counted, products_of
from enrichment.workbench.grid.returning import back_from


@never_cache
@require_POST
@endpoint("channel.sync")
def choose(request: HttpRequest) -> HttpResponse:
    """`id` (several) or `all=1` with the grid's `query`. Sends nothing, and starts nothing."""
    selection = Selection.of(request.POST)
    context = {
        **admin.site.each_context(request),
        "title": _("Dry run"),
        "what": counted(selection, request.user, below=True),
        "most": dry_runs.MOST_CHOSEN,
        "channels": channel_profiles.current(Structure.current()).by_id.values(),
        "selection": selection,
        "next": back_from(request),
    }
    return TemplateResponse(request, "enrichment/grid/dry_run.html", context)


@require_POST
@endpoint("channel.sync")
def start(request: HttpRequest) -> HttpResponse:
    """As choose, with the `channel`'s code. Models stand for their variants."""
    channel = channel_profiles.current(Structure.current()).by_code(request.POST.get("channel", ""))
    if channel is None:
        raise Http404(_("There is no such channel."))
    rows = products_of(Selection.of(request.POST), request.user, below=True)
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[: dry_runs.MOST_CHOSEN])
    if not ids:
        messages.info(request, _("No product was selected."))
        return HttpResponseRedirect(back_from(request))
    dry_runs.start(channel=channel, by=request.user, products=ids)
    messages.success(request, _("The dry run has begun; nothing is sent by it."))
    return HttpResponseRedirect(reverse("admin:channels_channel_dry_run", args=[channel.id]))
