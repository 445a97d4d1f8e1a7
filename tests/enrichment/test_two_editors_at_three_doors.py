"""Two people write the same products in random orders, on the page, in a queue and in the spreadsheet: no word is lost."""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest

from catalog.models import User
from catalog.values.changes import ABSENT
from catalog.values.hashing import value_hash
from channels.models import Channel
from tests.enrichment.conftest import Desk, values_of
from tests.enrichment.forms import controls
from tests.world import World

# A thousand with PIM_FAULTS=long, in parts.
PARTS, OF_A_PART = (10, 100) if os.environ.get("PIM_FAULTS") == "long" else (1, 30)
SAVES = 4  # of each interleaving
LOCALES = ("en_US", "de_DE")
ATTRIBUTES = {"page": ("name", "description"), "queue": ("name", "description"), "spreadsheet": ("name",)}
ROOM = "/admin/catalog/product/"


@dataclass
class Tab:
    """What one person has open: the values as they were loaded, and what was typed since."""

    desk: Desk
    seen: dict[str, Any] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)

    @property
    def locale(self) -> str:
        """A page and a queue show the fields of one language."""
        return next(iter(self.typed)).partition("|")[2]

    def load(self, product: int) -> None:
        self.seen, self.typed = values_of(product), {}

    def base(self, key: str) -> str:
        return value_hash(self.seen.get(key, ABSENT))

    def posted(self) -> dict[str, str]:
        """As the page and the queue post what was changed."""
        data: dict[str, str] = {}
        for key, text in self.typed.items():
            data |= {f"b:{key}": self.base(key), f"s:{key}": self.base(key), f"v:{key}:": text}
        return data


def on_the_page(tab: Tab, product: int) -> dict[str, tuple[str, str]]:
    """What was refused: key → (mine, theirs) as the answer shows them."""
    answer = tab.desk.save(product, tab.posted(), locale=tab.locale)
    if answer.status_code == 302:
        return {}
    assert answer.status_code == 422
    return both(answer.content.decode())


def in_the_queue(tab: Tab, product: int) -> dict[str, tuple[str, str]]:
    query = {"level": "all", "fields": ["name", "description"], "locale": tab.locale}
    data = {**tab.posted(), "product": product, "owner": product}
    answer = tab.desk.client.post(f"{ROOM}queue/save/", data, query_params=query)
    if answer.status_code == 200:
        return {}
    assert answer.status_code == 422
    return both(f'<form id="product-form">{answer.json()["html"]}</form>')


def in_the_spreadsheet(tab: Tab, product: int) -> dict[str, tuple[str, str]]:
    cells = [
        {"id": product, "col": key, "text": text, "base": tab.base(key), "reset": False}
        for key, text in tab.typed.items()
    ]
    answer = tab.desk.client.post(
        f"{ROOM}spreadsheet/save/?cols={'~'.join(tab.typed)}",
        {"cells": cells},
        content_type="application/json",
    )
    told = {cell["col"]: cell for cell in answer.json()["cells"]}
    assert {cell["state"] for cell in told.values()} <= {"saved", "conflict"}
    # Mine stays in the cell, which nobody but its own tab fills.
    return {
        key: (tab.typed[key], cell["theirs"]) for key, cell in told.items() if cell["state"] == "conflict"
    }


DOORS = {"page": on_the_page, "queue": in_the_queue, "spreadsheet": in_the_spreadsheet}
_CONFLICT = re.compile(r'data-theirs>([^<]*)</blockquote>.*?name="c:([^"]+)" value="theirs"', re.DOTALL)


def both(html: str) -> dict[str, tuple[str, str]]:
    """Key → (what stands in its field, what the other one wrote)."""
    mine = controls(html)
    return {key: (mine[f"v:{key}:"][0], theirs) for theirs, key in _CONFLICT.findall(html)}


def as_stored(key: str, text: str) -> str:
    return f"<p>{text}</p>" if key.startswith("description") else text


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_no_word_is_lost_in_any_order(world: World, channel: Channel, desk: Desk, part: int) -> None:
    other = Desk(User.objects.create_superuser("ben", "ben@example.com", "ben"))
    told: Counter[str] = Counter()
    for seed in range(part * OF_A_PART, (part + 1) * OF_A_PART):
        chance = random.Random(seed)
        # Everything saved and not knowingly replaced since must be what stands there.
        standing = {"name|en_US": "start", "name|de_DE": "start"}
        product = world.create(f"MUG-{seed}", dict(standing), family="mugs", categories=["cups"]).product or 0
        tabs = [Tab(desk), Tab(other)]
        for tab in tabs:
            tab.load(product)
        for step in range(SAVES):
            tab = chance.choice(tabs)
            door = chance.choice(tuple(DOORS))
            locale, codes = chance.choice(LOCALES), ATTRIBUTES[door]
            for code in chance.sample(codes, chance.randint(1, len(codes))):
                tab.typed[f"{code}|{locale}"] = f"{tab.desk.user.username} {seed} {step}"
            refused = DOORS[door](tab, product)
            stored = values_of(product)
            for key, text in tab.typed.items():
                if key in refused:
                    # Nothing was written over a text that nobody had seen, and its author has both in hand.
                    mine, theirs = refused[key]
                    assert (mine, as_stored(key, theirs)) == (text, standing[key]), (seed, step, door)
                    assert standing[key] == stored[key]
                    told[f"conflict in the {door}"] += 1
                else:
                    assert tab.base(key) == value_hash(standing.get(key, ABSENT)), (seed, step, door)
                    standing[key] = as_stored(key, text)
                    told[f"saved in the {door}"] += 1
            assert {key: stored.get(key) for key in standing} == standing, (seed, step, door)
            tab.load(product)  # as each door shows what came of it
    for door in DOORS:  # the orders really do collide, everywhere
        assert told[f"conflict in the {door}"] > OF_A_PART / 20
        assert told[f"saved in the {door}"] > OF_A_PART / 2


def test_a_hundred_saves_in_a_row_contradict_none_of_their_own(
    channel: Channel, desk: Desk, mug: int
) -> None:
    """Each on what the answer before it said, as the page, the queue and the spreadsheet save while somebody writes on."""
    text = ""

    def more() -> str:
        nonlocal text
        text += "a new word "[len(text) % 11]
        return text.strip()

    key = "name|en_US"
    for _turn in range(20):
        form = desk.form(mug)
        form[f"v:{key}:"] = [more()]
        assert desk.save(mug, form).status_code == 302
    query = {"q": "mug-1", "level": "all", "fields": "name", "locale": "en_US"}
    html = desk.client.get(f"{ROOM}queue/item/", {**query, "ids": mug}).json()["html"]
    for _turn in range(30):
        form = controls(f'<form id="product-form">{html}</form>')
        form[f"v:{key}:"] = [more()]
        answer = desk.client.post(f"{ROOM}queue/save/", form, query_params={**query, "shown": "name"})
        assert answer.status_code == 200
        html = answer.json()["next"]["html"]
    rows = desk.client.get(f"{ROOM}spreadsheet/rows/?ids={mug}&cols={key}").json()["rows"]
    for _turn in range(50):
        cell = {"id": mug, "col": key, "text": more(), "base": rows[0]["cells"][0][1], "reset": False}
        address = f"{ROOM}spreadsheet/save/?cols={key}"
        told = desk.client.post(address, {"cells": [cell]}, content_type="application/json").json()
        assert told["cells"][0]["state"] == "saved"
        rows = told["rows"]
    assert len(text) == 100
    assert values_of(mug)[key] == text.strip()
