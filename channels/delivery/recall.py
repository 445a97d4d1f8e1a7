"""A variant that should not be there is taken out of its item also while that waits: disabled, trashed or no longer approved,
it is not sold on because a text of its model is missing. The item is sent as it was, without the variant, and waits on.
Not where parts of it are the channel's own or wait for a decision about drift: what was sent last is not what is to be there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils import timezone

from channels.connectors.base import Connector, PushItems
from channels.delivery.gate import Decision, as_sent
from channels.delivery.prepare import Prepared
from channels.models import Listing
from channels.sheets.build import Sheet
from pim.lib.canonical import canonical_hash


def each(prepared: Iterable[Prepared], connector: Connector, settings: Mapping[str, Any]) -> list[Prepared]:
    return [recalled(one, type(connector), settings, at=timezone.now()) for one in prepared]


def recalled(
    one: Prepared, connector: type[Connector], settings: Mapping[str, Any], *, at: datetime
) -> Prepared:
    """The same, or to be sent as it was sent last without such variants; then it is due again at once, and held."""
    gone, sent = one.decision.gone, one.listing.sent_sheet or {}
    if one.decision.kind != "held" or not gone or not one.listing.is_there or one.is_renamed:
        return one
    if not issubclass(connector, PushItems) or one.listing.state == Listing.State.REFUSED:
        return one  # it was refused without them: it waits for an edit, as anything that is refused
    variants = sent.get("variants") or []
    left = [variant for variant in variants if variant.get("sku") not in gone]
    if not left or len(left) == len(variants):
        return one
    payload = {**sent, "variants": left}
    content, refused = connector.judged(payload, settings)
    if refused:
        return one
    sheet = as_sent(Sheet(payload, canonical_hash(payload), {}), content)
    return replace(one, decision=Decision("present", sheet=sheet), due_at=at)
