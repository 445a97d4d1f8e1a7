"""A supplier nobody has met before: lamps in twenty columns, in the supplier's own words."""

from __future__ import annotations

import csv
import io

from stdnum import ean

HEADERS = (
    "Artikel-Nr.", "Warengruppe", "Serie", "Ausführung", "Kurztext DE", "Produkttext", "EAN-Code", "Marke", "Farbton", "UVP EUR",
    "UVP (USD)", "Gewicht (g)", "Höhe", "Durchmeser", "Lichtstrom (lm)", "Laufzeit (h)", "Akku", "Wasserdicht", "Ursprungsland",
    "Lichtfarbe",
)  # fmt: skip
KNOWN, UNKNOWN, LATER = ("Moosgrün", "Hafercreme", "Anthrazit"), "Tannengrün", "Nebelgrau"
LIGHT = ("warmweiß", "neutralweiß", "tageslicht")


def lamps(first: int, count: int, *, color: str = "") -> bytes:
    """The file of `count` lamps, numbered from `first`; `color`: of the last two, instead of theirs."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(HEADERS)
    for number in range(first, first + count):
        at_last = number >= first + count - 2
        series = ("Fyr", "Holm", "Skär")[number % 3]
        text = color if color and at_last else (*KNOWN, *KNOWN, UNKNOWN)[number % 7]
        digits = f"400999{number:06}"
        writer.writerow([
            f"LM-{number:04}", "Lampen & Laternen", series, f"Laterne {number}", f"Laterne der Serie {series}",
            f"<p>Eine Laterne aus der Serie {series}.</p>", digits + ean.calc_check_digit(digits), "Tarnholt", text,
            f"{39 + number},90", f"{45 + number},00", str(480 + number), f"{20 + number % 9} cm", f"{10 + number % 5} cm",
            str(200 + number), str(12 + number % 8), "Lithium-Ionen", ("ja", "nein")[number % 2], ("Portugal", "Polen")[number % 2],
            LIGHT[number % 3],
        ])  # fmt: skip
    return out.getvalue().encode()
