"""What a channel shows beside a sheet, whichever way its connector tells it. No request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from channels import protection
from channels.connectors.base import Connector, Seen
from channels.delivery.gate import as_sent
from channels.delivery.prepare import Prepared
from channels.models import Listing
from channels.sheets.diff import leaves

EARLIER = 2  # values of a field that are remembered
LONGEST = 4000  # characters of one; a longer one is not


def beside(connector: Connector, seen: Seen, sheet: Mapping[str, Any], hash: str) -> Seen:
    """With its sheet in the form of this one. Without its hash where it shows something else than that stands for."""
    if seen.shown is None:
        return seen
    told = connector.as_sheet(seen, sheet, hash=hash)
    if told is None:
        return seen
    return replace(seen, sheet=told, hash=seen.hash if told == sheet else "")


def as_it_is_there(connector: Connector, one: Prepared, seen: Seen) -> tuple[Prepared, Seen]:
    """What is to be sent with what is the channel's own as it shows it now, and what it shows beside that."""
    sheet = one.decision.sheet
    if sheet is None or one.is_renamed:
        return one, seen
    told = beside(connector, seen, sheet.payload, sheet.hash)
    if not one.theirs or told.sheet is None:
        return one, told
    theirs = protection.seen_at(told.sheet, one.theirs) | _back(connector, one, seen)
    if theirs == one.theirs:
        return one, told
    sheet = protection.with_theirs(sheet, theirs)
    sheet = as_sent(sheet, connector.content(sheet.payload, connector.settings), changed=True)
    one = replace(one, decision=replace(one.decision, sheet=sheet), theirs=theirs)
    return one, beside(connector, seen, sheet.payload, sheet.hash)


def _back(connector: Connector, one: Prepared, seen: Seen) -> dict[str, Any]:
    """Path → value of fields that were missing and wait for a decision, where they are there again.

    The sheet that is to be sent does not have them, so that they are asked for by ours.
    """
    sheet = one.decision.sheet
    ours = {
        each["field"]: each["sent"]
        for each in one.listing.drift
        if each["field"] in one.theirs
        and each["seen"] is None
        and not protection.where(each["field"]).is_variant
    }
    if sheet is None or seen.shown is None or not ours:
        return {}
    told = connector.as_sheet(seen, protection.put(sheet.payload, ours)) or {}
    return {path: value for path, value in protection.seen_at(told, ours).items() if value is not None}


def earlier_values(
    row: Listing, sheet: Mapping[str, Any] | None, theirs: Iterable[str]
) -> dict[str, list[Any]]:
    """Listing.earlier once this sheet is what was sent last: of each field that changed the newest values of ours before it.

    `theirs`: fields in which the sheet has what is the channel's own. They are noted under "", so that it never counts as ours.
    """
    if sheet is None:
        return {}
    own = sorted({path for path in theirs if path})
    noted = {"": own} if own else {}
    if row.sent_sheet is None:
        return noted
    now = dict(leaves(sheet))
    not_ours = set(row.earlier.get("", ()))
    known = {path: list(values) for path, values in row.earlier.items() if path in now}
    for path, value in leaves(row.sent_sheet):
        if path in now and now[path] != value and path not in not_ours and len(str(value)) <= LONGEST:
            others = [one for one in known.get(path, ()) if one not in (value, now[path])]
            known[path] = [value, *others][:EARLIER]
    return known | noted


def showing_earlier(connector: Connector, row: Listing, seen: Seen) -> set[str]:
    """The fields in which the channel shows a value of ours that was sent before."""
    sent, there = dict(leaves(row.sent_sheet or {})), dict(leaves(seen.sheet or {}))
    found = set()
    for path, values in row.earlier.items():
        if not path or sent.get(path) == there.get(path):
            continue
        for value in values:
            told = connector.as_sheet(seen, protection.put(row.sent_sheet or {}, {path: value}))
            if told is not None and dict(leaves(told)).get(path) == value:
                found.add(path)
    return found
