"""Where a portal stands and by which links one gets in, on its channel's page."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.access import can
from catalog.models import User
from channels.models import Channel, PortalPage
from channels.portal import links
from channels.portal.views import CODE


@dataclass(frozen=True, slots=True)
class Shown:
    """`links`: (partner, link), for those who may edit the channel; `is_shut`: nobody has one yet, and it is open to no one else."""

    address: str
    pages: int
    links: list[tuple[str, str]]
    is_shut: bool


def shown(channel: Channel, user: User) -> Shown | None:
    """None for a channel of another kind."""
    if channel.connector != CODE:
        return None
    by_link = channel.settings.get("access") != links.PUBLIC
    listed = links.links_of(channel.code, channel.settings) if by_link and can(user, "channel.edit") else []
    pages = PortalPage.objects.filter(channel=channel).count()
    is_shut = by_link and not links.names_of(channel.settings.get("partners"))
    return Shown(links.address_of(channel.code), pages, listed, is_shut)
