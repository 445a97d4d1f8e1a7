"""The one total order of resolution. Its truth table is tests/catalog/values/test_resolution.py."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import Bundle
from catalog.values.keys import format_key


class Resolved(NamedTuple):
    """A value and where it comes from. `found` with `value` None: explicitly empty there. `level`: 0 own, 1 parent, 2 root."""

    value: Any
    found: bool = True
    key: str = ""
    level: int = 0
    product_id: int = 0
    locale: str = ""
    context: str = ""
    campaign: str = ""
    source: str = ""


MISSING = Resolved(None, found=False)


def resolve(
    bundle: Bundle,
    spec: AttributeSpec,
    structure: Structure,
    *,
    locale: str = "",
    context: str = "",
    at: datetime | None = None,
    fallback: bool = True,
) -> Resolved:
    """The value of an attribute for (product, context, locale, at); the first hit wins:

    1. locale: the exact one, then each fallback (one step where the attribute is not localizable, or without `fallback`);
    2. within it, campaigns active at `at` before permanent values (`at` None: permanent values only);
    3. within it, the context: channel, audience, master;
    4. within it, the level: variant, sub-model, model.

    An explicitly empty value is a hit: it stops the search.
    """
    if not spec.localizable:
        locales: tuple[str, ...] = ("",)
    else:
        if spec.locales and locale not in spec.locales:
            return MISSING  # it does not exist there, whatever a fallback has
        locales = structure.locale_chain(locale) if fallback else (locale,)
    contexts = structure.context_chain(context) if spec.scopable else ("",)
    by_campaign: dict[str, list[Any]] = {}
    for document in bundle.campaigns:
        if at is not None and document.starts_at <= at < document.ends_at:
            by_campaign.setdefault(document.code, []).append(document)
    for step in locales:
        for code, documents in by_campaign.items():
            for node in contexts:
                key = format_key(spec.code, step, node)
                for document in documents:
                    if key in document.values:
                        owner = bundle.levels[document.level].product_id
                        return Resolved(
                            document.values[key], True, key, document.level, owner, step, node, code
                        )
        for node in contexts:
            key = format_key(spec.code, step, node)
            for depth, level in enumerate(bundle.levels):
                if key in level.values:
                    return Resolved(
                        level.values[key],
                        True,
                        key,
                        depth,
                        level.product_id,
                        step,
                        node,
                        "",
                        level.sources.get(key, ""),
                    )
    return MISSING


def next_boundary(bundle: Bundle, at: datetime) -> datetime | None:
    """The next moment after `at` at which a campaign on this product begins or ends."""
    moments = (moment for document in bundle.campaigns for moment in (document.starts_at, document.ends_at))
    return min((moment for moment in moments if moment > at), default=None)
