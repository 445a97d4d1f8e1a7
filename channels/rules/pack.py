"""A pack of rules: what a law asks of the offer of a product, as data of the code, each rule with its source and date.

A pack is never stored. What is made of it (RulePack, PackedRule) belongs to the manager; see docs/decisions for why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from channels.mapping.template import Meaning

# filled: the attribute has a value; shares: its percentages add to 100; proof: texts that claim something need the
# attribute, which proves it.
Check = Literal["filled", "shares", "proof"]


@dataclass(frozen=True, slots=True)
class Rule:
    """`code` within its pack; `label`: the attribute that is asked for, `says`: what is to be there, in a sentence.

    `source`: where it is written; `counts_from`: the first day on which it counts, None where it always has; `in_language`:
    asked in the languages of the countries of destination alone; `outside_eu`: asked only where the maker's country, which
    an attribute tells, is no member state.
    """

    code: str
    label: Any
    says: Any
    source: str
    meaning: Meaning
    counts_from: date | None = None
    level: Literal["required", "warning"] = "required"
    check: Check = "filled"
    in_language: bool = False
    outside_eu: bool = False

    def facts(self) -> dict[str, Any]:
        """What of it becomes part of a row: as PackedRule.told keeps it, to tell later what a manager changed."""
        return {
            "level": self.level,
            "counts_from": self.counts_from.isoformat() if self.counts_from else None,
        }


@dataclass(frozen=True, slots=True)
class Pack:
    """`everywhere`: it is about every product, where no family or category is named; else about none."""

    code: str
    label: Any
    about: Any
    law: str
    address: str
    rules: Sequence[Rule]
    everywhere: bool = False

    @property
    def by_code(self) -> Mapping[str, Rule]:
        return {rule.code: rule for rule in self.rules}
