"""Which texts a channel would get that are not approved, where locales are approved by themselves. Pure.

A channel draws on its own locales, and where it sends fallback texts on those that shine through.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from catalog import approval
from catalog.structure.snapshot import Structure
from catalog.values.bundle import Bundle
from catalog.values.keys import Key, format_key
from channels.profile import ChannelSpec


def lacking(
    bundle: Bundle, channel: ChannelSpec, structure: Structure, *, model: Bundle | None = None
) -> dict[str, str]:
    """Locale → why the texts of it that this channel would get may not leave, in a sentence.

    `model`: of an item that is sent as one, with the bundle as a variant: what shines through in its own texts.
    """
    found = {}
    sent = _sent(channel, structure)
    read = (bundle,) if model is None else (bundle, model)
    for locale in structure.approving:
        if locale in sent or any(_shines_through(each, locale, channel, structure) for each in read):
            sku = approval.waiting(bundle, locale, structure)
            if sku:
                found[locale] = _sentence(locale, sku, bundle, structure)
    return found


def languages(bundle: Bundle, channel: ChannelSpec, structure: Structure) -> list[str]:
    """The names of those locales."""
    return [structure.locales[locale].name for locale in lacking(bundle, channel, structure)]


def nothing_approved(bundle: Bundle, channel: ChannelSpec, structure: Structure) -> str:
    """Why the product is not for this channel at all: of its locales none is approved. "" where one is."""
    if not channel.locales or not structure.approving:
        return ""
    if not set(channel.locales).issubset(structure.approving):
        return ""
    found = lacking(bundle, channel, structure)
    return found[channel.locales[0]] if found.keys() >= set(channel.locales) else ""


def _sent(channel: ChannelSpec, structure: Structure) -> tuple[str, ...]:
    """A channel without a locale is sent its fields in the first there is (channels.sheets.build)."""
    return tuple(channel.locales) or tuple(structure.locales)[:1]


def _sentence(locale: str, sku: str, bundle: Bundle, structure: Structure) -> str:
    language = structure.locales[locale].name
    if sku == bundle.product.sku:
        return _("%(language)s is not approved yet.") % {"language": language}
    return _("%(language)s of %(sku)s is not approved yet.") % {"language": language, "sku": sku}


def _shines_through(bundle: Bundle, locale: str, channel: ChannelSpec, structure: Structure) -> bool:
    """Whether a locale of the channel falls back to this one somewhere: rather once too often."""
    if not channel.send_fallback:
        return False
    chains = [structure.locale_chain(each) for each in _sent(channel, structure)]
    nearer = [chain[: chain.index(locale)] for chain in chains if locale in chain]
    if not nearer:
        return False
    values: dict[str, Any] = bundle.effective
    keys = {*values, *(key for document in bundle.campaigns for key in document.values)}
    for key in keys:
        attribute, own, context = Key.parse(key)
        if own == locale and any(
            all(values.get(format_key(attribute, each, context)) is None for each in chain)
            for chain in nearer
        ):
            return True
    return False
