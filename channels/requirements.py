"""Which families a change of a channel's required attributes touches: only their products are counted anew."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _

from catalog.jobs import enqueue
from catalog.structure.announce import announce
from catalog.structure.snapshot import Structure
from channels.models import Channel, Requirement

Lines = Mapping[int | None, Mapping[int, str]]  # family's id, None for all → attribute's id → level


def lines_of(channel_id: int) -> Lines:
    """What is listed now; ask before and after a change."""
    lines: dict[int | None, dict[int, str]] = {}
    rows = Requirement.objects.filter(channel_id=channel_id).values_list("family_id", "attribute_id", "level")
    for family, attribute, level in rows:
        lines.setdefault(family, {})[attribute] = level
    return lines


def families_touched(before: Lines, after: Lines, structure: Structure) -> list[int]:
    """Ids of the families of which something else is asked: their own line goes before the one for all families."""
    touched = []
    ids = {code: spec.id for code, spec in structure.attributes.items()}
    for family in structure.families.values():
        has = {ids[code] for code in family.attributes if code in ids}
        asked = [
            {
                pk: level
                for pk, level in {**lines.get(None, {}), **lines.get(family.id, {})}.items()
                if pk in has
            }
            for lines in (before, after)
        ]
        if asked[0] != asked[1]:
            touched.append(family.id)
    return sorted(touched)


def changed(channel: Channel, before: Lines, *, by: int | None = None) -> list[int]:
    """Tells that only the required attributes changed, from `before`; ids of the families it touches.

    In the transaction of the change: raises `profile_rev`, and enqueues scores, tokens and stale marks of their products.
    """
    families = families_touched(before, lines_of(channel.pk), Structure.current())
    Channel.objects.filter(pk=channel.pk).update(profile_rev=F("profile_rev") + 1)
    announce("requirement", families, by=by)
    if families:
        enqueue(
            "channels.recount",
            {"channel": channel.pk, "families": families},
            by=by,
            queue="delivery",
            title=_("Completeness, after a change of what a channel requires"),
            language=settings.LANGUAGE_CODE,
        )
    return families
