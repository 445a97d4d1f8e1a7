"""What keeps a product from its channels, as sentences that lead to the field: what is missing, and what a channel refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from catalog.access import Rights
from catalog.structure.snapshot import Structure
from catalog.values.bundle import Bundle, attributes_at
from enrichment.readiness import ChannelReadiness, Missing, missing_item
from enrichment.workbench.page.listings import Panel

SHOWN = 6


@dataclass(slots=True)
class Blocker:
    """`where.href` leads to the field, "" where nobody writes it here; `channels`: the labels of those it is in the way of."""

    text: str
    where: Missing
    channels: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Blockers:
    """The first SHOWN, and the others."""

    first: list[Blocker]
    others: list[Blocker]

    def __bool__(self) -> bool:
        return bool(self.first)


def on_page(
    ready: Iterable[ChannelReadiness],
    panels: Sequence[Panel],
    bundle: Bundle,
    structure: Structure,
    rights: Rights,
) -> Blockers:
    """Each once, whatever the number of channels: refused ones first. Only what this person may see. No query."""
    found: dict[tuple[str, str, str], Blocker] = {}

    def add(code: str, locale: str, text: str, where: Missing, channel: str) -> None:
        spec = structure.attributes[code]
        if rights.may_view_key(spec, locale, None if spec.scopable else ""):
            blocker = found.setdefault((code, locale, text), Blocker(text, where))
            if channel not in blocker.channels:
                blocker.channels.append(channel)

    writable = frozenset(attributes_at(bundle, structure))
    for panel in panels:
        for error in panel.listing.errors if panel.listing else ():
            spec = structure.attributes.get(str(error.get("attribute") or ""))
            if spec is not None:
                locale = str(error.get("locale") or "") if spec.localizable else ""
                text = f"{_place(spec.label(), locale)}: {error.get('message', '')}"
                where = missing_item(spec, locale, bundle, writable)
                add(spec.code, locale, text, where, panel.channel.label)
    for channel in ready:
        for place in channel.places:
            for item in place.items:
                locale = place.locale if item.spec.localizable else ""
                text = _("%(field)s is missing") % {"field": _place(item.label, locale)}
                add(item.spec.code, locale, text, item, channel.channel.label)
    listed = list(found.values())
    return Blockers(listed[:SHOWN], listed[SHOWN:])


def _place(label: str, locale: str) -> str:
    return f"{label} ({locale})" if locale else label
