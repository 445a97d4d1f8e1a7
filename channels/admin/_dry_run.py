"""Dry runs over HTTP: of a whole channel or a selection as a job and its result, of one product at once."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.access import endpoint, visible
from catalog.exporting import stored
from catalog.models import Job, Product
from catalog.structure.product_names import NAMES
from catalog.structure.snapshot import Structure
from channels import dry_run, dry_runs, profile
from channels.admin._board import TABS, channel_of, page_of
from channels.delivery import circuit
from channels.profile import ChannelSpec
from channels.told import Told

TABS["dry_run"] = lambda: _("Dry run")


@never_cache
@require_safe
@endpoint("channel.view")
def view(request: HttpRequest, pk: int) -> HttpResponse:
    """The person's last one, and the button for the next."""
    channel = channel_of(request, pk)
    job = dry_runs.last_of(pk, request.user)
    result: dict[str, Any] = (job.result or {}) if job and job.state == Job.State.DONE else {}
    kinds = [
        (kind, label, result["counts"].get(kind, 0), result["first"].get(kind, ()))
        for kind, label in dry_run.KINDS.items()
        if result
    ]
    running = job is not None and job.state in (Job.State.QUEUED, Job.State.RUNNING)
    context = page_of(
        request, channel, "dry_run", job=job, result=result, kinds=kinds, running=running, first=dry_runs.FIRST,
        closed=circuit.why_closed(channel, timezone.now()),
        may_download=bool(job and stored.file_of(job) and stored.may_have(request.user, job)),
    )  # fmt: skip
    return TemplateResponse(request, "channels/dry_run.html", context)


@require_POST
@endpoint("channel.sync")
def start(request: HttpRequest, pk: int) -> HttpResponse:
    channel = channel_of(request, pk)
    dry_runs.start(channel=_spec(pk), by=request.user)
    messages.success(request, _("The dry run has begun; nothing is sent by it."))
    return HttpResponseRedirect(reverse("admin:channels_channel_dry_run", args=[channel.pk]))


@never_cache
@require_safe
@endpoint("channel.view")
def of_product(request: HttpRequest, pk: int, product_id: int) -> HttpResponse:
    channel = channel_of(request, pk)
    row = (
        visible(request.user, Product.objects.filter(pk=product_id))
        .only("pk", "kind", "root_id", "sku")
        .first()
    )
    structure = Structure.current()
    made = dry_run.of_product(row, _spec(pk), structure) if row else None
    if row is None or made is None:
        raise Http404("This product has no sheet on that channel.")
    told = Told([made])
    changes = [
        (each.path, dry_runs.short(each.before, 2000), dry_runs.short(each.after, 2000))
        for each in made.changes
    ]
    hides = NAMES.hides_any or (bool(changes) and not NAMES.sees_all)
    context = page_of(
        request, channel, "dry_run", product=row, planned=made, reason=told.reason(made), errors=told.errors(made), kind=dry_run.KINDS[made.kind], hides=hides,
        changes=[] if hides else changes,
        payload="" if NAMES.hides_any or made.payload is None else json.dumps(made.payload, indent=2, ensure_ascii=False, default=str),
        closed=circuit.why_closed(channel, timezone.now()),
    )  # fmt: skip
    return TemplateResponse(request, "channels/dry_run_product.html", context)


def _spec(pk: int) -> ChannelSpec:
    spec = profile.current(Structure.current()).by_id.get(pk)
    if spec is None:
        raise Http404("There is no such channel.")
    return spec
