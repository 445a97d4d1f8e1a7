"""The screen of the sources."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.access import can, endpoint, visible
from catalog.jobs import enqueue
from catalog.models import Attribute, Proposal
from enrichment.workbench.sources import counting, matrix


@never_cache
@require_safe
@endpoint("structure.view")
def page(request: HttpRequest) -> HttpResponse:
    """`attribute` (several): codes of attributes to be listed below their groups."""
    return _shown(request, matrix.read(more=request.GET.getlist("attribute")))


@require_POST
@endpoint("structure.edit")
def save(request: HttpRequest) -> HttpResponse:
    """`rank-<source>`, and `mode-<source>-<place>` with `own-<source>-<place>` for each cell that was shown."""
    wanted = matrix.read(request.POST, more=request.POST.getlist("attribute"))
    if wanted.errors:
        return _shown(request, wanted, status=422)
    count = matrix.save(wanted, by=request.user.pk)
    if count:
        text = ngettext("%d change was saved. It holds for what is written from now on.", "%d changes were saved. They hold for what is written from now on.", count)  # fmt: skip
        messages.success(request, text % count)
    else:
        messages.info(request, _("Nothing was changed."))
    return HttpResponseRedirect(reverse("admin:enrichment_sources"))


@require_POST
@endpoint("structure.view")
def count(request: HttpRequest) -> HttpResponse:
    if not counting.is_counting():
        with transaction.atomic():
            enqueue(counting.KIND, by=request.user, title=_("Counting the values of each source"))
    messages.info(request, _("The values are being counted. The tray above shows how far it is."))
    return HttpResponseRedirect(reverse("admin:enrichment_sources"))


def _shown(request: HttpRequest, made: matrix.Matrix, *, status: int = 200) -> HttpResponse:
    counted = counting.last_count()
    values = counted.result["values"] if counted else {}
    waiting = visible(request.user, Proposal.objects.filter(state=Proposal.State.OPEN)).order_by()
    proposals = dict(waiting.values_list("source").annotate(n=Count("pk")))
    listed = {int(line.name[1:]) for line in made.lines if line.is_attribute}
    context = {
        **admin.site.each_context(request),
        "title": _("Sources"),
        "matrix": made,
        "sources": [
            (each, values.get(each.source.code, 0), proposals.get(each.source.code, 0))
            for each in made.sources
        ],
        "counted": counted,
        "is_counting": counting.is_counting(),
        "others": Attribute.objects.exclude(pk__in=listed).order_by("code"),
        "may": can(request.user, "structure.edit"),
        "may_see": can(request.user, "product.view"),
        "listed": request.POST.getlist("attribute") or request.GET.getlist("attribute"),
    }
    return TemplateResponse(request, "enrichment/sources/page.html", context, status=status)
