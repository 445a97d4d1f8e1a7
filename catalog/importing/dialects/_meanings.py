"""What the headers of shops mean: finding the catalogue's attribute for the title, the price, an option's name."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.attribute_types.measurement import family_of
from catalog.importing import category_paths
from catalog.importing.mapping import Column
from catalog.importing.readers.base import Table
from catalog.importing.shapes import VARIANT as SHAPED_VARIANT
from catalog.importing.targets import Target
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec

TEXTS = ("text", "richtext")
CHOICES = ("select", "multiselect", "text", "reference")
LINKS = ("link", "text")
VARIANT, FAMILY = Target(field="family_variant"), Target(field="family")
# How catalogues name what every shop has; the first that is there is taken.
NAME = ("name", "title", "product_name", "erp_name", "bezeichnung")
DESCRIPTION = ("description", "long_description", "body_html", "beschreibung")
SHORT = ("short_description", "summary", "excerpt", "teaser")
BRAND = ("brand", "vendor", "manufacturer", "marke")
GTIN = ("gtin", "ean", "barcode", "upc", "ean13")
PRICE = ("price", "list_price", "retail_price", "rrp", "preis")
OTHER_PRICE = ("compare_at_price", "sale_price", "special_price", "was_price")
COST = ("cost", "cost_price", "cost_per_item", "purchase_price")
WEIGHT = ("weight", "net_weight", "gewicht")
PICTURE = ("image_url", "picture_url", "image_link", "image", "picture", "main_image")
ALL_PICTURES = "All images"  # a column that shapes make
GALLERY = ("images", "gallery", "pictures", "product_images", "media", "photos", "bilder", "galerie")
MAIN_PICTURE = ("image", "main_image", "picture", "main_picture", "photo", "hauptbild", "bild")
TAGS = ("tags", "keywords", "labels")
SEO_TITLE = ("seo_title", "meta_title")
SEO_TEXT = ("seo_description", "meta_description")


def fold(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def find(structure: Structure, words: Iterable[str], types: Collection[str] = ()) -> AttributeSpec | None:
    """The first attribute of one of these types whose code, or else whose label, is one of the words."""
    fitting = [spec for spec in structure.attributes.values() if not types or spec.type in types]
    by_code = {fold(spec.code): spec for spec in reversed(fitting)}
    by_label = {fold(text): spec for spec in reversed(fitting) for text in spec.labels.values()}
    folded = [fold(word) for word in words]
    return next((known[word] for known in (by_code, by_label) for word in folded if word in known), None)


def target_of(
    spec: AttributeSpec | None, structure: Structure, *, locale: str = "", part: str = ""
) -> Target | None:
    """Where a column without locale goes: to the first locale in use in which the attribute exists."""
    if spec is None:
        return None
    if spec.localizable and not locale:
        codes = (
            code for code, known in structure.locales.items() if known.is_active and spec.exists_in(code)
        )
        locale = next(codes, "")
        if not locale:
            return None
    return Target("", spec.code, locale if spec.localizable else "", "", part)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a header stands for: a field of the product's `own`, or the first attribute that is called so. `values`: what cells
    are read as instead. `unit`: of bare amounts. `currency`: the first one, which the file does not name."""

    words: Sequence[str] = ()
    types: Collection[str] = ()
    own: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    currency: bool = False

    def column(self, structure: Structure) -> Column:
        options = dict(self.options)
        if self.own:
            return Column("", None, Target(field=self.own), options=options, values=self.values)
        spec = find(structure, self.words, self.types)
        part = structure.currencies[0] if self.currency and structure.currencies else ""
        if spec is not None and self.unit and spec.type == "measurement":
            unit = family_of(spec).find_unit(self.unit)
            if unit is not None:
                options["unit"] = unit.code
        to = target_of(spec, structure, part=part if spec and spec.type == "price" else "")
        return Column("", None, to, options=options, values=self.values)


def columns(
    headers: Iterable[str], meanings: Mapping[str, Meaning | None], structure: Structure
) -> dict[str, Column]:
    """By header: what `meanings` (keys in lower case) says of it; None is left out. No target comes twice."""
    found: dict[str, Column] = {}
    taken: set[Target] = set()
    for header in headers:
        if header.casefold() not in meanings:
            continue
        meaning = meanings[header.casefold()]
        column = meaning.column(structure) if meaning else Column("")
        if column.to in taken:
            column = Column("")
        elif column.to:
            taken.add(column.to)
        found[header] = column
    return found


# --- families, variants, categories


def combination(kind: str, names: Sequence[str]) -> str:
    """The cell of a model that stands for its family variant: "Shirts: Color, Size"."""
    return f"{kind}: {', '.join(names)}" if kind else ", ".join(names)


def combinations(table: Table) -> list[list[str]]:
    """What was learned of the file, or what its rows say that are products already: [cell, kind, name of an option …]."""
    if table.shape:
        return list(table.shape["learned"].get("combinations", ()))
    if SHAPED_VARIANT not in table.headers:
        return []
    place = table.headers.index(SHAPED_VARIANT)
    cells = dict.fromkeys(cells[place] for _number, cells in table.sample if cells[place])
    return [[cell, *_taken_apart(cell)] for cell in cells]


def _taken_apart(cell: str) -> list[str]:
    kind, colon, names = cell.rpartition(": ")
    return [kind if colon else "", *names.split(", ")]


def axes_column(
    combinations: Sequence[Sequence[str]], axes: Callable[[str], Target | None], structure: Structure
) -> Column:
    """The column of family variants. `combinations`: (cell, kind or family, name of an option …); where there is just one
    variant on one level with those axes, the cell is read as its code."""
    values = {}
    for cell, kind, *names in combinations:
        found = fitting_variants(kind, names, axes, structure)
        if len(found) == 1:
            values[cell] = found[0]
    return Column("", None, VARIANT, values=values)


def axes_in(columns: Mapping[str, Column], prefix: str) -> Callable[[str], Target | None]:
    """What the column of an option's name goes to; such columns are headed `prefix` and the name."""
    return lambda name: columns[prefix + name].to if prefix + name in columns else None


def fitting_variants(
    kind: str, names: Sequence[str], axes: Callable[[str], Target | None], structure: Structure
) -> list[str]:
    wanted = {target.attribute for name in names if (target := axes(name))}
    if not names or len(wanted) < len(names):
        return []
    fitting = [
        spec
        for spec in structure.variants.values()
        if spec.levels == 1 and set(spec.axes.get(1, ())) == wanted
    ]
    family = family_called(kind, structure)
    named = [spec.code for spec in fitting if structure.families[spec.family_id].code == family]
    return named if family else [spec.code for spec in fitting]


def family_called(text: str, structure: Structure) -> str:
    """The code of the family with this code or label; "" where there is none."""
    if known := structure.family_by_code.get(text.strip().casefold()):
        return known.code
    folded = fold(text)
    found = {spec.code for spec in structure.families.values() if folded in map(fold, spec.labels.values())}
    return found.pop() if folded and len(found) == 1 else ""


def missing_variants(
    table: Table, mapped: Sequence[Column], combinations: Sequence[Sequence[str]], structure: Structure
) -> list[str]:
    """Sentences for the combinations of options that no family variant was found for."""
    column = next((column for column in mapped if column.to == VARIANT), None)
    if column is None or not combinations:
        return []
    known = {text.casefold() for text in column.values} | set(structure.variant_by_code)
    left = [cell for cell, *_rest in combinations if cell.casefold() not in known]
    if not left:
        return []
    sentence = _(
        "No family variant was found for: %(cells)s. Write a line such as “%(cell)s = code of the family variant” into the"
        " options of the column %(column)s, or create one with these axes on one level first."
    )
    return [sentence % {"cells": "; ".join(left[:5]), "cell": left[0], "column": column.column}]


def missing_options(mapped: Sequence[Column], prefix: str) -> list[str]:
    """Sentences for the options by which variants differ that go to no attribute."""
    left = [column.column for column in mapped if column.column.startswith(prefix) and column.to is None]
    sentence = _("%(columns)s: choose the attribute that tells the variants apart, or create it first.")
    return [sentence % {"columns": ", ".join(left)}] if left else []


def missing_family(table: Table, mapped: Sequence[Column], structure: Structure) -> list[str]:
    column = next((column for column in mapped if column.to == FAMILY), None)
    if column is None:
        return [
            _("Nothing in the file is a family of the catalogue, and products without one ask for no attributes: choose one under “The same for every row”.")
        ]  # fmt: skip
    if column.index is None:
        return []
    known = {text.casefold() for text in column.values}
    left = [
        text
        for text in samples(table, column.column)
        if text.casefold() not in known and not family_called(text, structure)
    ]
    sentence = _(
        "No family is called: %(texts)s. Write a line such as “%(text)s = code of the family” into the options of the column"
        " %(column)s; its products are refused otherwise."
    )
    return (
        [sentence % {"texts": ", ".join(left[:8]), "text": left[0], "column": column.column}] if left else []
    )


def unnamed_currency(mapped: Sequence[Column]) -> list[str]:
    parts = {
        column.to.part
        for column in mapped
        if column.to and column.why == "dialect" and len(column.to.part) == 3
    }
    sentence = _("The file does not say in which currency its prices are: they are taken as %(currency)s.")
    return [sentence % {"currency": ", ".join(sorted(parts))}] if parts else []


def picture_columns(table: Table, first: Iterable[str], structure: Structure) -> dict[str, Column]:
    """The pictures of a product, where the file has their addresses: all of them go to an attribute of several images; where
    there is none, the `first` one (headers in lower case) to an attribute of one."""
    if ALL_PICTURES not in table.headers:
        return {}
    if not any("://" in text for text in samples(table, ALL_PICTURES)):
        return {ALL_PICTURES: Column("")}
    gallery = _of_type("images", GALLERY, structure)
    found = {ALL_PICTURES: Column("", None, target_of(gallery, structure))}
    main = _of_type("image", MAIN_PICTURE, structure)
    header = next((header for header in table.headers if header.casefold() in first), "")
    if gallery is None and main is not None and header:
        found[header] = Column("", None, target_of(main, structure))
    return found


def _of_type(kind: str, words: Iterable[str], structure: Structure) -> AttributeSpec | None:
    """The attribute of a type that is called so, or the only one of the type."""
    every = [spec for spec in structure.attributes.values() if spec.type == kind]
    return find(structure, words, (kind,)) or (every[0] if len(every) == 1 else None)


def left_pictures(table: Table, mapped: Sequence[Column], headers: Collection[str]) -> list[str]:
    """`headers`: columns with the addresses or names of pictures, in lower case."""
    if any(column.column == ALL_PICTURES and column.to for column in mapped):
        return []
    left = [
        column.column
        for column in mapped
        if column.column.casefold() in headers and column.to is None and column.index is not None
    ]
    filled = [
        column.column
        for column in mapped
        if column.column in left and any(cells[column.index or 0] for _n, cells in table.sample)
    ]
    sentence = _("%(columns)s: these pictures are left out. An attribute of the type Several images or Image gets them where the file has their https addresses, and Link keeps an address; what is named by a path goes into the library.")  # fmt: skip
    return [sentence % {"columns": ", ".join(filled)}] if filled else []


def samples(table: Table, header: str) -> list[str]:
    """The different texts that the sample has under a header."""
    place = table.headers.index(header)
    return list(dict.fromkeys(text for _number, cells in table.sample if (text := cells[place].strip())))


def families_or_left(table: Table, header: str, structure: Structure) -> Column:
    """A column of kinds of products: the family where half of them name one, else left out."""
    texts = samples(table, header)
    known = [text for text in texts if family_called(text, structure)]
    return Column("", None, FAMILY) if known and len(known) * 2 >= len(texts) else Column("")


def categories_or_left(table: Table, header: str, structure: Structure) -> Column:
    """A column of paths of categories: those where half of its cells name some, else left out."""
    read = category_paths.reader(structure, ",")
    texts = samples(table, header)
    known = [
        text for text in texts if all(code.casefold() in structure.category_by_code for code in read(text))
    ]
    return (
        Column("", None, Target(field="categories")) if known and len(known) * 2 >= len(texts) else Column("")
    )


def is_file(target: Target | None, structure: Structure) -> bool:
    """Whether a column goes to files of the library, which other systems' cells do not name."""
    spec = structure.attributes.get(target.attribute) if target else None
    return spec is not None and ATTRIBUTE_TYPES[spec.type].names_assets


def slug(*parts: str) -> str:
    return re.sub(r"[\s/]+", "-", "-".join(part.strip() for part in parts if part.strip())).casefold()


def first_filled(rows: Iterable[Sequence[str]], place: int) -> str:
    return next((cells[place] for cells in rows if cells[place].strip()), "")
