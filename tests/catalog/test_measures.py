from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.measures import BUILT_IN


@pytest.mark.parametrize(
    ("family", "amount", "unit", "to", "result"),
    [
        ("length", "27", "INCH", "CENTIMETER", "68.58"),
        ("weight", "1", "POUND", "GRAM", "453.59237"),
        ("area", "1", "ACRE", "SQUARE_METER", "4046.8564224"),
        ("volume", "330", "MILLILITER", "LITER", "0.33"),
        ("volume", "1", "GALLON_US", "LITER", "3.785411784"),
        ("temperature", "212", "FAHRENHEIT", "CELSIUS", "100"),
        ("temperature", "-40", "CELSIUS", "FAHRENHEIT", "-40"),
        ("temperature", "0", "CELSIUS", "KELVIN", "273.15"),
        ("duration", "90", "MINUTE", "HOUR", "1.5"),
        ("speed", "36", "KILOMETER_PER_HOUR", "METER_PER_SECOND", "10"),
        ("power", "1", "HORSEPOWER_METRIC", "WATT", "735.49875"),
        ("digital", "512", "GIGABYTE", "TERABYTE", "0.512"),
        ("charge", "5000", "MILLIAMPERE_HOUR", "AMPERE_HOUR", "5"),
        ("length", "1", "METER", "FOOT", "3.280839895013123359580052493"),
    ],
)
def test_conversion_is_exact_where_a_decimal_can_be(family, amount, unit, to, result) -> None:
    assert BUILT_IN[family].convert(Decimal(amount), unit, to) == Decimal(result)


@given(
    st.decimals(min_value=-(10**6), max_value=10**6, places=4), st.sampled_from(sorted(BUILT_IN)), st.data()
)
def test_there_and_back_is_the_same_amount(amount, code, data) -> None:
    family = BUILT_IN[code]
    unit = data.draw(st.sampled_from(sorted(family.units)))
    back = family.convert(family.in_base(amount, unit), family.base, unit)
    assert abs(back - amount) <= Decimal("1E-12")


def test_a_result_without_end_is_rounded_to_what_a_value_can_hold() -> None:
    assert BUILT_IN["frequency"].in_base(Decimal(1), "REVOLUTION_PER_MINUTE") == Decimal(
        "0.0166666666666666666666666667"
    )


def test_case_tells_units_apart_where_it_must() -> None:
    power = BUILT_IN["power"]
    assert power.find_unit("mW").code == "MILLIWATT"
    assert power.find_unit("MW").code == "MEGAWATT"
    assert power.find_unit("mw") is None
    assert power.find_unit("kw").code == "KILOWATT"


@pytest.mark.parametrize(
    ("family", "written", "code"),
    [("weight", "kilogram", "KILOGRAM"), ("weight", "lbs", "POUND"), ("length", "μm", "MICROMETER"), ("length", "µm", "MICROMETER"),
     ("volume", "fluid ounce us", "FLUID_OUNCE_US"), ("area", "m2", "SQUARE_METER"), ("length", "MTR", "METER"),
     ("duration", "Std.", "HOUR"), ("duration", "Minuten", "MINUTE"), ("duration", "jours", "DAY"), ("weight", "Gramm", "GRAM"), ("length", "Zoll", "INCH")],
)  # fmt: skip
def test_units_are_found_by_what_suppliers_write(family, written, code) -> None:
    assert BUILT_IN[family].find_unit(written).code == code


def test_every_unit_is_found_by_its_code_and_its_symbol() -> None:
    for family in BUILT_IN.values():
        assert family.units[family.base].factor == 1
        for code, unit in family.units.items():
            assert family.find_unit(code) is unit
            assert family.find_unit(unit.symbol) is unit
            assert family.find_unit(unit.uncefact) is unit
