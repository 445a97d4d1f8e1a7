"""Fields that a channel may have its own way: of a profile, and accepted for one listing.

Channel.protected: {"compare": [fields], "overwrite": [fields]}, by the names of the sheet's fields. What is never compared is
sent and not read back; what is never overwritten is filled when the product is new there, and then is the channel's.
Listing.kept: paths of a sheet ("locales.de_DE.title"; "variants.SKU-1"; "" for the whole) that somebody accepted as they
are there.

A connector sends whole products, and a field it leaves out is one it empties. So a field that is the channel's is sent with
the value that the channel shows, read back right before where the connector tells its fields; of one that does not, only the
whole product can be accepted, which then is not sent at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from channels.models import Listing
from channels.profile import ChannelSpec
from channels.sheets.build import Sheet
from channels.sheets.diff import leaves
from channels.sheets.problems import Problem

if TYPE_CHECKING:
    from channels.connectors.base import Connector

KEYS = ("compare", "overwrite")
UNDECIDED = ("edited", "missing", "truncated")  # kinds that are somebody's to decide; what is stale is ours
_PART = re.compile(
    r"variants\.(?P<sku>.+)\.(?P<target>images|axes|sku|sku_there|family|model|categories|status)"
)
_PATH = re.compile(r"(?:variants\.(?P<sku>.+?)\.)?(?:locales\.(?P<locale>[^.]+)|fields)\.(?P<target>.+)")


@dataclass(frozen=True, slots=True)
class Where:
    """A path of a sheet taken apart. `is_part`: no field, but "images", "categories", or ("variants.SKU-1") a whole variant."""

    target: str
    locale: str = ""
    sku: str = ""
    is_part: bool = field(default=False, compare=False)

    @property
    def is_variant(self) -> bool:
        return self.is_part and self.target.startswith("variants.")


def where(path: str) -> Where:
    if found := _PATH.fullmatch(path):
        return Where(found["target"], found["locale"] or "", found["sku"] or "")
    if part := _PART.fullmatch(path):
        return Where(part["target"], sku=part["sku"], is_part=True)
    return Where(path, is_part=True)


def variant_of(path: str) -> str:
    """The SKU of the variant that a path of a sheet is about, "" where it is about none."""
    place = where(path)
    return place.target.removeprefix("variants.") if place.is_variant else place.sku


def clean(protected: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is stored. Raises ValidationError for other parts than KEYS, and where they are no lists of names."""
    errors = [_("'%s' is nothing that can be protected.") % key for key in sorted(set(protected) - set(KEYS))]
    cleaned = {}
    for key in KEYS:
        names = protected.get(key) or []
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            errors.append(_("Write the fields one below the other."))
        elif names:
            cleaned[key] = list(dict.fromkeys(names))
    if errors:
        raise ValidationError(errors)
    return cleaned


def clean_for(connector: type[Connector] | None, protected: Mapping[str, Any]) -> dict[str, list[str]]:
    """As clean. What is never overwritten is sent as the channel shows it, so it has to be one that tells."""
    cleaned = clean(protected)
    if cleaned.get("overwrite") and connector is not None and not connector.tells_fields:
        text = _(
            "%s does not tell which values it holds: leave this empty, or say in its settings what is its own."
        )
        raise ValidationError(text % connector.label)
    return cleaned


def is_compared(path: str, row: Listing, channel: ChannelSpec) -> bool:
    names = {*channel.protected.get("compare", ()), *channel.protected.get("overwrite", ())}
    return path not in row.kept and where(path).target not in names


def may_be_kept(path: str) -> bool:
    """By the SKU we know it."""
    return where(path).target not in ("sku", "sku_there")


def is_kept_whole(row: Listing) -> bool:
    return "" in row.kept and bool(row.sent_hash)


def undecided(row: Listing, channel: ChannelSpec) -> dict[str, dict[str, Any]]:
    """Field → entry of Listing.drift that waits for somebody's decision; only where the profile asks for one."""
    if channel.on_drift != "ask":
        return {}
    return {entry["field"]: entry for entry in row.drift if entry.get("kind") in UNDECIDED}


def is_waiting_whole(row: Listing, channel: ChannelSpec) -> bool:
    """Whether the product as a whole is otherwise, or gone, and nobody has decided yet."""
    return bool(row.sent_hash) and "" in undecided(row, channel)


def theirs_of(row: Listing, channel: ChannelSpec) -> dict[str, Any]:
    """Path → the value the channel shows there, as far as we know, of all that is the channel's own; None: it shows none."""
    if not row.sent_hash or not row.sent_sheet:
        return {}
    waiting = {path: entry["seen"] for path, entry in undecided(row, channel).items() if path}
    names = set(channel.protected.get("overwrite", ()))
    if not names and not row.kept and not waiting:
        return {}
    held = dict(leaves(row.sent_sheet))
    theirs = {path: value for path, value in held.items() if where(path).target in names}
    return theirs | waiting | {path: held.get(path) for path in row.kept if path}


def with_theirs(sheet: Sheet, theirs: Mapping[str, Any]) -> Sheet:
    """The sheet with these values in place of ours. Its hash is still the old one: see gate.as_sent."""
    if not theirs:
        return sheet
    payload = put(sheet.payload, theirs)
    problems = tuple(each for each in sheet.problems if not is_about(each, theirs))
    return replace(sheet, payload=payload, problems=problems, content=None)


def is_about(problem: Problem, theirs: Mapping[str, Any]) -> bool:
    """Whether a problem is met in what is the channel's own: that is not ours to mend, and the channel has it already."""
    return any(where(path) == Where(problem.field, problem.locale, problem.sku) for path in theirs)


def put(payload: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with these values at their paths; None takes one out. Of "variants.SKU-1" the value is the whole variant."""
    copied = deepcopy(dict(payload))
    for path, value in values.items():
        place = where(path)
        if place.is_variant:
            if "variants" in copied:
                others = [one for one in copied["variants"] if f"variants.{one.get('sku')}" != path]
                copied["variants"] = others if value is None else [*others, deepcopy(value)]
            continue
        part: Any = copied
        if place.sku:
            part = next((each for each in copied.get("variants", ()) if each.get("sku") == place.sku), None)
            if part is None:
                continue
        if place.is_part:
            _put(part, place.target, value)
        elif place.locale:
            _put(part.setdefault("locales", {}).setdefault(place.locale, {}), place.target, value)
        else:
            _put(part.setdefault("fields", {}), place.target, value)
    return copied


def _put(part: dict[str, Any], name: str, value: Any) -> None:
    if value is None:
        part.pop(name, None)
    else:
        part[name] = value


def seen_at(sheet: Mapping[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """What a sheet that was read back says at these paths; of "variants.SKU-1" the whole variant."""
    held = dict(leaves(sheet)) | {f"variants.{one.get('sku')}": one for one in sheet.get("variants") or ()}
    return {path: held.get(path) for path in paths}
