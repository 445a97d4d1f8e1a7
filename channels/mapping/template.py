"""What a kind of channel wants of a product, as its connector says: one entry for each field of the channel.

A template is data of the code and never stored. What is made of it (FieldMapping, Requirement) belongs to the manager.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from catalog.structure.specs import OptionSpec


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an attribute is about, so that ours is found: its type, and the codes and labels it usually has.

    `codes`: the best first; they and `labels` (in any language) are compared without case, blanks and punctuation.
    `params`: what the attribute's parameters have to say as well, as {"family": "weight"}.
    """

    types: tuple[str, ...]
    codes: tuple[str, ...]
    labels: tuple[str, ...] = ()
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TemplateField:
    """`target` as in FieldMapping; `level`: the channel lists nothing without it, or lists it worse; `limits` and
    `transforms` as channels.sheets has them; `word`: the channel's word for an option of ours, None where it has none;
    `told`: where the limits are from."""

    target: str
    label: Any
    group: Any
    help: Any = ""
    meaning: Meaning | None = None
    level: Literal["required", "warning", ""] = ""
    localized: bool = False
    limits: Mapping[str, Any] = field(default_factory=dict)
    transforms: Sequence[Mapping[str, Any]] = ()
    word: Callable[[OptionSpec], str | None] | None = None
    told: str = ""

    @property
    def is_required(self) -> bool:
        return self.level == "required"

    def facts(self) -> dict[str, Any]:
        """What of it becomes part of a row: as Channel.template keeps it, to tell later what a manager changed."""
        return {
            "required": self.is_required,
            "limits": dict(self.limits),
            "transforms": [dict(step) for step in self.transforms],
        }


def country(option: OptionSpec) -> str | None:
    """ISO 3166-1, two letters: the option's own code, where it is one."""
    code = option.code.strip().upper()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else None
