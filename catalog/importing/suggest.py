"""Where each column of a file probably goes: by what was accepted before, by code, by label, by content."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from stdnum import ean

from catalog.attribute_types.measurement import family_of
from catalog.importing import mapping
from catalog.importing.mapping import Column
from catalog.importing.readers.base import Table
from catalog.importing.targets import FIELD_LABELS, Target, parse_header
from catalog.structure.snapshot import Structure

# What suppliers call the product's own fields, beside our codes; compared without case and punctuation.
_SYNONYMS = {
    "sku": "sku articleno articlenumber article itemno itemnumber productcode partnumber handle artikelnummer artikelnr artnr "
    "bestellnummer reference refarticle referencearticle codearticle modelnumber",
    "family": "warengruppe produktgruppe productgroup producttype producttyp typedeproduit famille familie",
    "categories": "category kategorie kategorien categorie",
    "parent": "parentsku parentcode mastersku",
    "status": "workflowstatus",
}  # fmt: skip
# Words for what most catalogues have one attribute of: its type, and for an identifier its kind.
_KINDS = {
    **dict.fromkeys(("ean", "ean13", "gtin", "gtin13", "upc", "barcode", "eancode"), "identifier"),
    **dict.fromkeys(
        ("price", "preis", "prix", "vk", "uvp", "rrp", "msrp", "verkaufspreis", "listprice", "retailprice"),
        "price",
    ),
}
_IN_BRACKETS = re.compile(r"^(?P<name>.+?)\s*[\[(](?P<note>[^\])]+)[\])]\s*$")
_WORDS = {word: field for field, words in _SYNONYMS.items() for word in words.split()}
_PRICE = re.compile(r"(?:[€$£]|\b[A-Z]{3}\b)\s*\d|\d[\d.,\s]*\s*(?:[€$£]|\b[A-Z]{3}\b)")
_LEAST_ALIKE = 0.7
_COMMA_DECIMAL = re.compile(r"[+-]?\d+(\.\d{3})*,(\d{1,2}|\d{4,})(\s*\D{0,10})?\Z")
_POINT_DECIMAL = re.compile(r"[+-]?\d+(,\d{3})*\.(\d{1,2}|\d{4,})(\s*\D{0,10})?\Z")


def columns(
    table: Table,
    structure: Structure,
    *,
    remembered: Iterable[Column] = (),
    guess: bool = True,
    known: Mapping[str, Column] | None = None,
) -> list[Column]:
    """One Column for each header; no target is given twice. `guess` False leaves contents and synonyms out. `known`: what
    the file's dialect says of headers, before anything else but what was accepted before."""
    before, known = mapping.fit(remembered, table.headers), known or {}
    by_label = _labels(structure)
    found: list[Column] = []
    taken: set[Target] = {column.to for column in before.values() if column.to}
    meant = {
        index: replace(known[header], column=header, index=index, why="dialect" if known[header].to else "")
        for index, header in enumerate(table.headers)
        if header in known and index not in before
    }
    meant = {index: column for index, column in meant.items() if column.to not in taken}
    taken |= {column.to for column in meant.values() if column.to}
    for index, header in enumerate(table.headers):
        if index in before:
            found.append(replace(before[index], why="remembered"))
            continue
        if index in meant:
            found.append(meant[index])
            continue
        target, why = parse_header(header, structure), "code"
        if target is None or _lacks_locale(target, structure):
            target, why = by_label.get(_fold(header)), "label"
        if target is not None and target not in taken:
            taken.add(target)
            found.append(Column(header, index, target, why=why))
        else:
            found.append(Column(header, index))
    found += [column for column in remembered if column.index is None]
    if guess:
        _guess(found, table, structure, taken, passed=known)
    return found


def decimal_mark(table: Table) -> str:
    """ "," where numbers of the sample can only be read so ("1,5", "1.234,50") and none only the other way; else "."."""
    texts = [text.strip() for _number, cells in table.sample for text in cells]
    comma = sum(bool(_COMMA_DECIMAL.match(text)) for text in texts)
    return "," if comma and not any(_POINT_DECIMAL.match(text) for text in texts) else "."


def _lacks_locale(target: Target, structure: Structure) -> bool:
    return bool(target.attribute) and structure.attributes[target.attribute].localizable != bool(
        target.locale
    )


def _fold(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _labels(structure: Structure) -> dict[str, Target]:
    """Labels of fields and attributes, in any language, that mean one thing only. A label's language says the locale."""
    places: dict[str, set[Target]] = {}
    for name, text in FIELD_LABELS.items():
        places.setdefault(_fold(str(text)), set()).add(Target(field=name))
    for spec in structure.attributes.values():
        if not spec.localizable:
            for text in spec.labels.values():
                places.setdefault(_fold(text), set()).add(Target(attribute=spec.code))
            continue
        for locale, text in spec.labels.items():
            if locale in structure.locales:
                places.setdefault(_fold(text), set()).add(Target(attribute=spec.code, locale=locale))
        for locale in structure.locales:
            for text in {*spec.labels.values(), spec.code}:
                for written in (f"{text}{locale}", f"{text}{locale.split('_')[0]}"):
                    places.setdefault(_fold(written), set()).add(Target(attribute=spec.code, locale=locale))
    chosen: dict[str, Target] = {}
    for text, found in places.items():
        # Where a word is the label in several locales ("Name"), the first locale of the structure stands for it.
        attributes = {(target.field, target.attribute) for target in found}
        if text and len(attributes) == 1:
            order = list(structure.locales)
            chosen[text] = min(
                found, key=lambda target: order.index(target.locale) if target.locale in order else -1
            )
    return chosen


def _guess(
    found: list[Column],
    table: Table,
    structure: Structure,
    taken: set[Target],
    passed: Collection[str],
) -> None:
    """`passed`: headers of which is known that they go nowhere."""
    by_label = _labels(structure)
    for position, column in enumerate(found):
        if column.to is not None or column.index is None or column.column in passed:
            continue
        samples = [
            cells[column.index].strip() for _number, cells in table.sample if column.index < len(cells)
        ]
        name, note = column.column, ""
        if bracketed := _IN_BRACKETS.match(name):
            name, note = bracketed["name"], bracketed["note"]
        guessed = _by_word(name, note, structure) or (by_label.get(_fold(name)) if note else None)
        guessed = guessed or _by_content([text for text in samples if text], structure, taken)
        if guessed is not None and guessed not in taken:
            taken.add(guessed)
            found[position] = replace(
                column, to=guessed, options=_unit_of(guessed, note, structure), why="content"
            )


def _unit_of(target: Target, note: str, structure: Structure) -> dict[str, str]:
    """ "Weight (kg)" says the unit of bare amounts."""
    spec = structure.attributes.get(target.attribute)
    if note and spec is not None and spec.type == "measurement":
        unit = family_of(spec).find_unit(note)
        if unit is not None:
            return {"unit": unit.code}
    return {}


def _by_word(header: str, note: str, structure: Structure) -> Target | None:
    if field := _WORDS.get(_fold(header)):
        return Target(field=field)
    words = [_fold(word) for word in re.split(r"[^\w]+", f"{header} {note}") if word]
    for currency in structure.currencies:
        words = [currency if word == currency.casefold() else word for word in words]
    parts = [word for word in words if word in structure.currencies]
    kind = next((_KINDS[word] for word in (_fold(header), *words) if word in _KINDS), "")
    fitting = [spec for spec in structure.attributes.values() if spec.type == kind and not spec.localizable]
    if len(fitting) != 1:
        return None
    return Target(attribute=fitting[0].code, part=parts[0] if kind == "price" and len(parts) == 1 else "")


def _by_content(samples: Sequence[str], structure: Structure, taken: set[Target]) -> Target | None:
    if len(samples) < 2:
        return None
    least = _LEAST_ALIKE * len(samples)
    if (
        sum(text.isdigit() and len(text) in (8, 12, 13, 14) and ean.is_valid(text) for text in samples)
        >= least
    ):
        identifiers = [spec for spec in structure.attributes.values() if spec.type == "identifier"]
        if len(identifiers) == 1:
            return Target(attribute=identifiers[0].code)
    if sum(bool(_PRICE.search(text)) for text in samples) >= least:
        prices = [spec for spec in structure.attributes.values() if spec.type == "price"]
        if len(prices) == 1:
            return Target(attribute=prices[0].code)
    distinct = {_fold(text) for text in samples}
    fitting = []
    for spec in structure.attributes.values():
        if spec.type == "select" and spec.options and not spec.localizable:
            words = {
                _fold(text)
                for option in spec.options.values()
                for text in (option.code, *option.labels.values())
            }
            if len(distinct & words) >= _LEAST_ALIKE * len(distinct):
                fitting.append(Target(attribute=spec.code))
    return fitting[0] if len(fitting) == 1 and fitting[0] not in taken else None
