"""Matching what stands on a channel already, before anything is sent there."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.access import endpoint, visible
from catalog.models import Job, Product
from channels import matching
from channels.admin._board import TABS, channel_of, page_of

TABS["match"] = lambda: _("Match what is there")


@never_cache
@require_safe
@endpoint("channel.view")
def view(request: HttpRequest, pk: int) -> HttpResponse:
    """The last match; of what it names, only what the person may see."""
    channel = channel_of(request, pk)
    job = matching.last_of(pk)
    result: dict[str, Any] = (job.result or {}) if job and job.state == Job.State.DONE else {}
    listed = {entry["product"] for entries in result.get("first", {}).values() for entry in entries}
    seen = set(visible(request.user, Product.objects.filter(pk__in=listed)).values_list("pk", flat=True))
    kinds = [
        (
            kind,
            label,
            result["counts"][kind],
            [each for each in result["first"][kind] if each["product"] in seen],
        )
        for kind, label in matching.KINDS.items()
        if result
    ]
    running = job is not None and job.state in (Job.State.QUEUED, Job.State.RUNNING)
    context = page_of(
        request, channel, "match", job=job, running=running, kinds=kinds, unmatched=matching.unmatched(pk).count(),
        why_not=matching.why_not(channel),
    )  # fmt: skip
    return TemplateResponse(request, "channels/match.html", context)


@require_POST
@endpoint("channel.sync")
def start(request: HttpRequest, pk: int) -> HttpResponse:
    channel = channel_of(request, pk)
    if why := matching.why_not(channel):
        messages.warning(request, why)
    else:
        matching.start(channel=channel, by=request.user.pk)
        messages.success(request, _("The channel is being looked at; nothing is sent by it."))
    return HttpResponseRedirect(reverse("admin:channels_channel_match", args=[channel.pk]))
