"""Two campaigns around a given day: one that runs now, and the next summer's."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pim.demo.catalogue.measures import canonical
from pim.demo.catalogue.products import products
from pim.demo.catalogue.records import Readiness

SALE_FAMILIES = ("tents", "backpacks", "chairs")
HUT_FAMILIES = ("blankets", "mugs", "lamps")
SALE_LINES = {
    "en_US": "Summer sale, 20\u00a0% off until 31 July: ",
    "de_DE": "Sommerangebot, 20\u00a0% günstiger bis 31. Juli: ",
    "fr_FR": "Soldes d’été, −20\u00a0% jusqu’au 31 juillet\u00a0: ",
}
HUT_LINES = {
    "en_US": "Hut weeks favourite: ",
    "de_DE": "Liebling der Hüttenwochen: ",
    "fr_FR": "Coup de cœur des semaines refuge\u00a0: ",
}


def reduced(amount: str, factor: str = "0.8") -> str:
    return canonical((Decimal(amount) * Decimal(factor)).quantize(Decimal("0.1"), ROUND_HALF_UP))


def campaigns(today: date) -> list[dict[str, Any]]:
    """Each: code, labels, starts_at, ends_at (aware, UTC), priority, values {sku: {key: stored}}.

    Keys carry the context `consumer`: professional prices and texts stay as they are.
    """
    summer = today.year if today < date(today.year, 8, 1) else today.year + 1
    ready = [row for row in products() if row.level == 0 and row.readiness is Readiness.READY]

    def lines(values: Any, prefixes: dict[str, str]) -> dict[str, str]:
        return {
            f"short_description|{locale}|consumer": prefix + values[f"short_description|{locale}"]
            for locale, prefix in prefixes.items()
        }

    def at(day: date) -> datetime:
        return datetime.combine(day, time(0, 0), tzinfo=UTC)

    return [
        {
            "code": "summer_sale",
            "labels": {"en_US": "Summer sale", "de_DE": "Sommerangebot", "fr_FR": "Soldes d’été"},
            "starts_at": at(date(summer, 6, 21)),
            "ends_at": at(date(summer, 8, 1)),
            "priority": 10,
            "values": {
                row.sku: {
                    "price||consumer": {
                        currency: reduced(amount) for currency, amount in row.values["price"].items()
                    },
                    **lines(row.values, SALE_LINES),
                }
                for row in ready
                if row.family in SALE_FAMILIES
            },
        },
        {
            "code": "hut_weeks",
            "labels": {"en_US": "Hut weeks", "de_DE": "Hüttenwochen", "fr_FR": "Semaines refuge"},
            "starts_at": at(today - timedelta(days=3)),
            "ends_at": at(today + timedelta(days=18)),
            "priority": 0,
            "values": {row.sku: lines(row.values, HUT_LINES) for row in ready if row.family in HUT_FAMILIES},
        },
    ]
