"""BMEcat 1.2 and 2005, the XML in which wholesalers of German-speaking countries send catalogues: an article is a row.

Columns carry the names of BMEcat 2005 (SUPPLIER_PID), features those their supplier gave them. What comes more than once is
one cell with commas; prices have a column each by type, currency, territory and quantity. Categories are paths of the names that the file
has for them. Rows are numbered by their place in the file, from 1. Read tolerantly: an element that is unknown is a column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import Element

from catalog.importing.readers.base import MAX_COLUMNS, SAMPLE_ROWS, Choices, FileRefused, Note, Row, Table
from catalog.importing.readers.elements import elements, local

SEPARATOR = ","
STEP = " > "
SKU = "SUPPLIER_PID"
CATEGORY = "CATEGORY"
PRICE = "PRICE"
PICTURE = "MIME"
_ARTICLES = ("ARTICLE", "PRODUCT")
# Elements whose text is in the catalogue's language, unless they say which.
_IN_A_LANGUAGE = frozenset(("DESCRIPTION_SHORT", "DESCRIPTION_LONG", "KEYWORD", "REMARKS", "SEGMENT"))
_GROUPS = {  # element of a group: its id, its name, its parent
    "CATALOG_STRUCTURE": ("GROUP_ID", "GROUP_NAME", "PARENT_ID"),
    "CLASSIFICATION_GROUP": (
        "CLASSIFICATION_GROUP_ID",
        "CLASSIFICATION_GROUP_NAME",
        "CLASSIFICATION_GROUP_PARENT_ID",
    ),
}


@dataclass(slots=True)
class _Catalogue:
    """What stands apart from the articles. `groups`: id → (name, id of the parent); `places`: article → ids of groups."""

    language: str = ""
    currency: str = ""
    pictures: str = ""
    groups: dict[str, tuple[str, str]] = field(default_factory=dict)
    places: dict[str, list[str]] = field(default_factory=dict)

    def path(self, group: str) -> str:
        steps: list[str] = []
        while group in self.groups and len(steps) < 20:
            name, group = self.groups[group]
            steps.append(name)
        return STEP.join(reversed(steps))


def describe(path: Path, filename: str, choices: Choices) -> Table:
    catalogue = _catalogue(path)
    columns: dict[str, None] = {}
    first: list[dict[str, str]] = []
    count = deleted = 0
    for mode, record in _records(path, catalogue):
        count += 1
        columns.update(dict.fromkeys(record))
        if len(columns) > MAX_COLUMNS:
            raise FileRefused("too_wide", columns=len(columns), most=MAX_COLUMNS)
        if len(first) < SAMPLE_ROWS:
            first.append(record)
        deleted += mode == "delete"
    if not count:
        raise FileRefused("no_articles")
    headers = tuple(columns)
    return Table(
        format="bmecat",
        filename=filename,
        headers=headers,
        header_row=0,
        encoding="",
        sample=tuple((number, _cells(record, headers)) for number, record in enumerate(first, 1)),
        row_estimate=count,
        notes=(Note("articles_deleted", {"count": deleted}),) if deleted else (),
    )


def rows(path: Path, table: Table) -> Iterator[Row]:
    for number, (_mode, record) in enumerate(_records(path, _catalogue(path)), 1):
        yield number, _cells(record, table.headers)


def _cells(record: Mapping[str, str], headers: tuple[str, ...]) -> list[str]:
    return [record.get(header, "") for header in headers]


def _catalogue(path: Path) -> _Catalogue:
    found = _Catalogue()
    for element in elements(path, (*_GROUPS, "CATALOG", "ARTICLE_TO_CATALOGGROUP_MAP", "PRODUCT_TO_CATALOGGROUP_MAP", *_ARTICLES)):  # fmt: skip
        name = local(element)
        if name in _GROUPS:
            group, label, parent = (_first(element, part) for part in _GROUPS[name])
            found.groups[group] = (label or group, parent if parent != group else "")
        elif name.endswith("_MAP"):
            article = _first(element, "ART_ID") or _first(element, "PROD_ID")
            found.places.setdefault(article, []).append(_first(element, "CATALOG_GROUP_ID"))
        elif name == "CATALOG":
            languages = [child for child in element if local(child) == "LANGUAGE"]
            main = next((child for child in languages if child.get("default") == "true"), None)
            chosen = main if main is not None else languages[0] if len(languages) == 1 else None
            found.language = _text(chosen).lower() if chosen is not None else ""
            found.currency = _first(element, "CURRENCY")
            found.pictures = _first(element, "MIME_ROOT")
    return found


def _records(path: Path, catalogue: _Catalogue) -> Iterator[tuple[str, dict[str, str]]]:
    """(mode of the transaction, header → cell) of every article."""
    for element in elements(path, _ARTICLES):
        yield element.get("mode", ""), _record(element, catalogue)


def _record(article: Element, catalogue: _Catalogue) -> dict[str, str]:
    found: dict[str, list[str]] = {SKU: []}
    several = sum(local(child).endswith("_PRICE_DETAILS") for child in article) > 1
    orders = next((child for child in article if local(child).endswith("_ORDER_DETAILS")), None)
    per = _first(orders, "PRICE_QUANTITY") if orders is not None else ""
    for child in article:
        name = local(child)
        if name.endswith("_FEATURES"):
            _features(child, catalogue, found)
        elif name.endswith("_PRICE_DETAILS"):
            _prices(child, catalogue, found, since=_since(child) if several else "", per=per)
        elif name == "MIME_INFO":
            _pictures(child, catalogue, found)
        elif name.endswith("_REFERENCE"):
            kind = child.get("type", "others")
            _add(found, f"REFERENCE ({kind})", _first(child, "ART_ID_TO") or _first(child, "PROD_ID_TO"))
        else:
            _plain(child, catalogue, found)
    for sku in found[SKU][:1]:
        for group in catalogue.places.get(sku, ()):
            _add(found, CATEGORY, catalogue.path(group))
    return {header: SEPARATOR.join(dict.fromkeys(texts)) for header, texts in found.items()}


def _plain(element: Element, catalogue: _Catalogue, found: dict[str, list[str]]) -> None:
    """An element with a text is a column; what it is within does not matter. Marked-up text stays one text."""
    if len(element) and not _says_something(element):
        for child in element:
            _plain(child, catalogue, found)
        return
    name = local(element).replace("_AID", "_PID").replace("ARTICLE_", "PRODUCT_")
    kind = next((value for key, value in element.attrib.items() if key.endswith("lang")), "").lower()
    if not kind:
        kind = catalogue.language if name in _IN_A_LANGUAGE else element.get("type", "")
    if name == SKU:
        kind = ""
    if name == "INTERNATIONAL_PID" and kind.lower() in ("gtin", "ean"):
        name, kind = "EAN", ""
    _add(
        found,
        f"{name} ({kind})" if kind else name,
        " ".join(" ".join(element.itertext()).split()) if len(element) else _text(element),
    )


def _says_something(element: Element) -> bool:
    return bool(_text(element)) or any((child.tail or "").strip() for child in element)


def _features(element: Element, catalogue: _Catalogue, found: dict[str, list[str]]) -> None:
    system = _first(element, "REFERENCE_FEATURE_SYSTEM_NAME")
    for child in element:
        name = local(child)
        if name.startswith("REFERENCE_FEATURE_GROUP"):
            group = _text(child)
            if path := catalogue.path(group):
                _add(found, CATEGORY, path)
            else:
                _add(found, f"{name} ({system})" if system else name, group)
        elif name == "FEATURE":
            label, unit = _first(child, "FNAME") or "FEATURE", _first(child, "FUNIT")
            for value in child.iter():
                if local(value) == "FVALUE" and (text := _text(value)):
                    language = value.get("lang", "").lower()
                    header = f"{label} ({language})" if language not in ("", catalogue.language) else label
                    _add(found, header, f"{text} {unit}" if unit and text != "-" else text)


def _prices(
    element: Element, catalogue: _Catalogue, found: dict[str, list[str]], *, since: str, per: str
) -> None:
    """A column for each kind of price: `PRICE (type) EUR`, and what else it holds for. `since`: where an article has prices of
    several times; `per`: of how many pieces it is the price."""
    for price in element:
        if not local(price).endswith("_PRICE"):
            continue
        kind = price.get("price_type", "")
        least = _first(price, "LOWER_BOUND")
        territories = sorted({_text(child) for child in price if local(child) == "TERRITORY"} - {""})
        parts = (
            PRICE,
            f"({kind})" if kind else "",
            _first(price, "PRICE_CURRENCY") or catalogue.currency,
            f"in {'/'.join(territories)}" if territories else "",
            f"per {per}" if per not in ("", "1") else "",
            f"from {least}" if least not in ("", "0", "1") else "",
            f"since {since}" if since else "",
        )
        header = " ".join(filter(None, parts))
        names = (header, *(f"{header} ({number})" for number in range(2, MAX_COLUMNS)))
        free = next(
            name for name in names if name not in found
        )  # two prices in one cell would read as one number
        _add(found, free, _amount(_first(price, "PRICE_AMOUNT"), _first(price, "PRICE_FACTOR")))


def _since(details: Element) -> str:
    return next((_first(child, "DATE") for child in details if child.get("type") == "valid_start_date"), "?")


def _amount(amount: str, by: str) -> str:
    """A price is its amount times its factor (BMEcat 1.2 and 2005, PRICE_FACTOR)."""
    if by in ("", "1"):
        return amount
    try:
        factor = Decimal(by)
        return amount if factor == 1 else f"{(Decimal(amount) * factor).normalize():f}"
    except ArithmeticError:
        return f"{amount} × {by}"  # no number: whoever reads it has to decide


def _pictures(element: Element, catalogue: _Catalogue, found: dict[str, list[str]]) -> None:
    for mime in element:
        source, purpose = _first(mime, "MIME_SOURCE"), _first(mime, "MIME_PURPOSE")
        if source and "://" in catalogue.pictures and "://" not in source:
            source = f"{catalogue.pictures.rstrip('/')}/{source.lstrip('/')}"
        _add(found, f"{PICTURE} ({purpose})" if purpose else PICTURE, source)


def _add(found: dict[str, list[str]], header: str, text: str) -> None:
    if text:
        found.setdefault(" ".join(header.split()), []).append(text)


def _first(element: Element, name: str) -> str:
    return next((_text(child) for child in element if local(child) == name), "")


def _text(element: Element) -> str:
    return (element.text or "").strip()
