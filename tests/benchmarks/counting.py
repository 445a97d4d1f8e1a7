"""Completeness of the large catalogue's products: in memory against nested loops, from the database against reading alone.
Prints one JSON line of rates, products per second.

python -m tests.benchmarks.counting [PRODUCTS]
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pim.settings")

import django

django.setup()

import orjson
from django.db import connection

from catalog.models import Product
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values.bundle import Bundle
from channels import completeness, profile, recount
from channels.models import Completeness
from channels.profile import Profiles

BATCH = 500
FEW = 50


def nested_loops(
    bundle: Bundle, profiles: Profiles, structure: Structure
) -> dict[tuple[int, str], tuple[int, int]]:
    """As one would write it down: every channel, locale and required attribute, and where its value may stand."""
    scores = {}
    if bundle.product.kind not in ("simple", "variant") or bundle.family is None:
        return {}
    for channel in profiles.active:
        for locale in channel.locales:
            required = missing = 0
            for spec in channel.required_of(bundle.family.id, structure):
                required += 1
                if not is_there(bundle, spec, channel, locale, structure):
                    missing += 1
            scores[channel.id, locale] = (required, missing)
    return scores


def is_there(bundle: Bundle, spec: Any, channel: Any, locale: str, structure: Structure) -> bool:
    for step in structure.locale_chain(locale) if spec.localizable and channel.fallback_counts else (locale,):
        for context in structure.context_chain(channel.context) if spec.scopable else ("",):
            key = spec.code
            if context:
                key = f"{spec.code}|{step if spec.localizable else ''}|{context}"
            elif spec.localizable:
                key = f"{spec.code}|{step}"
            for level in bundle.levels:
                if key in level.values:
                    value = level.values[key]
                    if spec.type == "price":
                        return bool(value) and all(value.get(code) for code in channel.currencies)
                    if spec.type == "measurement":
                        return bool(value) and bool(value.get("amount")) and bool(value.get("unit"))
                    return value not in (None, "", [], {})
    return False


def nine_slots(profiles: Profiles) -> Profiles:
    languages = [replace(spec, locales=("en_US", "de_DE", "fr_FR")) for spec in profiles.active]
    channels = [*languages, replace(languages[0], id=0, code="portal", context="consumers")]
    return Profiles(("nine",), profiles.structure, {spec.id: spec for spec in channels})


def rate(count: Callable[[Bundle], Any], loaded: list[Bundle], turns: int = 5) -> float:
    """Products a second of processor time, a few at a time as they come from the database, each few as quick as in their
    quickest turn: what other work does to the processor's caches is not counted."""
    seconds = 0.0
    for start in range(0, len(loaded), FEW):
        batch, least = loaded[start : start + FEW], float("inf")
        for _turn in range(turns):
            began = time.process_time()
            for bundle in batch:
                count(bundle)
            least = min(least, time.process_time() - began)
        seconds += least
    return len(loaded) / seconds


def in_memory(count: int) -> dict[str, float]:
    """For three channels in three languages each: the catalogue's two, and one more language and channel."""
    structure = Structure.current()
    profiles = nine_slots(profile.current(structure))
    computer = completeness.of(profiles)
    loaded = list(
        bundles.load(
            Product.objects.order_by("pk").values_list("pk", flat=True)[:count], structure=structure
        ).values()
    )
    for bundle in loaded[:500]:
        ours = {tuple(slot): tuple(score)[:2] for slot, score in computer.slots(bundle).items()}
        assert ours == nested_loops(bundle, profiles, structure)
    return {
        "naive": rate(lambda bundle: nested_loops(bundle, profiles, structure), loaded),
        "ours": rate(computer.slots, loaded),
    }


def read_only(ids: list[int]) -> None:
    """The documents of one batch, as text from the database to dictionaries."""
    with connection.cursor() as cursor:
        marks = ",".join(["%s"] * len(ids))
        text = '"values"::text' if connection.vendor == "postgresql" else '"values"'
        cursor.execute(
            f"SELECT product_id, {text} FROM catalog_productvalues WHERE product_id IN ({marks})", ids
        )
        for _pk, document in cursor.fetchall():
            orjson.loads(document)


def from_database(count: int) -> dict[str, float]:
    """Turn by turn on the same batches, after all scores of one in twenty products were made wrong."""
    ids = list(Product.objects.order_by("pk").values_list("pk", flat=True)[:count])
    wrong = Completeness.objects.filter(product_id__in=ids[::20]).update(missing=99)
    reading = counting = 0.0
    changed = 0
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        began = time.perf_counter()
        read_only(batch)
        read = time.perf_counter()
        changed += recount.recount(batch)
        counting += time.perf_counter() - read
        reading += read - began
    assert wrong
    assert changed
    return {"reading": len(ids) / reading, "recounting": len(ids) / counting}


if __name__ == "__main__":
    asked = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    print(json.dumps(in_memory(min(asked, 10_000)) | from_database(asked)))
