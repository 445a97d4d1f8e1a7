"""What the rules of channels say of a product, as sentences that lead to the field."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from catalog.access import Rights
from catalog.structure.snapshot import Structure
from catalog.values.bundle import Bundle, attributes_at
from channels.profile import Profiles
from channels.rules.judging import Told, told
from enrichment.readiness import Missing, missing_item

MOST = 30


@dataclass(frozen=True, slots=True)
class Sentence:
    told: Told
    where: Missing


@dataclass(slots=True)
class RulesOnPage:
    """`sentences`: the gravest first, at most MOST; the numbers count them all."""

    sentences: list[Sentence] = field(default_factory=list)
    required: int = 0
    warnings: int = 0
    coming: int = 0

    def __bool__(self) -> bool:
        return bool(self.sentences)

    @property
    def summary(self) -> list[tuple[str, Any]]:
        """(tone, text) of the kinds there are."""
        kinds = (
            ("danger", self.required, _("%d required")),
            ("warning", self.warnings, _("%d to look at")),
            ("info", self.coming, _("%d will be asked")),
        )
        return [(tone, text % count) for tone, count, text in kinds if count]


def on_page(bundle: Bundle, profiles: Profiles, structure: Structure, rights: Rights) -> RulesOnPage:
    """Only what is about fields this person may see. No query."""
    writable = frozenset(attributes_at(bundle, structure))
    page = RulesOnPage()
    for one in told(bundle, profiles.active, structure):
        if not rights.may_view_key(one.spec, one.locale, None if one.spec.scopable else ""):
            continue
        page.required += one.state == "required"
        page.warnings += one.state == "warning"
        page.coming += one.state == "coming"
        if len(page.sentences) < MOST:
            locale = one.locale or next(iter(structure.locales), "")
            page.sentences.append(Sentence(one, missing_item(one.spec, locale, bundle, writable)))
    return page
