"""What rules read of a product: permanent values as a channel of that language and context would get them, fallbacks included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import Bundle
from catalog.values.keys import format_key
from channels.profile import ChannelSpec
from channels.sheets import sources
from channels.sheets.made import Made, Place

# Nobody's profile: rules read in a context, in any currency, with the fallbacks of languages.
_NOWHERE = ChannelSpec(
    id=0, code="", labels={}, context="", locales=(), currencies=(), tree=0, assortment={}, connector="", settings={},
    schedule={}, send_fallback=True, fallback_counts=False, counts_sku=False, outdated="", is_active=False, profile_rev=0,
    requirements={}, fields={},
)  # fmt: skip


@lru_cache(maxsize=256)
def _channel(context: str) -> ChannelSpec:
    return replace(_NOWHERE, context=context)


def place(bundle: Bundle, structure: Structure, locale: str, context: str) -> Place:
    return Place(bundle, _channel(context), structure, locale, None)


def named(name: str, at: Place) -> Made:
    """An attribute, or a part of what it points at: "color", "brand.label"."""
    return sources.read({"attribute": name}, at)


def filled(template: str, at: Place) -> str:
    """The one language of templates there is, as channels have it: "{brand} {name}, {color}"."""
    return sources.read({"template": template}, at).text


def stored(spec: AttributeSpec, at: Place) -> Any:
    return at.stored(spec)


def keys_read(spec: AttributeSpec, structure: Structure, locale: str, context: str) -> Iterator[str]:
    """Every key in which such a value may be found."""
    locales = structure.locale_chain(locale) if spec.localizable else ("",)
    contexts = structure.context_chain(context) if spec.scopable else ("",)
    for one in locales:
        for node in contexts:
            yield format_key(spec.code, one, node)
