"""How the cells of a product's own fields are read: SKUs, families, categories, yes and no, states, revisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings as conf
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.attribute_types import ValueRefused
from catalog.attribute_types.identifier import check_not_shortened
from catalog.importing import category_paths
from catalog.importing.mapping import Column
from catalog.importing.settings import ImportSettings
from catalog.models.product import Product
from catalog.structure.snapshot import Structure

_TRUE = frozenset({"1", "true", "yes", "y", "x", "on", "ja", "wahr", "oui", "vrai"})
_FALSE = frozenset({"0", "false", "no", "n", "off", "nein", "falsch", "non", "faux"})


def _code_by_label(specs: Mapping[str, Any]) -> dict[str, str]:
    """Codes and unambiguous labels, casefolded, to the code."""
    found: dict[str, set[str]] = defaultdict(set)
    for spec in specs.values():
        for text in spec.labels.values():
            found[text.strip().casefold()].add(spec.code)
    named = {text: next(iter(codes)) for text, codes in found.items() if len(codes) == 1 and text}
    return named | {folded: spec.code for folded, spec in specs.items()}


def _read_sku(_structure: Structure, _settings: ImportSettings, _column: Column) -> Callable[[str], str]:
    def read(text: str) -> str:
        check_not_shortened(text)
        return text

    return read


def _read_family(structure: Structure, _settings: ImportSettings, _column: Column) -> Callable[[str], str]:
    known = _code_by_label(structure.family_by_code)
    return lambda text: known.get(text.casefold(), text)


def _read_categories(
    structure: Structure, settings: ImportSettings, column: Column
) -> Callable[[str], list[str]]:
    return category_paths.reader(structure, column.cells(settings).list_separator)


def _read_enabled(_structure: Structure, _settings: ImportSettings, _column: Column) -> Callable[[str], bool]:
    def read(text: str) -> bool:
        folded = text.casefold()
        if folded in _TRUE:
            return True
        if folded in _FALSE:
            return False
        raise ValueRefused(
            "not_boolean", _("'%(text)s' is neither yes nor no: write 1 or 0."), {"text": text[:60]}
        )

    return read


def _read_status(_structure: Structure, _settings: ImportSettings, _column: Column) -> Callable[[str], str]:
    # The file may come from somebody who reads another language.
    known = {}
    for code, _name in conf.LANGUAGES:
        with override(code):
            known |= {str(label).casefold(): value for value, label in Product.Status.choices}
    return lambda text: known.get(text.casefold(), text.casefold())


def _read_rev(_structure: Structure, _settings: ImportSettings, _column: Column) -> Callable[[str], int]:
    def read(text: str) -> int:
        if text.isdecimal() and len(text) < 16:
            return int(text)
        raise ValueRefused(
            "not_a_revision",
            _("'%(text)s' is no revision: leave the column as it was exported."),
            {"text": text[:60]},
        )

    return read


FIELD_READERS: Mapping[str, Callable[[Structure, ImportSettings, Column], Callable[[str], Any]]] = {
    "sku": _read_sku,
    "parent": _read_sku,
    "family": _read_family,
    "categories": _read_categories,
    "enabled": _read_enabled,
    "status": _read_status,
    "_rev": _read_rev,
}
