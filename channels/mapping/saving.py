"""The mapping of a channel as a whole, stored in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.structure.snapshot import Structure
from channels import profiles
from channels.categories.mapping import CATEGORY
from channels.mapping.drafts import Draft, checked
from channels.mapping.template import TemplateField
from channels.models import Channel, FieldMapping


class ChangedMeanwhile(Exception):
    """The profile is not the one these drafts were made from."""


def check(drafts: Sequence[Draft], structure: Structure) -> list[tuple[Draft, dict[str, Any]]]:
    """Those that are sent, with what to store of each; what is wrong stands in their `errors`."""
    told, seen = [], set()
    for draft in drafts:
        if not draft.kind:
            continue
        told.append((draft, checked(draft, structure)))
        place = (draft.family.casefold(), draft.target)
        if place in seen:
            draft.errors["target"].append(_("This field is listed for this family already."))
        seen.add(place)
    return told


def begun(channel_id: int, checked: Sequence[tuple[Draft, Mapping[str, Any]]]) -> list[Draft]:
    """Of what `check` told those that are to be made of categories and have a word for none yet. As on the page of categories
    their source is not stored before their first word, which is given there. What has no row needs it here where it is a
    family's, or where it would be the first row: that makes a mapping, and all that was sent without one would not be.
    """
    rows = FieldMapping.objects.filter(channel_id=channel_id, source=CATEGORY)
    made_so = set(rows.values_list("pk", flat=True))
    found = [
        draft
        for draft, values in checked
        if draft.kind == "category" and not values["value_list"] and draft.pk not in made_so
    ]
    has_others = any(draft.pk for draft in found) or len(found) < len(checked)
    for draft in found:
        if not draft.pk and (draft.family or not has_others):
            told = _("Give one of your categories the channel's below, as text: else nothing would be sent.")
            draft.errors["text"].append(told)
    return found


def save(
    channel_id: int,
    drafts: Sequence[Draft],
    template: Sequence[TemplateField],
    structure: Structure,
    *,
    profile_rev: int,
    by: int,
    begun: Sequence[Draft] = (),
) -> bool:
    """Stores drafts without errors; False where nothing changed. A draft that is not sent takes its row away. Those of `begun`
    are not made otherwise yet: of one that has a row its limits and whether it is required are stored.

    Locks the channel's row. Raises ChangedMeanwhile where its profile is no longer at `profile_rev`.
    """
    waiting = {id(draft) for draft in begun}
    drafts = [draft for draft in drafts if draft.pk or id(draft) not in waiting]
    sent = check(drafts, structure)
    if any(draft.errors for draft in drafts):
        raise ValueError("drafts with errors are not stored")
    facts = {field.target: field.facts() for field in template}
    with transaction.atomic():
        channel = Channel.objects.select_for_update().get(pk=channel_id)
        if channel.profile_rev != profile_rev:
            raise ChangedMeanwhile
        stored = {row.pk: row for row in channel.fields.all()}
        is_changed = _remove(stored, drafts)
        by_place = {(row.family_id, row.target): row for row in stored.values()}
        place = max((row.position for row in stored.values()), default=-1) + 1
        places = {field.target: number for number, field in enumerate(template)}
        for draft, values in sent:
            family = structure.family_by_code[draft.family.casefold()].id if draft.family else None
            row = stored.get(draft.pk) or by_place.get((family, draft.target))
            if id(draft) in waiting:
                kept = {name: values[name] for name in ("required", "limits")}
                is_changed = (row is not None and _update(row, kept)) or is_changed
            elif row is None:
                position = places.get(draft.target, place)
                FieldMapping.objects.create(channel=channel, family_id=family, position=position, **values)
                place, is_changed = place + 1, True
            else:
                is_changed = _update(row, values) or is_changed
        taken = {**channel.template, **_taken(drafts, stored, facts)}
        if taken != channel.template:
            channel.template = taken
            channel.save(update_fields=["template"])
        if is_changed:
            profiles.changed(channel, by=by)
    return is_changed


def _remove(stored: Mapping[int, FieldMapping], drafts: Sequence[Draft]) -> bool:
    gone = [draft.pk for draft in drafts if not draft.kind and draft.pk in stored]
    if gone:
        FieldMapping.objects.filter(pk__in=gone).delete()
    return bool(gone)


def _update(row: FieldMapping, values: Mapping[str, Any]) -> bool:
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.save(update_fields=changed)
    return bool(changed)


def _taken(
    drafts: Sequence[Draft], stored: Mapping[int, FieldMapping], facts: Mapping[str, Any]
) -> dict[str, Any]:
    """What the manager has now seen of the template: said so, or began to send the field."""
    return {
        draft.target: facts[draft.target]
        for draft in drafts
        if draft.target in facts and (draft.seen or (draft.kind and draft.pk not in stored))
    }
