"""The large catalogue's products, the same on every run: blocks of 16 products, a model and its three variants.

Block n holds the ids 20 n + 1 … 20 n + 20, so that any part can be made by itself.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from catalog.models import Product
from catalog.structure.snapshot import FamilySpec, Structure
from catalog.values.bundle import Bundle, Level
from tests.benchmarks.large.structure import COMMON, DEPARTMENTS, LOCALES, OWN, SHELVES, own

BLOCK = 20
SINGLE = 16
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
SYLLABLES = (
    "ba",
    "ri",
    "to",
    "len",
    "ka",
    "mos",
    "du",
    "ver",
    "shi",
    "pol",
    "an",
    "gre",
    "fu",
    "lis",
    "nor",
    "te",
)
RATES = {
    "name": 0.99,
    "description": 0.94,
    "image": 0.96,
    "ean": 0.97,
    "price": 0.97,
    "weight": 0.93,
    "brand": 0.98,
}


@cache
def words() -> list[str]:
    """4,000 words of two to four syllables."""
    chance = random.Random(1)
    made: dict[str, None] = {}
    while len(made) < 4000:
        made["".join(chance.choices(SYLLABLES, k=chance.choice((2, 3, 3, 4))))] = None
    return list(made)


@dataclass(frozen=True, slots=True)
class Made:
    bundle: Bundle
    own_categories: tuple[int, ...]

    @property
    def product(self) -> Product:
        return self.bundle.product

    @property
    def values(self) -> dict[str, Any]:
        return self.bundle.levels[0].values  # type: ignore[return-value]


class Maker:
    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.families = [spec for spec in structure.families.values() if spec.code.startswith("family_")]
        self.variants = {spec.family_id: spec for spec in structure.variants.values()}
        by_code = structure.category_by_code
        self.shelves = [
            [by_code[f"shelf_{department:02}_{shelf}"].id for shelf in range(SHELVES)]
            for department in range(DEPARTMENTS)
        ]

    def products(self, first: int, count: int) -> Iterator[Made]:
        """Those of the ids `first` + 1 … `first` + `count`, both whole blocks."""
        for block in range(first // BLOCK, (first + count) // BLOCK):
            yield from self.block(block)

    def block(self, block: int) -> Iterator[Made]:
        chance = random.Random(block + 17)
        number = chance.randrange(len(self.families))
        family = self.families[number]
        base = block * BLOCK
        for n in range(1, SINGLE + 1):
            row = self._row(base + n, "simple", family, chance)
            values = self._values(base + n, number, chance)
            yield self._made(row, values, family, self._placed(number, chance), ())
        row = self._row(base + SINGLE + 1, "model", family, chance)
        values = self._values(row.pk, number, chance)
        for code in ("size", "ean"):
            values.pop(code, None)
        placed = self._placed(number, chance)
        model = self._made(row, values, family, placed, ())
        yield model
        for n in range(SINGLE + 2, BLOCK + 1):
            row = self._row(base + n, "variant", family, chance, parent=base + SINGLE + 1)
            mine: dict[str, Any] = {"size": f"size_{n % 8}", "ean": f"4{base + n:011}"}
            if chance.random() < 0.3:
                mine["price"] = self._price(chance)
            yield self._made(row, mine, family, (), (model,))

    def _row(
        self, pk: int, kind: str, family: FamilySpec, chance: random.Random, parent: int | None = None
    ) -> Product:
        changed = NOW - timedelta(seconds=chance.random() * 63_000_000)
        return Product(
            pk=pk,
            sku=f"SKU{pk:08}",
            kind=kind,
            family_id=family.id,
            family_variant_id=None if kind == "simple" else self.variants[family.id].id,
            parent_id=parent,
            root_id=parent or pk,
            status="approved" if chance.random() < 0.8 else "draft",
            rev=1,
            created_at=changed,
            updated_at=changed,
        )

    def _made(
        self,
        row: Product,
        values: dict[str, Any],
        family: FamilySpec,
        placed: tuple[int, ...],
        above: tuple[Made, ...],
    ) -> Made:
        levels = (
            Level(row.pk, row.sku, row.kind, values, {}),
            *(level for made in above for level in made.bundle.levels),
        )
        categories = tuple(dict.fromkeys((*placed, *(pk for made in above for pk in made.bundle.categories))))
        variant = self.variants[family.id] if row.family_variant_id else None
        return Made(Bundle(row, levels, family, variant, categories, ()), placed)

    def _placed(self, number: int, chance: random.Random) -> tuple[int, ...]:
        """A shelf of the family's department, and for one in ten one anywhere."""
        first = chance.choice(self.shelves[number % DEPARTMENTS])
        if chance.random() < 0.1:
            return tuple(dict.fromkeys((first, chance.choice(chance.choice(self.shelves)))))
        return (first,)

    def _values(self, pk: int, number: int, chance: random.Random) -> dict[str, Any]:
        values: dict[str, Any] = {}
        rnd = chance.random
        for code, (kind, flags, options) in COMMON.items():
            if rnd() > RATES.get(code, 0.93):
                continue
            if flags.get("localizable"):
                for locale in LOCALES:
                    if rnd() < 0.95:
                        values[f"{code}|{locale}"] = self._text(code, kind, chance)
                if kind == "richtext" and rnd() < 0.1:
                    values[f"{code}|en_US|shop"] = self._text(code, kind, chance)
            else:
                values[code] = self._value(code, kind, options, pk, chance)
        for name, (kind, _flags, options) in OWN.items():
            if rnd() < 0.95:
                code = own(number, name)
                values[code] = self._value(code, kind, options, pk, chance)
        return values

    def _text(self, code: str, kind: str, chance: random.Random) -> str:
        if kind == "richtext":
            return f"<p>{' '.join(chance.choices(words(), k=40))}</p><p>{' '.join(chance.choices(words(), k=25))}</p>"
        return " ".join(
            chance.choices(words(), k={"name": 5, "short_description": 14}.get(code, 8))
        ).capitalize()

    def _price(self, chance: random.Random) -> dict[str, str]:
        cents = int(chance.random() ** 3 * 100_000) * 10 + 5
        return {"EUR": f"{cents // 100}.{cents % 100:02}".rstrip("0"), "USD": str(cents // 90)}

    def _value(self, code: str, kind: str, options: int, pk: int, chance: random.Random) -> Any:
        rnd = chance.random()
        if kind == "select":  # some options are common, some rare
            return f"{code}_{int(rnd * rnd * options)}"
        if kind == "number":
            return str(int(rnd * 10_000))
        if kind == "boolean":
            return rnd < 0.5
        if kind == "text":
            return " ".join(chance.choices(words(), k=4)).capitalize()
        if kind == "date":
            return f"{2010 + int(rnd * 16)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        if kind == "price":
            return self._price(chance)
        if kind == "measurement":
            return {"amount": str(int(rnd * 5_000) + 1), "unit": "GRAM"}
        if kind == "multiselect":
            return [f"{code}_{n}" for n in sorted({int(rnd * options), chance.randrange(options)})]
        if kind == "image":
            return f"{chance.getrandbits(256):064x}"
        return f"4{pk:011}" if code == "ean" else f"MN-{pk:07}"
