"""Who may look into a portal: everybody, or who came by a partner's link. A link is its partner's name, signed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings as installation
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest
from django.urls import reverse

LINK, PUBLIC = "link", "public"
COOKIE = "pim_portal"
DAYS = 90  # how long a browser that came by a link is known

_signer = Signer(salt="channels.portal")


def names_of(text: Any) -> list[str]:
    """The partners that are listed, a name on each line."""
    return [" ".join(line.split()) for line in str(text or "").splitlines() if line.strip()]


def key_of(channel: str, partner: str) -> str:
    """What a partner's link carries; the same for as long as the name is listed."""
    return _signer.sign_object([channel, partner])


def partner_of(channel: str, settings: Mapping[str, Any], key: str) -> str:
    """Whose link it is; "" where nobody's, any more."""
    try:
        known = _signer.unsign_object(key)
    except (BadSignature, ValueError):
        return ""
    is_listed = (
        isinstance(known, list)
        and len(known) == 2
        and known[0] == channel
        and known[1] in names_of(settings.get("partners"))
    )
    return str(known[1]) if is_listed else ""


def may_look(request: HttpRequest, channel: str, settings: Mapping[str, Any]) -> bool:
    if settings.get("access") == PUBLIC:
        return True
    return bool(partner_of(channel, settings, request.COOKIES.get(COOKIE, "")))


def address_of(channel: str) -> str:
    """Where the portal stands, for somebody outside."""
    return installation.PIM_BASE_URL + reverse("portal", args=[channel])


def links_of(channel: str, settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(partner, the link to send)."""
    address = address_of(channel)
    return [(name, f"{address}?key={key_of(channel, name)}") for name in names_of(settings.get("partners"))]
