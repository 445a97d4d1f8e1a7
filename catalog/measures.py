"""Measurement families: their units, and conversion without rounding errors.

Unit codes follow UN/CEFACT's names in capitals, as PIMs and GS1 feeds write them; `uncefact` is the code of
Recommendation 20 that GS1 and BMEcat carry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from pim.lib.decimals import MAX_DIGITS, canonical

_CONTEXT = Context(prec=MAX_DIGITS - 2)
PLACES = 28
# What suppliers write beside codes and symbols.
_SPELLINGS = {
    '"': "INCH", "inches": "INCH", "'": "FOOT", "feet": "FOOT", "lbs": "POUND", "lb.": "POUND", "oz.": "OUNCE", "gr": "GRAM",
    "kgs": "KILOGRAM", "kilo": "KILOGRAM", "tonne": "TON", "litre": "LITER", "ltr": "LITER", "metre": "METER",
    "centimetre": "CENTIMETER", "millimetre": "MILLIMETER", "millilitre": "MILLILITER", "m2": "SQUARE_METER",
    "m3": "CUBIC_METER", "cm3": "CUBIC_CENTIMETER", "sec": "SECOND", "hrs": "HOUR", "mins": "MINUTE",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unit:
    """base = (amount + offset) × factor / per; factor and per are apart because 5/9 has no finite decimal form."""

    code: str
    symbol: str
    uncefact: str
    factor: Decimal
    per: Decimal = Decimal(1)
    offset: Decimal = Decimal(0)

    def to_base(self, amount: Fraction) -> Fraction:
        return (amount + Fraction(self.offset)) * Fraction(self.factor) / Fraction(self.per)

    def from_base(self, amount: Fraction) -> Fraction:
        return amount * Fraction(self.per) / Fraction(self.factor) - Fraction(self.offset)


@dataclass(frozen=True, slots=True)
class MeasurementFamily:
    code: str
    label: Any
    base: str
    units: Mapping[str, Unit]

    def find_unit(self, written: str) -> Unit | None:
        """By code in any case or plural, by symbol or UN/CEFACT code, in any case where that is clear (not "mW", "MW")."""
        units = _lookup(self.code)
        folded = "_".join(written.casefold().split())
        return units.get(written.strip()) or units.get(folded) or units.get(folded.removesuffix("s"))

    def convert(self, amount: Decimal, unit: str, to: str) -> Decimal:
        """Exact where the result has a finite decimal form of at most 28 digits and places, else rounded to 28."""
        if unit == to:
            return amount
        return _decimal(self.units[to].from_base(self.units[unit].to_base(Fraction(amount))))

    def in_base(self, amount: Decimal, unit: str) -> Decimal:
        return self.convert(amount, unit, self.base)


def _decimal(value: Fraction) -> Decimal:
    result = _CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))
    places = -int(result.as_tuple().exponent)
    if places > PLACES:  # a stored decimal has no room for more: 1 rpm is 0.01666… Hz
        result = result.quantize(Decimal(1).scaleb(-PLACES))
    return Decimal(canonical(result))


def _family(code: str, label: Any, *rows: str) -> MeasurementFamily:
    """Each row: code, symbol, UN/CEFACT code, factor[/per][+offset]. The first row is the base unit."""
    units = {}
    for row in rows:
        name, symbol, uncefact, scale = row.split()
        scale, _plus, offset = scale.partition("+")
        factor, _slash, per = scale.partition("/")
        units[name] = Unit(
            name, symbol.replace("_", " "), uncefact, Decimal(factor), Decimal(per or 1), Decimal(offset or 0)
        )
    return MeasurementFamily(code, label, next(iter(units)), units)


# Factors: the SI Brochure (9th edition) and NIST SP 811 for the inch, pound, gallon and horsepower families.
MEASURES: Mapping[str, MeasurementFamily] = {
    family.code: family
    for family in (
        _family(
            "length", _("Length"),
            "METER m MTR 1", "MICROMETER µm 4H 0.000001", "MILLIMETER mm MMT 0.001", "CENTIMETER cm CMT 0.01",
            "DECIMETER dm DMT 0.1", "KILOMETER km KMT 1000", "INCH in INH 0.0254", "FOOT ft FOT 0.3048",
            "YARD yd YRD 0.9144", "MILE mi SMI 1609.344",
        ),
        _family(
            "weight", _("Weight"),
            "KILOGRAM kg KGM 1", "MICROGRAM µg MC 0.000000001", "MILLIGRAM mg MGM 0.000001", "GRAM g GRM 0.001",
            "TON t TNE 1000", "OUNCE oz ONZ 0.028349523125", "POUND lb LBR 0.45359237", "STONE st STI 6.35029318",
        ),
        _family(
            "area", _("Area"),
            "SQUARE_METER m² MTK 1", "SQUARE_MILLIMETER mm² MMK 0.000001", "SQUARE_CENTIMETER cm² CMK 0.0001",
            "SQUARE_KILOMETER km² KMK 1000000", "HECTARE ha HAR 10000", "SQUARE_INCH in² INK 0.00064516",
            "SQUARE_FOOT ft² FTK 0.09290304", "SQUARE_YARD yd² YDK 0.83612736", "ACRE ac ACR 4046.8564224",
        ),
        _family(
            "volume", _("Volume"),
            "LITER l LTR 1", "MILLILITER ml MLT 0.001", "CENTILITER cl CLT 0.01", "DECILITER dl DLT 0.1",
            "CUBIC_METER m³ MTQ 1000", "CUBIC_CENTIMETER cm³ CMQ 0.001", "CUBIC_MILLIMETER mm³ MMQ 0.000001",
            "CUBIC_INCH in³ INQ 0.016387064", "CUBIC_FOOT ft³ FTQ 28.316846592", "FLUID_OUNCE_US fl_oz OZA 0.0295735295625",
            "PINT_US pt PTL 0.473176473", "GALLON_US gal GLL 3.785411784", "GALLON_UK gal_(UK) GLI 4.54609",
        ),
        _family(
            "temperature", _("Temperature"),
            "KELVIN K KEL 1", "CELSIUS °C CEL 1+273.15", "FAHRENHEIT °F FAH 5/9+459.67",
        ),
        _family(
            "duration", _("Duration"),
            "SECOND s SEC 1", "MILLISECOND ms C26 0.001", "MINUTE min MIN 60", "HOUR h HUR 3600", "DAY d DAY 86400",
            "WEEK wk WEE 604800",
        ),
        _family(
            "power", _("Power"),
            "WATT W WTT 1", "MILLIWATT mW C31 0.001", "KILOWATT kW KWT 1000", "MEGAWATT MW MAW 1000000",
            "HORSEPOWER hp BHP 745.69987158227022", "HORSEPOWER_METRIC PS HJ 735.49875", "VOLT_AMPERE VA D46 1",
        ),
        _family(
            "energy", _("Energy"),
            "JOULE J JOU 1", "KILOJOULE kJ KJO 1000", "MEGAJOULE MJ 3B 1000000", "WATT_HOUR Wh WHR 3600",
            "KILOWATT_HOUR kWh KWH 3600000", "CALORIE cal D70 4.184", "KILOCALORIE kcal K51 4184",
        ),
        _family(
            "voltage", _("Voltage"),
            "VOLT V VLT 1", "MILLIVOLT mV 2Z 0.001", "KILOVOLT kV KVT 1000",
        ),
        _family(
            "current", _("Electric current"),
            "AMPERE A AMP 1", "MILLIAMPERE mA 4K 0.001", "KILOAMPERE kA B22 1000",
        ),
        _family(
            "charge", _("Electric charge"),
            "AMPERE_HOUR Ah AMH 1", "MILLIAMPERE_HOUR mAh E09 0.001",
        ),
        _family(
            "frequency", _("Frequency"),
            "HERTZ Hz HTZ 1", "KILOHERTZ kHz KHZ 1000", "MEGAHERTZ MHz MHZ 1000000", "GIGAHERTZ GHz A86 1000000000",
            "REVOLUTION_PER_MINUTE rpm RPM 1/60",
        ),
        _family(
            "pressure", _("Pressure"),
            "PASCAL Pa PAL 1", "KILOPASCAL kPa KPA 1000", "MEGAPASCAL MPa MPA 1000000", "MILLIBAR mbar MBR 100",
            "BAR bar BAR 100000", "POUND_PER_SQUARE_INCH psi PS 4.4482216152605/0.00064516",
        ),
        _family(
            "speed", _("Speed"),
            "METER_PER_SECOND m/s MTS 1", "KILOMETER_PER_HOUR km/h KMH 1/3.6", "MILE_PER_HOUR mph HM 0.44704",
        ),
        _family(
            "digital", _("Digital storage"),
            "BYTE B AD 1", "BIT bit A99 0.125", "KILOBYTE kB 2P 1000", "MEGABYTE MB 4L 1000000",
            "GIGABYTE GB E34 1000000000", "TERABYTE TB E35 1000000000000",
        ),
        _family(
            "angle", _("Angle"),
            "DEGREE ° DD 1", "REVOLUTION rev M44 360",
        ),
    )
}  # fmt: skip


@cache
def _lookup(family: str) -> Mapping[str, Unit]:
    units = MEASURES[family].units.values()
    found: dict[str, Unit] = {}
    folded: dict[str, set[Unit]] = {}
    for unit in units:
        for spelling in (unit.symbol, unit.uncefact):
            found.setdefault(spelling, unit)
            folded.setdefault(spelling.casefold(), set()).add(unit)
    for spelling, meant in folded.items():
        if len(meant) == 1:  # "MW" and "mW" are told apart by their case only
            found.setdefault(spelling, next(iter(meant)))
    for unit in units:
        found[unit.code] = found[unit.code.casefold()] = unit
    for spelling, code in _SPELLINGS.items():
        if code in MEASURES[family].units:
            found.setdefault(spelling, MEASURES[family].units[code])
    return found
