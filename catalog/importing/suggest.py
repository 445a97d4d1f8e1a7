"""Where each column of a file probably goes: by what was accepted before, by code, by label, by content."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from catalog.attribute_types.measurement import family_of
from catalog.importing import mapping, typed
from catalog.importing.content import Content, fold
from catalog.importing.mapping import Column
from catalog.importing.readers.base import Table
from catalog.importing.targets import FIELD_LABELS, Target, parse_header
from catalog.structure.snapshot import Structure

# What suppliers call the product's own fields, beside our codes; compared without case and punctuation.
_SYNONYMS = {
    "sku": "sku artno articleno articlenumber article itemno itemnumber productcode productnumber produktnummer variantsku partnumber handle artikelnummer artikelnr artnr "
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
_LEAST_SPELT = 0.86  # how alike a header and a label must be to be taken for the same word, misspelt
_SHORTEST = 5  # letters of a word that can be told misspelt
# What suppliers call a product's name and its long text, with the language the word itself is of.
_NAMES = {
    "de": "bezeichnung artikelbezeichnung produktname produktbezeichnung artikelname titel",
    "en": "productname itemname title producttitle itemdescription",
    "fr": "designation libelle nomduproduit intitule",
}
_LONG_TEXTS = {
    "de": "langtext produkttext produktbeschreibung artikelbeschreibung",
    "en": "longdescription productdescription longtext bodyhtml",
    "fr": "descriptionlongue descriptifproduit textelong",
}
_IN_BRACKETS = re.compile(r"^(?P<name>.+?)\s*[\[(](?P<note>[^\])]+)[\])]\s*$")
_WORDS = {word: field for field, words in _SYNONYMS.items() for word in words.split()}
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
    remembered = list(remembered)
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
            target = by_label.get(fold(header))
            why = "language" if target and _is_in_several_languages(header, target, structure) else "label"
        if target is not None and target not in taken:
            taken.add(target)
            found.append(Column(header, index, target, why=why))
        else:
            found.append(Column(header, index))
    found += mapping.fit_parts(remembered, found)
    found += [column for column in remembered if column.index is None]
    taken |= {column.to for column in found if column.to}
    if guess:
        _guess(found, table, structure, taken, passed=known)
    return found


def decimal_mark(table: Table) -> str:
    """ "," where numbers of the sample can only be read so ("1,5", "1.234,50") and none only the other way; else ".". What
    may be a number cell of a workbook says nothing of its texts."""
    texts = [text.strip() for _number, cells in table.sample for text in cells]
    if table.format in typed.FORMATS:
        texts = [text for text in texts if not typed.is_number(text)]
    comma = sum(bool(_COMMA_DECIMAL.match(text)) for text in texts)
    return "," if comma and not any(_POINT_DECIMAL.match(text) for text in texts) else "."


def _lacks_locale(target: Target, structure: Structure) -> bool:
    return bool(target.attribute) and structure.attributes[target.attribute].localizable != bool(
        target.locale
    )


def _is_in_several_languages(header: str, target: Target, structure: Structure) -> bool:
    """ "Name" is the label in English and in German: which of them the file is in, it does not say."""
    spec = structure.attributes.get(target.attribute)
    if spec is None or not spec.localizable:
        return False
    return sum(fold(spec.labels.get(locale, "")) == fold(header) for locale in structure.locales) > 1


def _labels(structure: Structure) -> dict[str, Target]:
    """Labels of fields and attributes, in any language, that mean one thing only. A label's language says the locale."""
    places: dict[str, set[Target]] = {}
    for name, text in FIELD_LABELS.items():
        places.setdefault(fold(str(text)), set()).add(Target(field=name))
    for spec in structure.attributes.values():
        if not spec.localizable:
            for text in spec.labels.values():
                places.setdefault(fold(text), set()).add(Target(attribute=spec.code))
            continue
        for locale, text in spec.labels.items():
            if locale in structure.locales:
                places.setdefault(fold(text), set()).add(Target(attribute=spec.code, locale=locale))
        for locale in structure.locales:
            for text in {*spec.labels.values(), spec.code}:
                for written in (f"{text}{locale}", f"{text}{locale.split('_')[0]}"):
                    places.setdefault(fold(written), set()).add(Target(attribute=spec.code, locale=locale))
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
    by_label, contents, lowest = _labels(structure), Content(structure), _lowest_names(table)
    for position, column in enumerate(found):
        if column.to is not None or column.index is None or column.of or column.column in passed:
            continue
        if column.why == "remembered":  # left out before
            continue
        samples = [
            cells[column.index].strip() for _number, cells in table.sample if column.index < len(cells)
        ]
        options: dict[str, str] = {}
        guessed, why, name, note = _by_name(column.column, structure, by_label)
        if guessed is None and column.index in lowest:
            guessed, why, name, note = _by_name(lowest[column.index], structure, by_label, alone=True)
        if guessed is None or guessed in taken:
            told = contents.told([text for text in samples if text], name, taken)
            guessed, why, options = told.to, "content", dict(told.options)
        if guessed is not None and guessed not in taken:
            taken.add(guessed)
            options |= _unit_of(guessed, note, structure)
            found[position] = replace(column, to=guessed, options=options, why=why)


def _lowest_names(table: Table) -> dict[int, str]:
    """Where names stand in several rows ("Article" over "Colour"): those of the last row by column, as far as they are one's
    alone; "Height" below "Product" and below "Parcel" is neither's."""
    if not table.noted("stacked_header"):
        return {}
    cells = next((cells for number, cells in table.head if number == table.header_row), [])
    names = {index: cell for index, cell in enumerate(cells[: len(table.headers)]) if cell}
    words = [fold(name) for name in names.values()]
    return {index: name for index, name in names.items() if words.count(fold(name)) == 1}


def _by_name(
    header: str, structure: Structure, by_label: Mapping[str, Target], *, alone: bool = False
) -> tuple[Target | None, str, str, str]:
    """(what the header means, why, its name, the note in brackets after it); `alone`: codes and labels are looked up too."""
    name, note = header, ""
    if bracketed := _IN_BRACKETS.match(name):
        name, note = bracketed["name"], bracketed["note"]
    guessed, why = _by_word(name, note, structure), "content"
    if guessed is None and (note or alone):
        guessed = by_label.get(fold(name))
    if guessed is None:
        guessed = _by_text(name, note, structure)
    if guessed is None:
        guessed, why = _by_spelling(name, by_label), "alike"
    return guessed, why, name, note


def _by_text(header: str, note: str, structure: Structure) -> Target | None:
    """ "Designation EN": the attribute that names products, or the one long text there is, in the language that is said."""
    words = [
        fold(unicodedata.normalize("NFKD", word)) for word in re.split(r"[^\w]+", f"{header} {note}") if word
    ]
    for listed, attribute in ((_NAMES, _naming(structure)), (_LONG_TEXTS, _only(structure, "richtext"))):
        language = next(
            (
                code
                for code, known in listed.items()
                if not {*words, "".join(words)}.isdisjoint(known.split())
            ),
            "",
        )
        if language and attribute:
            if not structure.attributes[attribute].localizable:
                return Target(attribute=attribute)
            said = [
                locale
                for locale in structure.locales
                if {locale.casefold().replace("_", ""), locale[:2].casefold()} & set(words)
            ]
            meant = said or [locale for locale in structure.locales if locale.startswith(language)]
            return Target(attribute=attribute, locale=(meant or list(structure.locales))[0])
    return None


def _naming(structure: Structure) -> str:
    """The attribute by which most families name their products."""
    named = [family.label_attribute for family in structure.families.values() if family.label_attribute]
    return max(sorted(set(named)), key=named.count) if named else ""


def _only(structure: Structure, type_code: str) -> str:
    listed = [
        spec.code for spec in structure.attributes.values() if spec.type == type_code and spec.localizable
    ]
    return listed[0] if len(listed) == 1 else ""


def _by_spelling(header: str, by_label: Mapping[str, Target]) -> Target | None:
    """ "Bezeichung", "Colour": one label that is almost the header."""
    word = fold(header)
    if len(word) < _SHORTEST:
        return None
    as_long = [label for label in by_label if abs(len(label) - len(word)) <= 1 + len(word) // 6]
    close = difflib.get_close_matches(word, as_long, n=3, cutoff=_LEAST_SPELT)
    meant = {by_label[label] for label in close}
    return meant.pop() if len(meant) == 1 else None


def _unit_of(target: Target, note: str, structure: Structure) -> dict[str, str]:
    """ "Weight (kg)" says the unit of bare amounts."""
    spec = structure.attributes.get(target.attribute)
    if note and spec is not None and spec.type == "measurement":
        unit = family_of(spec).find_unit(note)
        if unit is not None:
            return {"unit": unit.code}
    return {}


def _by_word(header: str, note: str, structure: Structure) -> Target | None:
    if field := _WORDS.get(fold(header)):
        return Target(field=field)
    words = [fold(word) for word in re.split(r"[^\w]+", f"{header} {note}") if word]
    for currency in structure.currencies:
        words = [currency if word == currency.casefold() else word for word in words]
    parts = [word for word in words if word in structure.currencies]
    kind = next((_KINDS[word] for word in (fold(header), *words) if word in _KINDS), "")
    fitting = [
        spec for spec in structure.attributes.values()
        if spec.type == kind and not spec.localizable and (kind != "identifier" or spec.params.get("kind") == "gtin")
    ]  # fmt: skip
    if len(fitting) != 1:
        return None
    return Target(attribute=fitting[0].code, part=parts[0] if kind == "price" and len(parts) == 1 else "")
