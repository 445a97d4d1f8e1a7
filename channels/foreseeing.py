"""What a planned change would cost: channels and languages for which products are complete now and would not be."""

from __future__ import annotations

from collections.abc import Mapping

from catalog import participants
from catalog.participants import Foreseen
from catalog.structure.snapshot import Structure
from catalog.values.bundle import Bundle
from channels import completeness, profile


def losses(before: Mapping[int, Bundle], after: Mapping[int, Bundle]) -> dict[int, list[Foreseen]]:
    """By product id. Pure but for the profiles, which are kept in memory."""
    structure = Structure.current()
    profiles = profile.current(structure)
    if not profiles.active:
        return {}
    computer = completeness.of(profiles)
    found: dict[int, list[Foreseen]] = {}
    for pk, bundle in after.items():
        was = computer.slots(before[pk])
        for slot, score in computer.slots(bundle).items():
            if not score.missing or slot not in was or was[slot].missing:
                continue
            channel = profiles.by_id[slot.channel]
            missing = completeness.missing(bundle, channel, slot.locale, structure)
            locale = structure.locales.get(slot.locale)
            where = f"{channel.label} · {locale.name if locale else slot.locale}"
            found.setdefault(pk, []).append(
                Foreseen(channel.code, channel.label, where, tuple(spec.label() for spec in missing))
            )
    return found


participants.register_foresight(losses)
