"""Categories and families from the taxonomies that Google and Shopify publish.

Such a file is turned into a workbook of the structure, so that it is previewed and read like one. An id makes the code, so
that the same file in another language adds its names to the categories that are there.

Formats: "1604 - Apparel & Accessories > Clothing" (Google's taxonomy-with-ids),
"gid://shopify/TaxonomyCategory/aa-1 : Apparel & Accessories > Clothing" (Shopify's categories.txt), and Shopify's
categories.json, which names the attributes of each category; their values are in its attributes.json. Both of Shopify's
are in one file too, its taxonomy.json. Their shape: github.com/Shopify/product-taxonomy, schema/dist.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import tablib
from django.utils.translation import gettext as _

from catalog.models import Attribute
from catalog.structure.snapshot import Structure

MAX_FILE = 48 << 20  # Shopify's categories.json has 30 MB
MOST, MOST_OPTIONS = 1_500, 3_000
STEP = ">"
# What the variants of a product differ by has one value each.
_ONE_VALUE = re.compile(r"(.*_)?(color|size)")
_LINE = re.compile(
    r"(?:gid://shopify/TaxonomyCategory/)?(?P<id>[A-Za-z0-9][A-Za-z0-9_-]{0,40})\s+[-:]\s+(?P<path>\S.*)"
)

Path = tuple[str, ...]


@dataclass(slots=True)
class Taxonomy:
    """`paths`: {path of names: id}, parents before children. `attributes`: of each path, as codes; `names` and `options`
    ({code: name}) of each attribute. The last three are empty where the file does not say them."""

    paths: dict[Path, str]
    attributes: dict[Path, list[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    options: dict[str, dict[str, str]] = field(default_factory=dict)


def read(*files: bytes) -> Taxonomy:
    """The second file holds the values of attributes. Raises ValueError for what is no such file."""
    found: dict[Path, str] = {}
    data = files[0].removeprefix(b"\xef\xbb\xbf")
    if data.lstrip()[:1] == b"{":
        return _read_json([data, *files[1:]])
    for line in data.decode("utf-8", "replace").splitlines():
        match = _LINE.fullmatch(line.strip())
        if match:
            found[steps(match["path"])] = match["id"]
    if not found:
        raise ValueError(
            _("No line of this file is an id and a path of names: take the one with ids, as text.")
        )
    return Taxonomy(_parents_first(found))


def _read_json(files: Sequence[bytes]) -> Taxonomy:
    found = Taxonomy({})
    try:
        for data in files:
            content = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
            for vertical in content.get("verticals", ()):
                for row in vertical["categories"]:
                    path = steps(row["full_name"])
                    found.paths[path] = row["id"].rpartition("/")[2]
                    named = {_attribute(one["handle"]): one["name"] for one in row["attributes"]}
                    found.attributes[path] = list(named)
                    found.names |= named
            for row in content.get("attributes", ()):
                values = {_code(one["handle"].rpartition("__")[2]): one["name"] for one in row["values"]}
                for one in (row, *row.get("extended_attributes", ())):
                    found.options[_attribute(one["handle"])] = values
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(_("This is not Shopify's categories.json or attributes.json.")) from error
    if not found.paths:
        raise ValueError(
            _("This file has no categories: take categories.json, and attributes.json as the second.")
        )
    found.paths = _parents_first(found.paths)
    return found


def _parents_first(found: Mapping[Path, str]) -> dict[Path, str]:
    return dict(sorted(found.items(), key=lambda entry: len(entry[0])))


def _attribute(handle: str) -> str:
    code = _code(handle)
    return f"{code}_" if code.lower() in Attribute.RESERVED else code


def _code(handle: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.]+", "_", handle).strip("_.")[:100]


def steps(text: str) -> Path:
    return tuple(name.strip() for name in text.split(STEP) if name.strip())


def code_of(tree: str, number: str) -> str:
    return f"{tree}_{number}".replace("-", "_")


def chosen(
    found: Mapping[Path, str], branches: Sequence[Path], known: Collection[str], tree: str
) -> list[Path]:
    """The branches whole, with what is above them; without any, those whose codes are `known`. Raises ValueError."""
    folded = [tuple(map(str.casefold, branch)) for branch in branches]
    if folded:
        paths = [
            path
            for path in found
            if any(
                lower[: len(branch)] == branch or branch[: len(lower)] == lower
                for lower in (tuple(map(str.casefold, path)),)
                for branch in folded
            )
        ]
        ends = {tuple(map(str.casefold, path)) for path in paths}
        if missing := [branch for branch, lower in zip(branches, folded, strict=True) if lower not in ends]:
            raise ValueError(_("The file has no branch “%(branch)s”.") % {"branch": " > ".join(missing[0])})
    else:
        paths = [path for path, number in found.items() if code_of(tree, number) in known]
        if not paths:
            names = sorted({path[0] for path in found})
            raise ValueError(_("Write which branches you want, one in a line: %(names)s.") % {"names": " · ".join(names)})  # fmt: skip
    if len(paths) > MOST:
        raise ValueError(_("These are %(count)d categories: choose smaller branches, at most %(most)d at once.") % {"count": len(paths), "most": MOST})  # fmt: skip
    return paths


def workbook(
    found: Taxonomy,
    paths: Sequence[Path],
    *,
    tree: str,
    locale: str,
    families: Sequence[Path],
    structure: Structure,
) -> bytes:
    """XLSX with the sheets of categories and, where some are asked for, of new families, named after their category, with
    the attributes and options they lack here. What is here keeps what it says."""
    label = f"label-{locale}"
    categories = tablib.Dataset(headers=["code", "parent", label], title="categories")
    categories.append([tree, "", tree.replace("_", " ").capitalize()])
    for path in paths:
        above = code_of(tree, found.paths[path[:-1]]) if path[:-1] in found.paths else tree
        categories.append([code_of(tree, found.paths[path]), above, path[-1]])
    sheets = [categories]
    known = {family.code for family in structure.families.values()}
    new = {code: path for path in families if (code := code_of(tree, found.paths[path])) not in known}
    if new:
        wanted = {code: None for path in new.values() for code in found.attributes.get(path, ())}
        if tree not in structure.groups:
            sheets.append(_sheet("attribute_groups", ["code", label], [[tree, categories[0][2]]]))
        sheets += _attributes(found, wanted, tree, label, structure)
        rows = ([code, path[-1], ",".join(found.attributes.get(path, ()))] for code, path in new.items())
        sheets.append(_sheet("families", ["code", label, "attributes"], rows))
    return bytes(tablib.Databook(sheets).export("xlsx"))


def _attributes(
    found: Taxonomy, wanted: Iterable[str], group: str, label: str, structure: Structure
) -> list[tablib.Dataset]:
    """The sheets of attributes that are not here, and of their options. Raises ValueError where those are too many."""
    new = [code for code in wanted if code not in structure.attributes]
    options = [[code, *one] for code in new for one in found.options.get(code, {}).items()]
    if len(options) > MOST_OPTIONS:
        raise ValueError(_("Their attributes have %(count)d options: choose smaller branches, at most %(most)d at once.") % {"count": len(options), "most": MOST_OPTIONS})  # fmt: skip
    rows = [[code, _type_of(code, found.options.get(code, {})), group, found.names[code]] for code in new]
    return [
        _sheet("attributes", ["code", "type", "group", label], rows),
        _sheet("options", ["attribute", "code", label], options),
    ]


def _type_of(code: str, options: Mapping[str, str]) -> str:
    if not options:
        return "text"
    return "select" if _ONE_VALUE.fullmatch(code) else "multiselect"


def _sheet(title: str, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> tablib.Dataset:
    sheet = tablib.Dataset(headers=headers, title=title)
    for row in rows:
        sheet.append(row)
    return sheet
