"""What channels adds to a takeover: each of Akeneo's channels as a paused draft, and what it requires of the families."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Attribute, Family
from catalog.takeovers.akeneo.codes import split
from catalog.takeovers.akeneo.draft import Draft
from catalog.takeovers.akeneo.families import Members
from catalog.takeovers.parts import Line, Part, take_in
from catalog.takeovers.steps import Step, register
from channels import requirements
from channels.models import Channel, Requirement

# Files on this machine: nothing leaves it until somebody chooses where to, and resumes.
CONNECTOR = "feed"
SETTINGS = {"format": "csv", "layout": "together", "name": "products", "keep": 5}
_HEADERS = ["code", "context", "connector", "locales", "currencies", "category_tree", "settings", "counts_sku", "is_active"]  # fmt: skip


def channels(draft: Draft) -> Part:
    """A channel that is here already is left as it is. The SKU counts, as it does there, so that percentages compare."""
    part = Part("channels", _("Channels"), "channels", [*_HEADERS, *draft.label_headers("channels")])
    here = {code.casefold() for code in Channel.objects.values_list("code", flat=True)}
    for row in draft.rows("channels"):
        code = draft.contexts.get(row["code"]) or ""
        if code.casefold() in here:
            part.same += 1
            continue
        tree = draft.categories.get(row.get("tree", ""))
        if row.get("tree") and tree is None:
            part.notes.append(
                _("%(code)s: its category tree %(tree)s is in no file, so it is made without one.")
                % {"code": code, "tree": row["tree"]}
            )
        part.add(
            code=code, context=code, connector=CONNECTOR, locales=",".join(split(row.get("locales", ""))),
            currencies=",".join(split(row.get("currencies", ""))), category_tree=tree or "", settings=orjson.dumps(SETTINGS).decode(),
            counts_sku="1", is_active="1", **draft.labels(row),
        )  # fmt: skip
    if part.rows:
        part.notes.append(_("They are made as paused drafts: nothing is sent before you choose how, and resume them."))  # fmt: skip
    return part


def take_channels(part: Part, rows: Sequence[Sequence[str]], line: Line, user: Any) -> None:
    take_in(part, rows, line, user=user)
    codes = [row[part.headers.index("code")] for row in rows]
    made = Channel.objects.filter(code__in=codes, connector=CONNECTOR).exclude(paused_at=None)
    made.update(
        paused_reason=_("Moved here from Akeneo: choose its connector and its fields, then resume it.")
    )


def required(draft: Draft) -> Part:
    """A row for each attribute that a channel requires of a family. What is required here besides stays."""
    part = Part("requirements", _("Required attributes"), "families", ["channel", "family", "attribute"])
    members = Members(draft)
    codes = {row["code"]: draft.contexts.get(row["code"]) or "" for row in draft.rows("channels")}
    for row in draft.rows("families"):
        family = draft.families.get(row["code"]) or ""
        for theirs, channel in codes.items():
            found, _unknown = members.of(row.get(f"requirements-{theirs}", ""))
            for attribute in found:
                part.add(channel=channel, family=family, attribute=attribute)
    return part


def take_required(part: Part, rows: Sequence[Sequence[str]], line: Line, user: Any) -> None:
    """Set-based, and told by the families it touches: each product is counted anew once."""
    by_channel: dict[str, list[tuple[str, str]]] = {}
    for channel, family, attribute in rows:
        by_channel.setdefault(channel, []).append((family, attribute))
    stored = {channel.code: channel for channel in Channel.objects.filter(code__in=by_channel)}
    families = dict(Family.objects.filter(code__in={row[1] for row in rows}).values_list("code", "pk"))
    attributes = dict(Attribute.objects.filter(code__in={row[2] for row in rows}).values_list("code", "pk"))
    with transaction.atomic():
        for code, wanted in by_channel.items():
            if code not in stored:
                line.leave(code, _("There is no such channel."))
                continue
            _require(stored[code], wanted, families, attributes, line, user)


def _require(
    channel: Channel,
    wanted: Sequence[tuple[str, str]],
    families: dict[str, int],
    attributes: dict[str, int],
    line: Line,
    user: Any,
) -> None:
    before = requirements.lines_of(channel.pk)
    new = []
    for family, attribute in wanted:
        if family not in families or attribute not in attributes:
            line.leave(f"{channel.code} / {family} / {attribute}", _("The family or the attribute is not here."))  # fmt: skip
        elif attributes[attribute] in before.get(families[family], {}):
            line.same += 1
        else:
            new.append(
                Requirement(
                    channel=channel, family_id=families[family], attribute_id=attributes[attribute], level="required"
                )
            )  # fmt: skip
    Requirement.objects.bulk_create(new)
    line.new += len(new)
    if new:
        requirements.changed(channel, before, by=getattr(user, "pk", None))


register(
    Step(
        "channels",
        200,
        channels,
        take_channels,
        after_products=True,
        verb="channel.edit",
        page="admin:channels_channel_changelist",
    )
)
register(Step("requirements", 210, required, take_required, after_products=True, is_leaf=True, verb="channel.edit", page="admin:channels_channel_changelist"))  # fmt: skip
