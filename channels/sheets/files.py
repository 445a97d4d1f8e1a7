"""Files in a sheet: signed addresses, and what was written about them. Pure: what is known of the files is given.

A picture of "images": {"url", "sha256", "alt", "alts": {locale: text}, "titles": {locale: text}}; "alts" and "titles" only
where the library has some. Another file, as a field's value: {"url", "sha256", "name", "mime", "size", "title"}, a page
that plays a video {"url"}.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from catalog.assets import AssetFacts, public_url, rendition_url
from catalog.structure.snapshot import PresetSpec, Structure

ImageUrl = Callable[[str], str]
IMAGE_TYPES = ("image", "images")


@dataclass(frozen=True, slots=True)
class Files:
    """`known`: what the library knows of the files a unit names, by hash; `address`: of an original, from its hash."""

    known: Mapping[str, AssetFacts] = field(default_factory=dict)
    address: ImageUrl = public_url

    def may_be_shown(self, digest: str, at: datetime | None) -> bool:
        facts = self.known.get(digest)
        return facts is None or facts.may_be_shown(at)

    def name(self, digest: str) -> str:
        facts = self.known.get(digest)
        return facts.name if facts else digest[:12]

    def image(
        self, digest: str, alt: str, locales: Iterable[str], structure: Structure, preset: PresetSpec | None
    ) -> dict[str, Any]:
        """A picture, in the size of the preset where there is one. `alt`: for a picture without text of its own."""
        facts = self.known.get(digest)
        if facts is None:
            return {"url": self.address(digest), "sha256": digest, "alt": alt}
        locales = tuple(locales)
        alts, titles = (
            _by_locale(facts.alts, locales, structure),
            _by_locale(facts.titles, locales, structure),
        )
        url = rendition_url(digest, facts, preset) if preset else self.address(digest)
        made: dict[str, Any] = {"url": url, "sha256": digest, "alt": next(iter(alts.values()), alt)}
        return made | ({"alts": alts} if alts else {}) | ({"titles": titles} if titles else {})

    def sent(
        self, value: Any, locale: str, at: datetime | None, structure: Structure
    ) -> dict[str, Any] | None:
        """A field's value: {"asset": hash} or {"page": address} of its type made into what is sent; None: left out."""
        if not isinstance(value, Mapping):
            return None
        if "page" in value:
            return {"url": value["page"]}
        digest = value["asset"]
        facts = self.known.get(digest)
        if facts is None or not facts.may_be_shown(at):
            return None
        made = {
            "url": self.address(digest), "sha256": digest, "name": facts.name, "mime": facts.mime, "size": facts.size,
        }  # fmt: skip
        title = next(iter(_by_locale(facts.titles, (locale,), structure).values()), "")
        return made | ({"title": title} if title else {})


NO_FILES = Files()


def _by_locale(texts: Mapping[str, str], locales: Iterable[str], structure: Structure) -> dict[str, str]:
    """Each locale's text, its own or the nearest fallback's; a locale without any is left out."""
    found = {}
    for locale in locales:
        text = next((texts[step] for step in structure.locale_chain(locale) if texts.get(step)), "")
        if text:
            found[locale] = text
    return found
