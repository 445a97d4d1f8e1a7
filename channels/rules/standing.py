"""A rule's row beside its pack: as proposed, adjusted by somebody here, or older than the pack. As channels.mapping.standing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from channels.models import PackedRule
from channels.rules.pack import Rule


@dataclass(frozen=True, slots=True)
class Standing:
    """new: the pack has had this rule only since; changed: it says something else since; adjusted: the row is as somebody
    here wanted it. `lines`: (what, here, in the pack)."""

    kind: Literal["same", "new", "changed", "adjusted"] = "same"
    lines: tuple[tuple[str, str, str], ...] = ()


def standing(rule: Rule, row: PackedRule | None) -> Standing:
    if row is None:
        return Standing("new")
    now = rule.facts()
    here = {"level": row.level, "counts_from": row.counts_from.isoformat() if row.counts_from else None}
    lines = tuple(
        (label, _said(name, here[name]), _said(name, now[name]))
        for name, label in (("level", _("Severity")), ("counts_from", _("Counts from")))
        if here[name] != now[name]
    )
    if not lines:
        return Standing()
    return Standing("adjusted" if row.told == now else "changed", lines)


def _said(name: str, value: Any) -> str:
    if name == "level":
        return str(PackedRule.Level(value).label)
    day = parse_date(value) if value else None
    return date_format(day, "SHORT_DATE_FORMAT") if day else "–"
