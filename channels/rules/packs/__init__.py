"""The packs there are, in the order in which they are shown. A new one is a file here and a line below."""

from __future__ import annotations

from collections.abc import Mapping

from channels.rules.pack import Pack
from channels.rules.packs.battery import BATTERY
from channels.rules.packs.energy import ENERGY
from channels.rules.packs.gpsr import GPSR
from channels.rules.packs.green import GREEN
from channels.rules.packs.textile import TEXTILE

PACKS: Mapping[str, Pack] = {pack.code: pack for pack in (GPSR, TEXTILE, ENERGY, BATTERY, GREEN)}
