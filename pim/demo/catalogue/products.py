"""Builds the product trees from the families' files: models, sub-models, variants and single products."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import count, product
from typing import Any

from pim.demo.catalogue import gaps, measures
from pim.demo.catalogue.content import FAMILIES, family, read
from pim.demo.catalogue.gtin import gtin, with_bad_check_digit
from pim.demo.catalogue.records import ImageSpec, ProductData, Readiness
from pim.demo.catalogue.texts import professional_texts, texts

# Where a model lists its options of an axis.
OPTIONS_OF = {"color": "colors", "size": "size", "shoe_size": "shoe_size", "fill_volume": "fill_volume"}
WEIGHT_FACTOR = {"XS": "0.88", "S": "0.94", "M": "1", "L": "1.06", "XL": "1.12"}
PRICE_FACTOR = {"v500": "1", "v750": "1.15", "v1000": "1.3"}
WITH_MANUAL = ("tents", "lamps", "chairs", "pans")
FIRST_LAUNCH = date(2024, 3, 1)


def family_variant_code(data: Mapping[str, Any]) -> str | None:
    axes = [axis for level in data["levels"] for axis in level]
    return f"{data['code']}_by_{'_'.join(axes)}" if axes else None


def price(eur: Decimal, usd: Decimal) -> dict[str, str]:
    return {"EUR": measures.canonical(eur), "USD": measures.canonical(usd)}


def stored_values(data: Mapping[str, Any], model: Mapping[str, Any]) -> dict[str, Any]:
    """The values of family and model as they are stored ("2.4 kg" → amount and unit); a model's null takes one away."""
    types = {row["code"]: row["type"] for row in read("attributes")["attributes"]}
    found: dict[str, Any] = {"brand": "tarnholt", "tariff_code": data["tariff"]}
    for code, value in {**data["values"], **model["values"]}.items():
        if value is None:
            found.pop(code, None)
        else:
            found[code] = measures.parse(value) if types[code] == "measurement" else value
    for code in ("materials", "care"):  # stored in the order of the options
        chosen = model.get(code, data[code])
        found[code] = [option for option in read("options")[code] if option in chosen]
    return found


def model_values(data: Mapping[str, Any], model: Mapping[str, Any], turn: int) -> dict[str, Any]:
    values = stored_values(data, model)
    eur, usd = (Decimal(amount) for amount in model["price"])
    values |= {
        "launch_date": (launch := FIRST_LAUNCH + timedelta(days=19 * turn)).isoformat(),
        "online_from": f"{launch.isoformat()}T08:00:00Z",
        "price": price(eur, usd),
        "price||professional": price(eur * Decimal("0.7"), usd * Decimal("0.7")),
        "sorting_note|fr_FR": "Étui en carton : au bac de tri. Notice : au bac papier.",
        "min_order||professional": "12" if eur < 60 else "4",
    }
    if data["code"] in WITH_MANUAL:
        values["manual"] = f"https://tarnholt.example/manuals/{model['code'].lower()}.pdf"
    if eur >= 300:
        values["brand"] = "tarnholt_atelier"
    return values | texts(data, model, values, turn) | professional_texts(data, model)


def variant_values(axis: str, option: str, inherited: Mapping[str, Any]) -> dict[str, Any]:
    """What a size or a filling volume changes beside its own axis."""
    values: dict[str, Any] = {axis: option}
    weight = inherited.get("weight")
    if axis == "size" and weight and option != "M":
        values["weight"] = measures.scaled(
            weight, WEIGHT_FACTOR[option], "10" if weight["unit"] == "GRAM" else "0.01"
        )
    if axis == "shoe_size" and weight and option != "eu42":
        change = str(1 + Decimal(int(option[2:]) - 42) * Decimal("0.03"))
        values["weight"] = measures.scaled(weight, change, "10" if weight["unit"] == "GRAM" else "0.01")
    if axis == "fill_volume" and PRICE_FACTOR[option] != "1":
        factor = Decimal(PRICE_FACTOR[option])
        if weight:
            values["weight"] = measures.scaled(weight, PRICE_FACTOR[option], "5")
        for key in ("price", "price||professional"):
            if key in inherited:
                values[key] = {
                    currency: measures.canonical((Decimal(amount) * factor).quantize(Decimal(1)))
                    for currency, amount in inherited[key].items()
                }
    return values


def colored(color: str) -> dict[str, Any]:
    return {"color": color, "screen_color": read("swatches")[color]}


def short_code(option: str) -> str:
    return option.removeprefix("eu").removeprefix("v").upper()


def tree(
    data: Mapping[str, Any],
    model: Mapping[str, Any],
    kind: Readiness,
    turn: int,
    serial: int,
    numbers: Iterator[int],
) -> Iterator[ProductData]:
    """One model with everything below it, parents first. `serial` counts models, `numbers` sellable products."""
    what = gaps.fault(kind, turn)
    top = gaps.spoiled(model_values(data, model, serial), what)
    for key in gaps.missing_keys(kind, turn):
        top.pop(key, None)
    axes = [axis for level in data["levels"] for axis in level]
    sku = f"TH-{model['code']}"
    common = {
        "family": data["code"],
        "family_variant": family_variant_code(data),
        "status": gaps.STATUS[kind],
        "readiness": kind,
    }
    pictured = kind is not Readiness.NO_PICTURE

    def images(color: str) -> dict[str, ImageSpec]:
        if not pictured:
            return {}
        spec = ImageSpec(data["code"], model["shape"], color, serial % 4)
        found = {"picture": spec}
        if serial % 3 == 0:
            found["detail_picture"] = ImageSpec(data["code"], model["shape"], color, serial % 4, detail=True)
        return found

    def numbered(first: bool) -> dict[str, Any]:
        number = next(numbers)
        code = gtin(number)
        spoil = first and what == "gtin_check_digit"
        return {
            "gtin": with_bad_check_digit(code) if spoil else code,
            "supplier_article": f"S-{104_000 + number * 3}",
        }

    color = top.get("color") or model["colors"][0]
    root = ProductData(
        sku=sku, kind="model" if axes else "simple", parent=None, level=0, categories=tuple(model["categories"]),
        values=top if axes else top | numbered(True), images=images(color), **common,
    )  # fmt: skip
    yield root
    if not axes:
        return
    for index, color in enumerate(model["colors"]):
        color_sku = f"{sku}-{color.upper()}"
        single = len(axes) == 1
        yield ProductData(
            sku=color_sku, kind="variant" if single else "submodel", parent=sku, level=1, categories=(),
            values=colored(color) | (numbered(index == 0) if single else {}), images=images(color), **common,
        )  # fmt: skip
        if single:
            continue
        axis = axes[1]
        for place, option in enumerate(model[OPTIONS_OF[axis]]):
            yield ProductData(
                sku=f"{color_sku}-{short_code(option)}", kind="variant", parent=color_sku, level=2, categories=(),
                values=variant_values(axis, option, top) | numbered(index == 0 and place == 0), **common,
            )  # fmt: skip


def sellable_count(data: Mapping[str, Any], model: Mapping[str, Any]) -> int:
    axes = [axis for level in data["levels"] for axis in level]
    return len(list(product(*(model[OPTIONS_OF[axis]] for axis in axes))))


@cache
def _all() -> tuple[ProductData, ...]:
    models = [(family(code), model) for code in FAMILIES for model in family(code)["models"]]
    chosen = gaps.readiness_by_model(
        (data["code"], model["code"], sellable_count(data, model)) for data, model in models
    )
    numbers = count(1)
    return tuple(
        row
        for serial, (data, model) in enumerate(models)
        for row in tree(data, model, *chosen[model["code"]], serial, numbers)
    )


def products() -> Iterator[ProductData]:
    """The whole range, parents before children: 300 sellable products among their models. The same on every run."""
    yield from _all()
