"""The files a channel has published: listed on its page, to be downloaded or looked into."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any, BinaryIO

from django.contrib import admin
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from catalog.access import endpoint, rights_of, visible
from channels.connectors import CONNECTORS
from channels.connectors.base import DeliveryError, PublishSnapshot
from channels.models import Channel

logger = logging.getLogger(__name__)

LOOK_BYTES = 32_768
MIMES = {"csv": "text/csv; charset=utf-8", "xml": "application/xml", "jsonl": "application/jsonl"}


def may_have(user: Any) -> bool:
    """A feed holds products of every category in every language: it is for those who may see all of that."""
    return rights_of(user).covers_all("product.view")


def files_of(channel: Channel, user: Any) -> list[dict[str, Any]]:
    """[{name, bytes, products, at}]; [] where the connector has none, the person may not have them, or the disk fails."""
    connector = _connector(channel) if may_have(user) else None
    if connector is None:
        return []
    try:
        return [
            {"name": each.name, "bytes": each.bytes, "products": each.products, "at": _at(each.made_at)}
            for each in connector.published()
        ]
    except DeliveryError:
        logger.warning("The files of channel %s cannot be listed", channel.code, exc_info=True)
        return []


@never_cache
@require_safe
@endpoint("channel.view")
def download(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    file = _opened(request, pk, name)
    mime = MIMES.get(name.rpartition(".")[2], "application/octet-stream")
    return FileResponse(file, as_attachment=True, filename=name, content_type=mime)


@never_cache
@require_safe
@endpoint("channel.view")
def look(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """The file's beginning as text."""
    with _opened(request, pk, name) as file:
        beginning = file.read(LOOK_BYTES)
        is_whole = not file.read(1)
    context = {
        **admin.site.each_context(request),
        "title": name,
        "channel": Channel.objects.get(pk=pk),
        "name": name,
        "text": beginning.decode("utf-8", errors="replace" if is_whole else "ignore"),
        "is_whole": is_whole,
    }
    return TemplateResponse(request, "channels/published.html", context)


def _opened(request: HttpRequest, pk: int, name: str) -> BinaryIO:
    channel = visible(request.user, Channel).filter(pk=pk).first()
    connector = _connector(channel) if channel and may_have(request.user) else None
    if connector is None:
        raise Http404("There is no such file.")
    try:
        return connector.open_published(name)
    except (LookupError, DeliveryError) as error:
        raise Http404("There is no such file.") from error


def _connector(channel: Channel) -> PublishSnapshot | None:
    """Without its credentials: what stands is on our own disk."""
    kind = CONNECTORS.get(channel.connector)
    if kind is None or not issubclass(kind, PublishSnapshot):
        return None
    try:
        made: Any = kind(channel=channel.code, settings=channel.settings, credentials={})
    except (ValueError, TypeError, KeyError):  # settings that do not fit: the page says so where they are
        return None
    return made


def _at(text: str) -> datetime | None:
    return parse_datetime(text) if text else None
