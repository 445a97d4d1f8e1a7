"""Categories from the taxonomies that Google and Shopify publish: a line for each, its id and its path of names.

Such a file is turned into a workbook of the structure, so that it is previewed and read like one. An id makes the code, so
that the same file in another language adds its names to the categories that are there.

Formats: "1604 - Apparel & Accessories > Clothing" (Google's taxonomy-with-ids), and
"gid://shopify/TaxonomyCategory/aa-1 : Apparel & Accessories > Clothing" (Shopify's categories.txt).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

import tablib
from django.utils.translation import gettext as _

MOST = 1_500
STEP = ">"
_LINE = re.compile(
    r"(?:gid://shopify/TaxonomyCategory/)?(?P<id>[A-Za-z0-9][A-Za-z0-9_-]{0,40})\s+[-:]\s+(?P<path>\S.*)"
)

Path = tuple[str, ...]


def read(data: bytes) -> dict[Path, str]:
    """{path of names: id}, parents before children. Raises ValueError for what is no such file."""
    found: dict[Path, str] = {}
    for line in data.decode("utf-8-sig", "replace").splitlines():
        match = _LINE.fullmatch(line.strip())
        if match:
            found[steps(match["path"])] = match["id"]
    if not found:
        raise ValueError(
            _("No line of this file is an id and a path of names: take the one with ids, as text.")
        )
    return dict(sorted(found.items(), key=lambda entry: len(entry[0])))


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
    found: Mapping[Path, str], paths: Sequence[Path], *, tree: str, locale: str, families: Sequence[Path]
) -> bytes:
    """XLSX with the sheets of categories and, where some are asked for, of families, named after their category."""
    label = f"label-{locale}"
    categories = tablib.Dataset(headers=["code", "parent", label], title="categories")
    categories.append([tree, "", tree.replace("_", " ").capitalize()])
    for path in paths:
        above = code_of(tree, found[path[:-1]]) if path[:-1] in found else tree
        categories.append([code_of(tree, found[path]), above, path[-1]])
    book = tablib.Databook([categories])
    if families:
        sheet = tablib.Dataset(headers=["code", label], title="families")
        for path in families:
            sheet.append([code_of(tree, found[path]), path[-1]])
        book.add_sheet(sheet)
    return bytes(book.export("xlsx"))
