"""The buttons of a channel's page: each a POST that asks for its own verb."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from catalog.access import endpoint, visible
from channels import profiles
from channels.delivery import circuit
from channels.models import Channel
from channels.tasks import nudge


def _channel(request: HttpRequest, pk: int) -> Channel:
    channel = visible(request.user, Channel).filter(pk=pk).first()
    if channel is None:
        raise Http404("There is no such channel.")
    return channel


def _back(channel: Channel) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:channels_channel_change", args=[channel.pk]))


@require_POST
@endpoint("channel.sync")
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    channel = _channel(request, pk)
    profiles.pause(channel_id=pk, reason=str(_("paused by %s") % request.user))
    messages.success(request, _("%s is paused: nothing is sent until it is resumed.") % channel)
    return _back(channel)


@require_POST
@endpoint("channel.sync")
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    channel = _channel(request, pk)
    profiles.resume(channel_id=pk)
    nudge([pk])
    messages.success(request, _("%s goes on.") % channel)
    return _back(channel)


@require_POST
@endpoint("channel.sync")
def send_now(request: HttpRequest, pk: int) -> HttpResponse:
    """What waits for its next try may go at once; what the channel itself asked to wait for, waits."""
    channel = _channel(request, pk)
    hurried = profiles.hurry(channel_id=pk)
    closed = circuit.why_closed(channel, timezone.now())
    nudge([pk])
    if closed:
        messages.warning(request, closed)
    else:
        messages.success(
            request, ngettext("%d listing is on its way.", "%d listings are on their way.", hurried) % hurried
        )
    return _back(channel)


@require_POST
@endpoint("channel.sync")
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    channel = _channel(request, pk)
    if closed := circuit.why_closed(channel, timezone.now()):
        messages.warning(request, closed)
        return _back(channel)
    profiles.enqueue_reconcile(channel_id=pk, by=request.user.pk)
    messages.success(
        request, _("%s is being read back: what differs will be listed and sent again.") % channel
    )
    return _back(channel)


BUTTONS = (pause, resume, send_now, compare)
