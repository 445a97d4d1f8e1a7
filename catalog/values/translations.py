"""Which translations are out of date. Called by the door within its transaction; nobody else writes these rows but confirm().

A locale is translated from another (Locale.translated_from). When a source text changes, the product's own texts in the
locales translated from it, written before and not in the same change, are outdated. Permanent texts only, and within one
product: what a variant writes itself is not held against its model's text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from catalog.access import rights_of, visible
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models.product import Product, ProductCategory
from catalog.models.translation import OutdatedTranslation
from catalog.models.user import User
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.changes import ABSENT
from catalog.values.draft import Draft
from catalog.values.keys import Key, attribute_of, format_key
from catalog.values.moving import handed_down, is_moved, leaves_with_all
from catalog.values.precedence import same
from catalog.values.products import descendants


def follow(drafts: Sequence[Draft], *, structure: Structure, now: datetime) -> None:
    """Notes what the drafts' changes make outdated, and forgets what they bring up to date. At most three statements, none
    where no text of a locale changed. A product made just now has no older translations."""
    texts = {
        draft.row.pk: (draft, changed)
        for draft in drafts
        if not draft.is_new
        and (
            changed := [
                key for key in draft.outcome.changed if _is_text(key, structure) or _was_text(key, structure)
            ]
        )
    }
    if not texts:
        return
    stored: dict[int, dict[str, OutdatedTranslation]] = defaultdict(dict)
    above = {
        step.pk for draft, _changed in texts.values() if leaves_with_all(draft) for step in draft.stored_above
    }
    for row in OutdatedTranslation.objects.filter(product_id__in=texts.keys() | above):
        stored[row.product_id][row.key] = row
    gone: list[int] = []
    come: list[OutdatedTranslation] = []
    for pk, (draft, changed) in texts.items():
        known = stored.get(pk, {})
        written = [known[key].pk for key in changed if key in known]
        gone += written
        if leaves_with_all(draft):
            come += _taken_along(draft, changed, stored)
        for source_key in changed:
            if not _is_text(source_key, structure):
                continue
            before, after = draft.outcome.changed[source_key]
            if after is ABSENT and is_moved(draft):
                after = handed_down(draft).get(source_key, ABSENT)  # what it says now at its new place
            for key in _translations_of(source_key, draft.values, structure):
                if key in draft.outcome.changed:
                    continue
                spec = structure.attributes[attribute_of(key)]
                if key in known:
                    if after is not ABSENT and same(known[key].source, after, spec):
                        gone.append(known[key].pk)
                elif not _is_empty(before, spec) and not ATTRIBUTE_TYPES[spec.type].equal(
                    before, _plain(after), spec
                ):
                    locale = Key.parse(key).locale
                    come.append(
                        OutdatedTranslation(
                            product_id=pk,
                            key=key,
                            locale=locale,
                            source_key=source_key,
                            source=before,
                            since=now,
                        )
                    )
    if gone:
        OutdatedTranslation.objects.filter(pk__in=gone).delete()
    OutdatedTranslation.objects.bulk_create(come, ignore_conflicts=True)


def _taken_along(
    draft: Draft, changed: Sequence[str], stored: Mapping[int, Mapping[str, OutdatedTranslation]]
) -> Iterator[OutdatedTranslation]:
    """The texts that a variant takes out of its model are as outdated as they were there."""
    for key in changed:
        said = (step.pk for step in draft.stored_above if key in draft.documents.get(step.pk, ({}, {}))[0])
        row = stored.get(next(said, 0), {}).get(key) if key not in draft.stored else None
        if row is not None:
            yield OutdatedTranslation(
                product_id=draft.row.pk, key=key, locale=row.locale, source_key=row.source_key, source=row.source, since=row.since
            )  # fmt: skip


def _is_text(key: str, structure: Structure) -> bool:
    spec = structure.attributes.get(attribute_of(key)) if "|" in key else None
    return spec is not None and spec.localizable and ATTRIBUTE_TYPES[spec.type].is_text


def _was_text(key: str, structure: Structure) -> bool:
    """Of an attribute that is being converted: its texts leave their keys, and what was noted of them with it."""
    return "|" in key and any(conversion.holds(key) for conversion in structure.conversions)


def _is_empty(value: Any, spec: AttributeSpec) -> bool:
    return value is ABSENT or ATTRIBUTE_TYPES[spec.type].is_empty(value)


def _plain(value: Any) -> Any:
    return None if value is ABSENT else value


def _translations_of(source_key: str, values: Mapping[str, Any], structure: Structure) -> Iterator[str]:
    """The product's own filled texts whose source this is: that of their context, else of the nearest one above."""
    code, source_locale, source_context = Key.parse(source_key)
    for locale in structure.translated_from(source_locale):
        for context in ("", *structure.contexts):
            key = format_key(code, locale, context)
            if values.get(key) is None:
                continue
            for step in structure.context_chain(context):
                if step == source_context:
                    yield key
                elif format_key(code, source_locale, step) not in values:
                    continue
                break


# --- still right


def confirm(rows: Iterable[OutdatedTranslation], *, by: User) -> int:
    """Somebody looked: these translations are still right. Returns how many that were; what the person may not edit stays.

    At most write.BATCH products at once. No value changes, so there is no revision; completeness and filters follow.
    """
    from catalog.values.rederive import enqueue_rederive, rederive
    from catalog.values.write import BATCH

    listed = list(rows)
    structure = Structure.current()
    rights = rights_of(by)
    products = sorted({row.product_id for row in listed})
    editable = set(
        visible(by, Product.objects.filter(pk__in=products), verb="product.edit").values_list("pk", flat=True)
    )
    paths = _paths(products, structure) if not rights.everything else {}
    confirmed = [row for row in listed if row.product_id in editable and _may(row, rights, paths, structure)]
    if not confirmed:
        return 0
    touched = sorted({row.product_id for row in confirmed})
    with transaction.atomic():
        # First the products, as whoever writes a text: he has his product when he takes away what he mended.
        list(
            Product.objects.filter(pk__in=touched)
            .order_by("pk")
            .select_for_update(no_key=True)
            .values_list("pk")
        )
        count, _by_model = OutdatedTranslation.objects.filter(pk__in=[row.pk for row in confirmed]).delete()
        below = descendants(touched)
        rederive(touched[:BATCH])
        if below or touched[BATCH:]:
            enqueue_rederive([*touched[BATCH:], *below], by=by.pk)
    return count


def _may(row: OutdatedTranslation, rights: Any, paths: Mapping[int, list[str]], structure: Structure) -> bool:
    key = Key.parse(row.key)
    spec = structure.attributes.get(key.attribute)
    here = rights if rights.everything else rights.at(paths.get(row.product_id, []))
    return spec is not None and bool(here.may_edit_key(spec, key.locale, key.context))


def _paths(products: Sequence[int], structure: Structure) -> dict[int, list[str]]:
    """Product → the paths of its categories and of those of the levels above it. Two queries."""
    chains = {
        pk: {pk, parent or pk, root or pk}
        for pk, parent, root in Product.objects.filter(pk__in=products).values_list(
            "pk", "parent_id", "root_id"
        )
    }
    placed: dict[int, list[str]] = defaultdict(list)
    wanted = {step for chain in chains.values() for step in chain}
    for product, category in ProductCategory.objects.filter(product_id__in=wanted).values_list(
        "product_id", "category_id"
    ):
        if category in structure.categories:
            placed[product].append(structure.categories[category].path)
    return {pk: [path for step in chain for path in placed.get(step, ())] for pk, chain in chains.items()}
