"""The buttons of a channel's page: each a POST that asks for its own verb."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from catalog.access import endpoint, visible
from channels import profiles
from channels.delivery import again, circuit, removals
from channels.models import Channel
from channels.tasks import nudge
from pim.lib.grouped import Grouped


def _channel(request: HttpRequest, pk: int) -> Channel:
    channel = visible(request.user, Channel).filter(pk=pk).first()
    if channel is None:
        raise Http404("There is no such channel.")
    return channel


def _back(request: HttpRequest, channel: Channel) -> HttpResponseRedirect:
    """To the page the button is on: the board, or the profile."""
    page = "board" if request.POST.get("from") == "board" else "change"
    return HttpResponseRedirect(reverse(f"admin:channels_channel_{page}", args=[channel.pk]))


@require_POST
@endpoint("channel.sync")
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    channel = _channel(request, pk)
    profiles.pause(channel_id=pk, reason=str(_("%s paused it.") % request.user))
    messages.success(request, _("%s is paused: nothing is sent until it is resumed.") % channel)
    return _back(request, channel)


@require_POST
@endpoint("channel.sync")
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    channel = _channel(request, pk)
    profiles.resume(channel_id=pk)
    nudge([pk])
    messages.success(request, _("%s goes on.") % channel)
    return _back(request, channel)


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
            request,
            ngettext("%s listing is on its way.", "%s listings are on their way.", hurried)
            % Grouped(hurried),
        )
    return _back(request, channel)


@require_POST
@endpoint("channel.sync")
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    channel = _channel(request, pk)
    if closed := circuit.why_closed(channel, timezone.now()):
        messages.warning(request, closed)
        return _back(request, channel)
    profiles.enqueue_reconcile(channel_id=pk, by=request.user.pk)
    text = (
        _("%s is being read back: what differs will be listed and sent again.")
        if channel.on_drift == Channel.OnDrift.PUSH
        else _("%s is being read back: what differs will be listed, and stays until somebody decides.")
    )
    messages.success(request, text % channel)
    return _back(request, channel)


@require_POST
@endpoint("channel.sync")
def push_again(request: HttpRequest, pk: int) -> HttpResponse:
    """`which`: all, failed or drifted."""
    channel = _channel(request, pk)
    which = request.POST.get("which", "")
    if which not in again.WHICH:
        raise Http404("There is no such choice.")
    again.start(channel_id=pk, which=which, by=request.user.pk)
    messages.success(request, again.WHICH[which] % {"channel": channel})
    return _back(request, channel)


@require_POST
@endpoint("channel.sync")
def take_down(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirms the takedowns that were held by `until` (ISO 8601), which is when the person's page was made."""
    channel = _channel(request, pk)
    until = parse_datetime(request.POST.get("until", ""))
    if until is None or is_naive(until):
        raise Http404("It is not said which.")
    now = timezone.now()
    count = removals.confirm(pk, until=until, now=now)
    nudge([pk])
    text = ngettext("%s product is taken down.", "%s products are taken down.", count)
    messages.success(request, text % Grouped(count))
    return _back(request, channel)


BUTTONS = (pause, resume, send_now, compare, push_again, take_down)
