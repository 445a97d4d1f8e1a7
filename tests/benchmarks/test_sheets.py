"""A sheet built, validated and hashed for each kind of channel, against json.dumps of the same sheet.

PIM_BENCH_ITEMS sets the size (500): products of 44 attributes in two languages, loaded before. Processor time.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import transaction

from catalog.models import Product
from catalog.structure.snapshot import Structure
from channels import profile, profiles
from channels.connectors import CONNECTORS
from channels.connectors.google import GoogleMerchant
from channels.delivery.gate import as_sent
from channels.mapping import starting
from channels.models import Channel, FieldMapping
from channels.profile import ChannelSpec
from channels.sheets import load
from channels.sheets.build import Sheet, SheetUnit
from channels.sheets.validate import validate
from tests.benchmarks.large import fill
from tests.benchmarks.large import structure as large_structure
from tests.benchmarks.large.products import NOW

pytestmark = pytest.mark.bench
ITEMS = int(os.environ.get("PIM_BENCH_ITEMS", "500"))
TURNS = 5
# What Google asks for and the structure has no attribute for.
GOOGLES = [
    ("link", {"template": "https://shop.example/{sku}"}),
    ("availability", {"fixed": "in stock"}),
]


def test_a_sheet_of_each_kind_of_channel(transactional_db: Any) -> None:
    large_structure.build(families=2)
    fill.fill(0, ITEMS)
    print(f"\n{ITEMS} products, the least of {TURNS} turns, processor time")
    for code in CONNECTORS:
        spec, structure = _channel(code)
        kinds = ["model", "simple"] if spec.unit == "model" else ["simple", "variant"]
        ids = Product.objects.filter(kind__in=kinds).values_list("pk", flat=True)
        _print_compared(code, [*load.units(ids, spec, structure).values()], spec, structure)


def _print_compared(code: str, units: Sequence[SheetUnit], spec: ChannelSpec, structure: Structure) -> None:
    payloads = [_made(unit, spec, structure).payload for unit in units]
    length = sum(len(json.dumps(payload)) for payload in payloads) / len(units)
    made = _least(lambda: [_made(unit, spec, structure) for unit in units]) * 1e6 / len(units)
    dumped = _least(lambda: [json.dumps(payload) for payload in payloads]) * 1e6 / len(units)
    print(
        f"{code:<8} {made:>6.0f} µs a sheet of {length:,.0f} characters, json.dumps {dumped:>4.0f} µs: {made / dumped:.1f} ×"
    )


def _channel(code: str) -> tuple[ChannelSpec, Structure]:
    """The first channel as one of this kind: its template's fields where it has some, else every attribute."""
    connector = CONNECTORS[code]
    channel = Channel.objects.get(code=large_structure.CHANNELS[0])
    channel.connector = code
    channel.settings, channel.credentials = connector.sample("http://127.0.0.1:9")
    with transaction.atomic():
        FieldMapping.objects.filter(channel=channel).delete()
        channel.save()
        starting.start(channel, Structure.current())
        for target, source in GOOGLES if connector is GoogleMerchant else ():
            FieldMapping.objects.update_or_create(channel=channel, target=target, defaults={"source": source})
        profiles.changed(channel)
    structure = Structure.current()
    return profile.current(structure).by_id[channel.pk], structure


def _made(unit: SheetUnit, spec: ChannelSpec, structure: Structure) -> Sheet:
    """As channels.delivery.gate does once a unit may go."""
    sheet = load.sheet_of(unit, spec, structure, at=NOW)
    validate(sheet, unit, spec, structure)
    assert spec.connector_class is not None
    content, _refused = spec.connector_class.judged(sheet.payload, spec.settings)
    return as_sent(sheet, content)


def _least(work: Callable[[], Any]) -> float:
    """Seconds of processor time."""
    best = float("inf")
    for _turn in range(TURNS):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best
