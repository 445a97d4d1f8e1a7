"""Measurement families as types read them: their units, and conversion without rounding errors.

What families there are stands in the database (catalog.models.measurement); BUILT_IN is what a new installation begins
with. Unit codes follow UN/CEFACT's names in capitals, as PIMs and GS1 feeds write them; `uncefact` is the code of
Recommendation 20 that GS1 and BMEcat carry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal
from fractions import Fraction
from functools import cached_property

from catalog.codes import label_of
from pim.lib.decimals import MAX_DIGITS, canonical

_CONTEXT = Context(prec=MAX_DIGITS - 2)
PLACES = 28
# What suppliers write beside codes and symbols.
_SPELLINGS = {
    '"': "INCH", "inches": "INCH", "'": "FOOT", "feet": "FOOT", "lbs": "POUND", "lb.": "POUND", "oz.": "OUNCE", "gr": "GRAM",
    "kgs": "KILOGRAM", "kilo": "KILOGRAM", "tonne": "TON", "litre": "LITER", "ltr": "LITER", "metre": "METER",
    "centimetre": "CENTIMETER", "millimetre": "MILLIMETER", "millilitre": "MILLILITER", "m2": "SQUARE_METER",
    "m3": "CUBIC_METER", "cm3": "CUBIC_CENTIMETER", "sec": "SECOND", "hrs": "HOUR", "mins": "MINUTE",
    # As German and French price lists write them.
    "std": "HOUR", "std.": "HOUR", "stunde": "HOUR", "stunden": "HOUR", "heure": "HOUR", "min.": "MINUTE", "minuten": "MINUTE",
    "sek": "SECOND", "sek.": "SECOND", "sekunde": "SECOND", "sekunden": "SECOND", "seconde": "SECOND", "tag": "DAY", "tage": "DAY", "jour": "DAY",
    "woche": "WEEK", "wochen": "WEEK", "semaine": "WEEK", "gramm": "GRAM", "gramme": "GRAM", "kilogramm": "KILOGRAM", "kilogramme": "KILOGRAM",
    "zoll": "INCH", "pouce": "INCH", "zentimeter": "CENTIMETER", "centimètre": "CENTIMETER", "millimètre": "MILLIMETER", "mètre": "METER",
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
    labels: Mapping[str, str] = field(default_factory=dict, hash=False, compare=False)

    def label(self, locale: str | None = None) -> str:
        return label_of(dict(self.labels), self.code, locale)

    def to_base(self, amount: Fraction) -> Fraction:
        return (amount + Fraction(self.offset)) * Fraction(self.factor) / Fraction(self.per)

    def from_base(self, amount: Fraction) -> Fraction:
        return amount * Fraction(self.per) / Fraction(self.factor) - Fraction(self.offset)


@dataclass(frozen=True, eq=False)
class MeasurementSpec:
    """`base`: the code of the standard unit, in which amounts are compared."""

    code: str
    labels: Mapping[str, str]
    base: str
    units: Mapping[str, Unit]

    def label(self, locale: str | None = None) -> str:
        return label_of(dict(self.labels), self.code, locale)

    def find_unit(self, written: str) -> Unit | None:
        """By code in any case or plural, by symbol or UN/CEFACT code, in any case where that is clear (not "mW", "MW")."""
        units = self._spellings
        folded = "_".join(written.casefold().split())
        return units.get(written.strip()) or units.get(folded) or units.get(folded.removesuffix("s"))

    @cached_property
    def _spellings(self) -> Mapping[str, Unit]:
        found: dict[str, Unit] = {}
        folded: dict[str, set[str]] = {}
        for unit in self.units.values():
            for spelling in filter(None, (unit.symbol, unit.uncefact)):
                found.setdefault(spelling, unit)
                folded.setdefault(spelling.casefold(), set()).add(unit.code)
        for spelling, meant in folded.items():
            if len(meant) == 1:  # "MW" and "mW" are told apart by their case only
                found.setdefault(spelling, self.units[next(iter(meant))])
        for unit in self.units.values():
            found[unit.code] = found[unit.code.casefold()] = unit
        for spelling, code in _SPELLINGS.items():
            if code in self.units:
                found.setdefault(spelling, self.units[code])
        return found

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


def _family(code: str, labels: tuple[str, str, str], *rows: str) -> MeasurementSpec:
    """Labels in English, German and French. Each row: code, symbol, UN/CEFACT code, factor[/per][+offset]; the first is
    the standard unit."""
    units = {}
    for row in rows:
        name, symbol, uncefact, scale = row.split()
        scale, _plus, offset = scale.partition("+")
        factor, _slash, per = scale.partition("/")
        units[name] = Unit(
            name, symbol.replace("_", " "), uncefact, Decimal(factor), Decimal(per or 1), Decimal(offset or 0),
            {"en_US": name.replace("_", " ").capitalize()},
        )  # fmt: skip
    return MeasurementSpec(
        code, dict(zip(("en_US", "de_DE", "fr_FR"), labels, strict=True)), next(iter(units)), units
    )


# Factors: the SI Brochure (9th edition) and NIST SP 811 for the inch, pound, gallon and horsepower families.
BUILT_IN: Mapping[str, MeasurementSpec] = {
    family.code: family
    for family in (
        _family(
            "length", ("Length", "Länge", "Longueur"),
            "METER m MTR 1", "MICROMETER µm 4H 0.000001", "MILLIMETER mm MMT 0.001", "CENTIMETER cm CMT 0.01",
            "DECIMETER dm DMT 0.1", "KILOMETER km KMT 1000", "INCH in INH 0.0254", "FOOT ft FOT 0.3048",
            "YARD yd YRD 0.9144", "MILE mi SMI 1609.344",
        ),
        _family(
            "weight", ("Weight", "Gewicht", "Poids"),
            "KILOGRAM kg KGM 1", "MICROGRAM µg MC 0.000000001", "MILLIGRAM mg MGM 0.000001", "GRAM g GRM 0.001",
            "TON t TNE 1000", "OUNCE oz ONZ 0.028349523125", "POUND lb LBR 0.45359237", "STONE st STI 6.35029318",
        ),
        _family(
            "area", ("Area", "Fläche", "Surface"),
            "SQUARE_METER m² MTK 1", "SQUARE_MILLIMETER mm² MMK 0.000001", "SQUARE_CENTIMETER cm² CMK 0.0001",
            "SQUARE_KILOMETER km² KMK 1000000", "HECTARE ha HAR 10000", "SQUARE_INCH in² INK 0.00064516",
            "SQUARE_FOOT ft² FTK 0.09290304", "SQUARE_YARD yd² YDK 0.83612736", "ACRE ac ACR 4046.8564224",
        ),
        _family(
            "volume", ("Volume", "Volumen", "Volume"),
            "LITER l LTR 1", "MILLILITER ml MLT 0.001", "CENTILITER cl CLT 0.01", "DECILITER dl DLT 0.1",
            "CUBIC_METER m³ MTQ 1000", "CUBIC_CENTIMETER cm³ CMQ 0.001", "CUBIC_MILLIMETER mm³ MMQ 0.000001",
            "CUBIC_INCH in³ INQ 0.016387064", "CUBIC_FOOT ft³ FTQ 28.316846592", "FLUID_OUNCE_US fl_oz OZA 0.0295735295625",
            "PINT_US pt PTL 0.473176473", "GALLON_US gal GLL 3.785411784", "GALLON_UK gal_(UK) GLI 4.54609",
        ),
        _family(
            "temperature", ("Temperature", "Temperatur", "Température"),
            "KELVIN K KEL 1", "CELSIUS °C CEL 1+273.15", "FAHRENHEIT °F FAH 5/9+459.67",
        ),
        _family(
            "duration", ("Duration", "Dauer", "Durée"),
            "SECOND s SEC 1", "MILLISECOND ms C26 0.001", "MINUTE min MIN 60", "HOUR h HUR 3600", "DAY d DAY 86400",
            "WEEK wk WEE 604800",
        ),
        _family(
            "power", ("Power", "Leistung", "Puissance"),
            "WATT W WTT 1", "MILLIWATT mW C31 0.001", "KILOWATT kW KWT 1000", "MEGAWATT MW MAW 1000000",
            "HORSEPOWER hp BHP 745.69987158227022", "HORSEPOWER_METRIC PS HJ 735.49875", "VOLT_AMPERE VA D46 1",
        ),
        _family(
            "energy", ("Energy", "Energie", "Énergie"),
            "JOULE J JOU 1", "KILOJOULE kJ KJO 1000", "MEGAJOULE MJ 3B 1000000", "WATT_HOUR Wh WHR 3600",
            "KILOWATT_HOUR kWh KWH 3600000", "CALORIE cal D70 4.184", "KILOCALORIE kcal K51 4184",
        ),
        _family(
            "voltage", ("Voltage", "Spannung", "Tension"),
            "VOLT V VLT 1", "MILLIVOLT mV 2Z 0.001", "KILOVOLT kV KVT 1000",
        ),
        _family(
            "current", ("Electric current", "Stromstärke", "Intensité du courant"),
            "AMPERE A AMP 1", "MILLIAMPERE mA 4K 0.001", "KILOAMPERE kA B22 1000",
        ),
        _family(
            "charge", ("Electric charge", "Elektrische Ladung", "Charge électrique"),
            "AMPERE_HOUR Ah AMH 1", "MILLIAMPERE_HOUR mAh E09 0.001",
        ),
        _family(
            "frequency", ("Frequency", "Frequenz", "Fréquence"),
            "HERTZ Hz HTZ 1", "KILOHERTZ kHz KHZ 1000", "MEGAHERTZ MHz MHZ 1000000", "GIGAHERTZ GHz A86 1000000000",
            "REVOLUTION_PER_MINUTE rpm RPM 1/60",
        ),
        _family(
            "pressure", ("Pressure", "Druck", "Pression"),
            "PASCAL Pa PAL 1", "KILOPASCAL kPa KPA 1000", "MEGAPASCAL MPa MPA 1000000", "MILLIBAR mbar MBR 100",
            "BAR bar BAR 100000", "POUND_PER_SQUARE_INCH psi PS 4.4482216152605/0.00064516",
        ),
        _family(
            "speed", ("Speed", "Geschwindigkeit", "Vitesse"),
            "METER_PER_SECOND m/s MTS 1", "KILOMETER_PER_HOUR km/h KMH 1/3.6", "MILE_PER_HOUR mph HM 0.44704",
        ),
        _family(
            "digital", ("Digital storage", "Speicherplatz", "Capacité de stockage"),
            "BYTE B AD 1", "BIT bit A99 0.125", "KILOBYTE kB 2P 1000", "MEGABYTE MB 4L 1000000",
            "GIGABYTE GB E34 1000000000", "TERABYTE TB E35 1000000000000",
        ),
        _family(
            "angle", ("Angle", "Winkel", "Angle"),
            "DEGREE ° DD 1", "REVOLUTION rev M44 360",
        ),
    )
}  # fmt: skip
