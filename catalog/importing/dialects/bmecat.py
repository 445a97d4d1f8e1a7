"""BMEcat, as its reader tells it: columns by the names of BMEcat 2005, with the language, type or currency they hold for."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from catalog.importing.dialects import _meanings as means
from catalog.importing.dialects.base import DIALECTS, Dialect
from catalog.importing.mapping import Column
from catalog.importing.readers import bmecat
from catalog.importing.readers.base import Table
from catalog.importing.targets import Target
from catalog.structure.snapshot import Structure

_HEADER = re.compile(
    r"(?P<name>[A-Z_]+)(?: \((?P<kind>[^)]+)\))?(?: (?P<currency>[A-Z]{3}))?(?: in (?P<where>[^ ]+))?"
)
_MEANINGS = {
    "DESCRIPTION_SHORT": (means.NAME, means.TEXTS),
    "DESCRIPTION_LONG": (means.DESCRIPTION, means.TEXTS),
    "EAN": (means.GTIN, ()),
    "MANUFACTURER_NAME": (means.BRAND, means.CHOICES),
    "MANUFACTURER_PID": (("mpn", "manufacturer_part_number", "manufacturer_number"), ()),
    "KEYWORD": (means.TAGS, ()),
    "WEIGHT": (means.WEIGHT, ()),
    "COUNTRY_OF_ORIGIN": (("country_of_origin", "origin"), ()),
    "CUSTOMS_NUMBER": (("customs_number", "hs_code", "customs_tariff_number"), ()),
}
# The price that a catalogue shows, first the one that buyers pay (BMEcat 2005, price types).
_PRICES = ("nrp", "gros_list", "net_list", "net_customer")
# ISO 639-2, the codes for terminology and for bibliography where they differ, to ISO 639-1.
_LANGUAGES = {
    "deu": "de", "ger": "de", "eng": "en", "fra": "fr", "fre": "fr", "ita": "it", "spa": "es", "nld": "nl", "dut": "nl",
    "pol": "pl", "ces": "cs", "cze": "cs", "dan": "da", "swe": "sv", "fin": "fi", "nor": "no", "nob": "nb", "por": "pt",
    "hun": "hu", "ron": "ro", "rum": "ro", "slk": "sk", "slo": "sk", "slv": "sl", "hrv": "hr", "ell": "el", "gre": "el",
    "bul": "bg", "est": "et", "lav": "lv", "lit": "lt", "tur": "tr", "rus": "ru", "ukr": "uk",
}  # fmt: skip


@DIALECTS.register
class Bmecat(Dialect):
    code = "bmecat"
    label = _("BMEcat")

    def recognise(self, table: Table) -> float:
        return 1.0 if table.format == "bmecat" else 0.0

    def known(self, table: Table, structure: Structure) -> dict[str, Column]:
        """A price goes where prices go if it holds for one piece everywhere, or for the only territories of the file."""
        found: dict[str, Column] = {}
        taken: set[Target | None] = set()
        matches = filter(None, map(_HEADER.fullmatch, table.headers))
        territories = {match["where"] for match in matches if match["name"] == bmecat.PRICE}
        for header in sorted(table.headers, key=_rank):
            match = _HEADER.fullmatch(header)
            if match is None or not _is_known(match["name"]):
                continue
            is_one_of_many = match["name"] == bmecat.PRICE and len(territories) > 1
            target = None if is_one_of_many else self._target(match, structure)
            found[header] = Column("", None, None if target in taken else target)
            taken.add(target)
        return found

    def _target(self, match: re.Match[str], structure: Structure) -> Target | None:
        name, kind = match["name"], match["kind"] or ""
        if name == bmecat.SKU:
            return Target(field="sku")
        if name == bmecat.CATEGORY:
            return Target(field="categories")
        if name == bmecat.PRICE:
            spec = means.find(structure, means.PRICE, ("price",))
            return means.target_of(spec, structure, part=match["currency"] or "")
        words, types = _MEANINGS[name]
        spec = means.find(structure, words, types)
        locale = _locale(kind, structure)
        if kind in _LANGUAGES and not locale:
            return None  # no language of ours: it is for a person to say where it goes
        return means.target_of(spec, structure, locale=locale)


def _is_known(name: str) -> bool:
    return name in _MEANINGS or name in (bmecat.SKU, bmecat.CATEGORY, bmecat.PRICE)


def _rank(header: str) -> int:
    return next((rank for rank, kind in enumerate(_PRICES) if f"({kind})" in header), len(_PRICES))


def _locale(language: str, structure: Structure) -> str:
    """The first locale in use that is in the language; "" where none is, or the file does not tell."""
    short = _LANGUAGES.get(language, language)
    return next(
        (
            code
            for code, known in structure.locales.items()
            if short and known.is_active and code.split("_")[0] == short
        ),
        "",
    )
