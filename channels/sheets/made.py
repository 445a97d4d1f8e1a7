"""A value on its way into a sheet, and the place for which it is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import Bundle
from catalog.values.resolve import resolve
from channels.profile import ChannelSpec
from channels.sheets.files import NO_FILES, Files


@dataclass(frozen=True, slots=True)
class Place:
    """For which product, channel, locale and time a value is asked."""

    bundle: Bundle
    channel: ChannelSpec
    structure: Structure
    locale: str
    at: datetime | None
    files: Files = NO_FILES

    def stored(self, spec: AttributeSpec) -> Any:
        """The resolved value, prices only in the channel's currencies; None where there is none."""
        found = resolve(
            self.bundle, spec, self.structure, locale=self.locale, context=self.channel.context, at=self.at,
            fallback=self.channel.send_fallback,
        )  # fmt: skip
        value = found.value
        if others := self.bundle.linked.get(spec.code):
            own = value or []
            known = {entry["product"] for entry in own}
            value = [*own, *({"product": pk} for pk in others if pk not in known)]
        if ATTRIBUTE_TYPES[spec.type].is_empty(value):
            return None
        if spec.type == "price" and self.channel.currencies:
            value = {
                currency: amount for currency, amount in value.items() if currency in self.channel.currencies
            } or None
        return value


class Made:
    """A value on its way: JSON as the sheet carries it, the same as text (given as such, or as what makes it: of most it is
    never asked), and where it is from."""

    __slots__ = ("_text", "spec", "stored", "value")

    def __init__(
        self, value: Any, text: str | Callable[[], str], stored: Any = None, spec: AttributeSpec | None = None
    ) -> None:
        self.value = value
        self._text = text
        self.stored = stored
        self.spec = spec

    @property
    def text(self) -> str:
        if not isinstance(self._text, str):
            self._text = self._text()
        return self._text


NOTHING = Made(None, "")
