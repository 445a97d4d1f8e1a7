"""A product's texts in the shop's other languages: which PIM locale is which of the shop's, and what is registered there.

A translation is registered with the digest of the text it translates, so the main language goes first. What stands there
already is not sent again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from channels.connectors._shopify import documents
from channels.connectors._shopify.api import Api
from channels.connectors._shopify.fields import TEXTS, Outgoing, Refused, ShopFacts
from channels.connectors.base import Config, ItemError, Unknown

ASKED_AT_ONCE = 50
REGISTERED_AT_ONCE = 10


def matched(ours: Sequence[str], main: str, others: Sequence[str]) -> tuple[str, dict[str, str]]:
    """(our locale of the shop's main language, {ours: theirs} of the others): de_AT is de-AT, else de.

    Raises Config where a locale of the channel has no language in the shop, or two have the same.
    """
    theirs = {one.casefold(): one for one in (main, *others)}
    found: dict[str, str] = {}
    for locale in ours:
        exact, language = locale.replace("_", "-").casefold(), locale.partition("_")[0].casefold()
        match = theirs.get(exact) or theirs.get(language)
        if match is None:
            message = _(
                "The shop has no language for %(locale)s (it has %(there)s): add it there, or take the locale from the channel."
            )
            raise Config(message % {"locale": locale, "there": ", ".join(theirs.values())})
        if match in found.values():
            message = _(
                "%(locale)s and another locale of the channel are both '%(match)s' in this shop: take one from the channel."
            )
            raise Config(message % {"locale": locale, "match": match})
        found[locale] = match
    base = next((locale for locale, match in found.items() if match == main), "")
    if found and not base:
        message = _("The shop's main language is '%s', and the channel has no locale of it: add one.")
        raise Config(message % main)
    return base, {locale: match for locale, match in found.items() if locale != base}


@dataclass(frozen=True)
class _Text:
    """One text in one of our locales, for a resource of the shop; `target`: our field."""

    resource: str
    key: str
    locale: str
    target: str
    value: str


class Translations:
    def __init__(self, api: Api, shop: ShopFacts, sent: Outgoing) -> None:
        self.api, self.shop, self.sent = api, shop, sent

    def register(self, product: Mapping[str, Any], metafields: Mapping[str, str]) -> None:
        """`product` as productSet answered it, `metafields`: target → id. Raises Refused, each error at its text."""
        self.register_texts(list(self.texts(product, metafields)))

    def register_texts(self, texts: Sequence[_Text]) -> None:
        ids = list(dict.fromkeys(text.resource for text in texts))
        wanted: list[tuple[str, list[tuple[_Text, dict[str, str]]]]] = []
        for start in range(0, len(ids), ASKED_AT_ONCE):
            for node in self._asked(ids[start : start + ASKED_AT_ONCE]):
                own = [text for text in texts if text.resource == node["resourceId"]]
                if entries := list(self._missing(node, own)):
                    wanted.append((node["resourceId"], entries))
        for start in range(0, len(wanted), REGISTERED_AT_ONCE):
            self._registered(wanted[start : start + REGISTERED_AT_ONCE])

    def remove(self, product: str, metafields: Mapping[str, str], before: Iterable[str]) -> None:
        """Takes out what was sent before and has no text any more."""
        gone = set(before) - set(self.sent.names)
        for locale, theirs in self.shop.locales.items():
            targets = {name.removeprefix(f"{locale}.") for name in gone if name.startswith(f"{locale}.")}
            listed = {product: sorted(TEXTS[target][1] for target in targets if target in TEXTS)}
            listed |= {metafields[target]: ["value"] for target in targets if target in metafields}
            for resource, keys in listed.items():
                if keys:
                    variables = {"id": resource, "keys": keys, "locales": [theirs]}
                    self.api.run(*documents.UNTRANSLATE, variables)

    def texts(self, product: Mapping[str, Any], metafields: Mapping[str, str]) -> Iterator[_Text]:
        options = {int(one["position"]): one for one in product.get("options") or ()}
        for locale in self.shop.locales:
            for target, value in self.sent.texts[locale].items():
                if target in TEXTS:
                    yield _Text(product["id"], TEXTS[target][1], locale, target, value)
                elif target in metafields:
                    yield _Text(metafields[target], "value", locale, target, value)
            for (position, word), value in self.sent.option_texts[locale].items():
                option = options.get(position) or {}
                values = {one["name"]: one["id"] for one in option.get("optionValues") or ()}
                resource = values.get(word) if word else option.get("id")
                if resource:
                    yield _Text(resource, "name", locale, f"axes.{self.sent.axes[position - 1]}", value)

    def _asked(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        variables: dict[str, Any] = {f"l{n}": locale for n, locale in enumerate(self.shop.locales.values())}
        document = documents.translatable(len(self.shop.locales))
        data = self.api.run(*document, {**variables, "ids": list(ids), "first": len(ids)})
        return list(data["translatableResourcesByIds"]["nodes"])

    def _missing(
        self, node: Mapping[str, Any], texts: Iterable[_Text]
    ) -> Iterator[tuple[_Text, dict[str, str]]]:
        """What is not there yet as it should be; a text whose main language has none cannot be there."""
        digests = {one["key"]: one["digest"] for one in node["translatableContent"] if one.get("digest")}
        place = {locale: n for n, locale in enumerate(self.shop.locales)}
        for text in texts:
            there = {one["key"]: one for one in node.get(f"l{place[text.locale]}") or ()}.get(text.key)
            if text.key in digests and not (there and there["value"] == text.value and not there["outdated"]):
                yield text, {
                    "locale": self.shop.locales[text.locale], "key": text.key, "value": text.value,
                    "translatableContentDigest": digests[text.key],
                }  # fmt: skip

    def _registered(self, wanted: Sequence[tuple[str, list[tuple[_Text, dict[str, str]]]]]) -> None:
        variables: dict[str, Any] = {}
        for n, (resource, entries) in enumerate(wanted):
            variables |= {f"id{n}": resource, f"t{n}": [given for _text, given in entries]}
        data = self.api.run(*documents.register(len(wanted)), variables)
        told = [error for answer in data.values() for error in (answer or {}).get("userErrors") or ()]
        if any(error.get("code") == "INVALID_TRANSLATABLE_CONTENT" for error in told):
            raise Unknown(_("A text was changed in the shop while its translation was sent."))
        errors = [
            _error(error, entries)
            for n, (_resource, entries) in enumerate(wanted)
            for error in (data.get(f"r{n}") or {}).get("userErrors") or ()
        ]
        if errors:
            raise Refused(errors)


def register_together(
    several: Sequence[tuple[Translations, Mapping[str, Any], Mapping[str, str]]],
) -> None:
    """As register() for each of a channel's products, in as few requests as one takes. Raises Refused for all of them."""
    texts = [text for words, product, metafields in several for text in words.texts(product, metafields)]
    if texts:
        several[0][0].register_texts(texts)


def _error(error: Mapping[str, Any], entries: Sequence[tuple[_Text, dict[str, str]]]) -> ItemError:
    place = next(
        (int(step) for step in error.get("field") or () if str(step).isdigit()),
        0 if len(entries) == 1 else -1,
    )
    text = entries[place][0] if 0 <= place < len(entries) else None
    message = str(error.get("message") or "")[:1000] or _("Refused without a reason.")
    code = str(error.get("code") or "")
    return ItemError(message, text.target if text else "", text.locale if text else "", code)
