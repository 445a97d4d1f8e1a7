"""Keeping the index behind the products. Within a change only the product is noted; its marks are made after the commit.

Level-triggered: a note stays until its product's marks were made from what is stored then, so a lost message or a killed
worker costs a tick. An index that is behind offers less, never something wrong: what is found is read in the product.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.translation import gettext as _

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.jobs import JobHandle, enqueue, job
from catalog.models import Product, ProductValues
from catalog.participants import ChangeBatch, StructureChange
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.keys import Key, format_key
from catalog.values.rows import insert_rows
from enrichment.memory.marks import marks
from enrichment.models import MemoryMark, MemoryStale

logger = logging.getLogger(__name__)
BATCH = 100  # notes in a transaction: a product may have a dozen texts, and each six marks
MOST = 20 * BATCH  # in one run
NOTED = 500  # at once
TYPES = frozenset(["text", "richtext"])


def note(batch: ChangeBatch) -> None:
    """In the transaction of a change: the products that texts of a language came to, or changed in. At most one statement."""
    attributes = batch.structure.attributes
    concerned = [
        pk
        for pk, keys in batch.changed.items()
        if any(
            "|" in key
            and (spec := attributes.get(key.partition("|")[0]))
            and spec.localizable
            and spec.type in TYPES
            for key in keys
        )
    ]
    insert_rows(MemoryStale, ["product"], ((pk,) for pk in concerned))


def structure_changed(change: StructureChange) -> None:
    """Which locale is translated from which may be another now."""
    if change.kind == "locale" and Product.objects.exists():
        enqueue(
            "memory.again",
            {},
            by=change.by,
            title=_("Translation memory, after a change of the locales"),
            language=settings.LANGUAGE_CODE,
        )


@job("memory.again", owed=True)
def note_all(handle: JobHandle, /) -> dict[str, int]:
    """Notes every product, a batch at a time; a killed run notes some twice."""
    last = done = 0
    while ids := list(
        Product.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:NOTED]
    ):
        with transaction.atomic():
            insert_rows(MemoryStale, ["product"], ((pk,) for pk in ids))
        last, done = ids[-1], done + len(ids)
        handle.progress(done)
    return {"products": done}


def follow(most: int = MOST) -> bool:
    """Makes the marks of what is noted, oldest first; whether any notes are left. Safe to run twice, or two at once."""
    if not is_behind():  # asked by every tick: no transaction, which on SQLite all writers wait for
        return False
    for _start in range(0, most, BATCH):
        if not _followed():
            return False
    return is_behind()


def is_behind() -> bool:
    return MemoryStale.objects.exists()


def _followed() -> bool:
    notes: list[tuple[int, int]] = []
    try:
        with transaction.atomic():
            rows = MemoryStale.objects.order_by("pk")
            if connection.features.has_select_for_update_skip_locked:
                rows = rows.select_for_update(skip_locked=True, of=("self",))
            notes = list(rows.values_list("pk", "product_id")[:BATCH])
            _done(notes)
    except (OperationalError, InterfaceError):
        raise  # the database's trouble and no product's: the notes stay
    except Exception:
        _one_by_one(notes)
    return len(notes) == BATCH


def _done(notes: Sequence[tuple[int, int]]) -> None:
    """(note, product). Their marks are made, the notes taken away."""
    if notes:
        renew(sorted({product for _pk, product in notes}))
        MemoryStale.objects.filter(pk__in=[pk for pk, _product in notes]).delete()


def _one_by_one(notes: Sequence[tuple[int, int]]) -> None:
    """A product whose texts cannot be read is let go, and said in the log: kept, its note would hold up all behind it."""
    for note in notes:
        try:
            with transaction.atomic():
                _done([note])
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("The translation memory leaves out the product %d.", note[1])
            MemoryStale.objects.filter(pk=note[0]).delete()


def renew(products: Sequence[int]) -> None:
    """Writes the marks of at most BATCH products that differ. Four statements at most."""
    structure = Structure.current()
    wanted: set[tuple[int, int, str]] = set()
    for pk, values in ProductValues.objects.filter(pk__in=products).values_list("pk", "values"):
        wanted.update((mark, pk, key) for key, mark in marked(structure.read(values), structure))
    stored = {
        (mark, product, key): pk
        for pk, mark, product, key in MemoryMark.objects.filter(product_id__in=products).values_list(
            "pk", "mark", "product_id", "key"
        )
    }
    if gone := [pk for slot, pk in stored.items() if slot not in wanted]:
        MemoryMark.objects.filter(pk__in=gone).delete()
    MemoryMark.objects.bulk_create(
        (
            MemoryMark(mark=mark, product_id=product, key=key)
            for mark, product, key in sorted(wanted - stored.keys())
        ),
        ignore_conflicts=True,
        batch_size=5000,
    )


def marked(values: dict[str, Any], structure: Structure) -> Iterator[tuple[str, int]]:
    """(key, mark) of the document's texts that have a translation: only those can be offered."""
    for (spec, locale, context), text in _sources(values, structure).items():
        others = structure.translated_from(locale)
        if any(values.get(format_key(spec.code, other, context)) for other in others):
            key = format_key(spec.code, locale, context)
            for mark in marks(locale, ATTRIBUTE_TYPES[spec.type].search_text(text, spec)):
                yield key, mark


def _sources(values: dict[str, Any], structure: Structure) -> dict[tuple[AttributeSpec, str, str], str]:
    """The texts in locales that others are translated from."""
    sources = {spec.source for spec in structure.locales.values() if spec.source}
    found = {}
    for key, text in values.items():
        if "|" not in key or not isinstance(text, str) or not text:
            continue
        code, locale, context = Key.parse(key)
        spec = structure.attributes.get(code)
        if spec is not None and spec.localizable and spec.type in TYPES and locale in sources:
            found[spec, locale, context] = text
    return found
