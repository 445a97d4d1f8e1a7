"""Two people edit one product at the same time, in 500 random orders: no word is lost."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from catalog.models import ProductValues
from catalog.values.changes import ABSENT, Actor, ProductChange
from catalog.values.hashing import value_hash
from catalog.values.write import write
from tests.world import World

KEYS = ("name|en_US", "name|de_DE", "name|en_US|shop", "description|en_US")
INTERLEAVINGS = 500


@dataclass
class Editor:
    """A browser tab: the page as it was loaded, and what was typed since."""

    name: str
    seen: dict[str, Any] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)

    def load(self, product: int) -> None:
        self.seen = dict(ProductValues.objects.get(pk=product).values)
        self.typed = {}

    def base(self) -> dict[str, str]:
        return {key: value_hash(self.seen.get(key, ABSENT)) for key in self.typed}


@pytest.mark.slow
def test_no_word_is_lost_in_500_interleavings(world: World) -> None:
    conflicts = merges = 0
    for seed in range(INTERLEAVINGS):
        chance = random.Random(seed)
        product = world.create(f"mug-{seed}", dict.fromkeys(KEYS[:2], "start"), family="mugs").product or 0
        editors = [Editor("anna"), Editor("ben")]
        for editor in editors:
            editor.load(product)
        # Everything saved and not knowingly replaced since must be what stands there.
        standing: dict[str, str] = {"name|en_US": "start", "name|de_DE": "start"}
        for step in range(5):
            editor = chance.choice(editors)
            for key in chance.sample(KEYS, chance.randint(1, 2)):
                editor.typed[key] = f"{editor.name} {seed} {step}"
            base, typed = editor.base(), dict(editor.typed)
            change = ProductChange(product=product, values=typed, base=base)
            (outcome,) = write([change], by=Actor(world.admin, origin="form"))
            stored = ProductValues.objects.get(pk=product).values
            refused = {conflict.key: conflict for conflict in outcome.conflicts}
            for key, text in typed.items():
                if key in refused:
                    # Nothing was overwritten unseen, and the author has both texts in hand.
                    assert refused[key].mine == clean(key, text)
                    assert refused[key].theirs == standing[key] == stored[key]
                    conflicts += 1
                else:
                    assert base[key] == value_hash(standing.get(key, ABSENT)), (
                        "written over a text nobody had seen"
                    )
                    standing[key] = clean(key, text)
                    merges += len(typed) > len(refused) > 0
            assert {key: stored[key] for key in standing} == standing
            editor.load(product)  # the page shows the outcome; a conflict is resolved by typing again
    assert conflicts > INTERLEAVINGS / 10  # the orders really do collide
    assert merges > 0


def clean(key: str, text: str) -> str:
    return f"<p>{text}</p>" if key.startswith("description") else text
