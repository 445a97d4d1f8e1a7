"""A sheet, and what is written down of one, as whoever reads may see it: what is made of attributes, languages or contexts
that their roles do not show is left out. A channel gets all of it, whoever looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.access import Rights
from catalog.structure.snapshot import Structure
from catalog.values.bundle import Bundle
from channels import protection
from channels.profile import ChannelSpec
from channels.sheets.build import SheetUnit, rows_of
from channels.sheets.problems import Problem

RightsAt = Callable[[Bundle], Rights]
# Parts of a sheet that are no values; "" is the product as a whole.
_NO_VALUES = frozenset(["", "sku", "sku_there", "model", "family", "categories", "status"])


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the part of one product. `rights`: the person's there."""

    bundle: Bundle
    channel: ChannelSpec
    structure: Structure
    rights: Rights

    def may_see(self, target: str, locale: str = "") -> bool:
        """A field of the channel, in the locale where it is by locale. One that nobody knows any more is for who sees all."""
        if self.rights.everything:
            return True
        codes = rows_of(self.bundle, self.channel, self.structure).origins.get(target)
        if codes is None:
            return target in _NO_VALUES or self.rights.covers_all("product.view")
        return all(self.may_see_attribute(code, locale) for code in codes)

    def may_see_attribute(self, code: str, locale: str = "") -> bool:
        """As the channel resolves it."""
        spec = self.structure.attributes.get(code)
        if spec is None:
            return self.rights.covers_all("product.view")
        first = next(iter(self.channel.locales or self.structure.locales), "")
        return self.rights.may_view_key(
            spec, (locale or first) if spec.localizable else "", self.channel.context if spec.scopable else ""
        )

    def may_see_path(self, path: str) -> bool:
        place = protection.where(path)
        return self.may_see(place.target, place.locale)

    def may_be_told(self, error: Mapping[str, Any]) -> bool:
        """An error as Listing.errors has it."""
        attribute, locale = str(error.get("attribute") or ""), str(error.get("locale") or "")
        is_seen = not attribute or self.may_see_attribute(attribute, locale)
        return is_seen and self.may_see(str(error.get("field") or ""), locale)


@dataclass(slots=True)
class Readable:
    """`payload`: the sheet's, without the `hidden` fields."""

    payload: dict[str, Any]
    problems: list[Problem]
    hidden: int = 0


def readable(
    payload: Mapping[str, Any],
    problems: list[Problem],
    unit: SheetUnit,
    channel: ChannelSpec,
    structure: Structure,
    rights: RightsAt,
) -> Readable:
    own = Reader(unit.bundle, channel, structure, rights(unit.bundle))
    below = {each.product.sku: Reader(each, channel, structure, rights(each)) for each in unit.variants}
    made, hidden = _part(payload, own)
    if "variants" in payload:
        parts = [_part(part, below.get(part["sku"], own)) for part in payload["variants"]]
        made["variants"] = [part for part, _hidden in parts]
        hidden |= {name for _part, names in parts for name in names}
    if "axes" in payload:
        made["axes"] = [each for each in payload["axes"] if own.may_see_attribute(each["code"])]
    told = [each for each in problems if below.get(each.sku, own).may_be_told(each.as_json())]
    return Readable(made, told, len(hidden))


def _part(part: Mapping[str, Any], reader: Reader) -> tuple[dict[str, Any], set[str]]:
    """(the part of one product, the fields that are left out)."""
    made, hidden = dict(part), set[str]()

    def seen(fields: Mapping[str, Any], locale: str = "") -> dict[str, Any]:
        found = {name: value for name, value in fields.items() if reader.may_see(name, locale)}
        hidden.update(fields.keys() - found.keys())
        return found

    made["fields"] = seen(part.get("fields", {}))
    made["locales"] = {locale: seen(fields, locale) for locale, fields in part.get("locales", {}).items()}
    if part.get("images") and not reader.may_see("images"):
        made["images"] = []
        hidden.add("images")
    if isinstance(axes := part.get("axes"), Mapping):
        made["axes"] = {code: value for code, value in axes.items() if reader.may_see_attribute(code)}
    return made, hidden
