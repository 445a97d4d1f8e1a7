"""The grid's columns: which there are, how an address names them, and which a person may see.

An address has them in order, "~" between them: fields of the product ("_sku"), channels ("@shop"), and values by their key
("name|de_DE", "price||shop"). Several languages of one attribute are several columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.access import Rights
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.keys import Key, format_key
from channels.profile import ChannelSpec, Profiles

BETWEEN = "~"
MOST = 30
CHANNELS_SHOWN = 4  # where nobody chose
FIELDS: Mapping[str, Any] = {
    "_sku": _("SKU"),
    "_family": _("Family"),
    "_kind": _("Kind"),
    "_status": _("Status"),
    "_enabled": _("Enabled"),
    "_categories": _("Categories"),
    "_created": _("Created"),
    "_changed": _("Changed"),
}
SORTED_BY = {"_sku": "sku", "_changed": "changed"}  # column → the order's name


@dataclass(frozen=True, slots=True)
class Column:
    """One of `channel` and `spec`, or neither: a field of the product. `place`: language and context in words."""

    name: str
    label: str
    place: str = ""
    channel: ChannelSpec | None = None
    spec: AttributeSpec | None = None
    locale: str = ""
    context: str = ""

    @property
    def css(self) -> str:
        if self.channel is not None:
            return "col-channel"
        return "col-value" if self.spec is not None else f"col-{self.name[1:]}"

    @property
    def sort(self) -> str:
        return SORTED_BY.get(self.name, "")

    @property
    def title(self) -> str:
        return f"{self.label} · {self.place}" if self.place else self.label


def usual(profiles: Profiles) -> list[Column]:
    """What is shown where nobody chose."""
    channels = [_of_channel(each) for each in profiles.active[:CHANNELS_SHOWN]]
    fields = {name: Column(name, str(FIELDS[name])) for name in ("_sku", "_family", "_status", "_changed")}
    return [fields["_sku"], fields["_family"], fields["_status"], *channels, fields["_changed"]]


def chosen(text: str, structure: Structure, profiles: Profiles, rights: Rights) -> list[Column]:
    """The columns of an address, without those that are not there or that this person may not see; the usual ones for ""."""
    if not text:
        return usual(profiles)
    names = dict.fromkeys(text.split(BETWEEN)[: 2 * MOST])
    found = (column_of(name, structure, profiles, rights) for name in names)
    return [column for column in found if column is not None][:MOST]


def column_of(name: str, structure: Structure, profiles: Profiles, rights: Rights) -> Column | None:
    if name in FIELDS:
        return Column(name, str(FIELDS[name]))
    if name.startswith("@"):
        channel = next((each for each in profiles.active if each.code == name[1:]), None)
        return _of_channel(channel) if channel else None
    if name.count("|") > 2:
        return None
    key = Key.parse(name)
    spec = structure.attributes.get(key.attribute)
    if spec is None or not may_see(spec, key.locale, key.context, structure, rights):
        return None
    return _of_value(spec, key.locale, key.context, structure)


def may_see(spec: AttributeSpec, locale: str, context: str, structure: Structure, rights: Rights) -> bool:
    """Whether there is such a value, and this person sees it."""
    if spec.localizable != bool(locale) or (
        locale and (locale not in structure.locales or not spec.exists_in(locale))
    ):
        return False
    if context and (not spec.scopable or context not in structure.contexts):
        return False
    return rights.may_view_key(spec, locale, context)


def offered(
    specs: Iterable[AttributeSpec], context: str, structure: Structure, rights: Rights
) -> Iterator[tuple[AttributeSpec, Sequence[Column]]]:
    """Each attribute with its columns, one for each active language; values for `context` where the attribute has such."""
    active = [code for code, known in structure.locales.items() if known.is_active]
    for spec in specs:
        within = context if spec.scopable else ""
        columns = [
            _of_value(spec, locale, within, structure)
            for locale in (active if spec.localizable else [""])
            if may_see(spec, locale, within, structure, rights)
        ]
        if columns:
            yield spec, columns


def text_of(columns: Iterable[Column | str]) -> str:
    """As an address has them."""
    return BETWEEN.join(each if isinstance(each, str) else each.name for each in columns)


def _of_channel(channel: ChannelSpec) -> Column:
    return Column(f"@{channel.code}", channel.label, channel=channel)


def _of_value(spec: AttributeSpec, locale: str, context: str, structure: Structure) -> Column:
    known = structure.contexts.get(context)
    place = " · ".join(part for part in (locale, known.label() if known else "") if part)
    name = format_key(spec.code, locale, context)
    return Column(name, spec.label(), place, spec=spec, locale=locale, context=context)
