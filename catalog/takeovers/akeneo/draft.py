"""What all parts of a takeover from Akeneo share: the files, and what everything in them is called here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from catalog.codes import label_of
from catalog.measures import MeasurementSpec
from catalog.models import Attribute, AttributeGroup, Category, Context, Family, FamilyVariant, Option
from catalog.structure import units
from catalog.takeovers.akeneo.codes import Codes, split
from catalog.takeovers.akeneo.exports import STREAMED, Exports

SKU_TYPE = "pim_catalog_identifier"
FILES = ("pim_catalog_image", "pim_catalog_file")
LINKS = "associations"  # the group of the attributes that association types become


class Draft:
    """`facts`: what looking through the products found (catalog.takeovers.akeneo.products); {} before."""

    def __init__(self, entries: Sequence[Mapping[str, Any]], facts: Mapping[str, Any] | None = None) -> None:
        self.exports = Exports(entries)
        self.facts = facts or {}

    def rows(self, kind: str) -> list[dict[str, str]]:
        return self.exports.rows(kind)

    # --- locales

    @cached_property
    def spoken(self) -> list[str]:
        """The locales in use, as written: those of the channels, else those of labels and headers; the most labelled first."""
        used = [code for row in self.rows("channels") for code in split(row.get("locales", ""))]
        if not used:
            used = [*self._labelled, *self._in_headers]
        places = {code: place for place, code in enumerate(dict.fromkeys(used))}
        return sorted(places, key=lambda code: (-self._labelled.get(code, 0), places[code]))

    @cached_property
    def _labelled(self) -> Counter[str]:
        """Locale → how many attributes and families have a label in it."""
        found: Counter[str] = Counter()
        for kind in ("attributes", "families", "categories"):
            for row in self.rows(kind):
                found.update(name[6:] for name, text in row.items() if name.startswith("label-") and text)
        return found

    @cached_property
    def _in_headers(self) -> list[str]:
        localizable = {
            row["code"].casefold() for row in self.rows("attributes") if row.get("localizable") == "1"
        }
        return [
            parts[1]
            for header in self.product_headers
            if len(parts := header.split("-")) > 1 and parts[0].casefold() in localizable
        ]

    @cached_property
    def product_headers(self) -> list[str]:
        return list(
            dict.fromkeys(
                header
                for kind in STREAMED
                for entry in self.exports.of(kind)
                for header in entry["table"]["headers"]
            )
        )

    def label_headers(self, kind: str) -> list[str]:
        return [f"label-{locale}" for locale in self.spoken if self.exports.has(kind)]

    def labels(self, row: Mapping[str, str]) -> dict[str, str]:
        return {f"label_{locale}": row.get(f"label-{locale}", "") for locale in self.spoken}

    # --- attributes

    @cached_property
    def identifiers(self) -> list[str]:
        """Attributes that are identifiers: of several, the main one first, which is the SKU here."""
        rows = [row for row in self.rows("attributes") if row.get("type") == SKU_TYPE]
        headers = {header.casefold() for header in self.product_headers}
        rows.sort(
            key=lambda row: (row.get("is_main_identifier") != "1", row["code"].casefold() not in headers)
        )
        return [row["code"] for row in rows]

    @property
    def sku(self) -> str:
        """The attribute that is the SKU, in lower case."""
        return self.identifiers[0].casefold() if self.identifiers else "sku"

    def is_sku(self, code: str) -> bool:
        return code.strip().casefold() in (self.sku, "sku")

    @cached_property
    def attributes(self) -> Codes:
        written = [row["code"] for row in self.rows("attributes") if not self.is_sku(row["code"])]
        existing = Attribute.objects.values_list("code", flat=True)
        return Codes(written, existing, Attribute.RESERVED)

    @cached_property
    def links(self) -> Codes:
        """Association types: attributes here, so that their codes must not be those of others."""
        written = [row["code"] for row in self.rows("association_types")]
        others = {row["code"].casefold() for row in self.rows("attributes")} | set(Attribute.RESERVED)
        rows = dict(Attribute.objects.values_list("code", "type"))
        others |= {code.casefold() for code, kind in rows.items() if kind != "association"}
        return Codes(written, [code for code, kind in rows.items() if kind == "association"], others)

    @cached_property
    def groups(self) -> Codes:
        written = [row["code"] for row in self.rows("attribute_groups")]
        written += [row.get("group", "") or "other" for row in self.rows("attributes")]
        return Codes(written, AttributeGroup.objects.values_list("code", flat=True))

    @cached_property
    def stored_attributes(self) -> dict[str, Attribute]:
        """Those that were here before, by code."""
        return {row.code: row for row in Attribute.objects.select_related("group")}

    @cached_property
    def measures(self) -> dict[str, MeasurementSpec]:
        """The measurement families that are here before."""
        return units.load()

    @cached_property
    def file_attributes(self) -> frozenset[str]:
        """Attributes whose cells are paths of the archive, in lower case: those of the files, and those that are here."""
        stored = (code for code, row in self.stored_attributes.items() if row.type in ("image", "file"))
        written = (row["code"] for row in self.rows("attributes") if row.get("type") in FILES)
        return frozenset(code.casefold() for code in (*stored, *written))

    @cached_property
    def options(self) -> dict[str, Codes]:
        """By our attribute's code."""
        written: dict[str, list[str]] = {}
        for row in self.rows("options"):
            attribute = self.attributes.get(row.get("attribute", ""))
            if attribute:
                written.setdefault(attribute, []).append(row["code"])
        existing: dict[str, list[str]] = {}
        for attribute, code in Option.objects.values_list("attribute__code", "code"):
            existing.setdefault(attribute, []).append(code)
        return {code: Codes(codes, existing.get(code, ())) for code, codes in written.items()}

    # --- the rest

    @cached_property
    def families(self) -> Codes:
        return self._codes("families", Family)

    @cached_property
    def variants(self) -> Codes:
        return self._codes("family_variants", FamilyVariant)

    @cached_property
    def categories(self) -> Codes:
        return self._codes("categories", Category)

    @cached_property
    def contexts(self) -> Codes:
        return self._codes("channels", Context)

    def _codes(self, kind: str, model: Any) -> Codes:
        written = [row["code"] for row in self.rows(kind)]
        return Codes(written, model._default_manager.values_list("code", flat=True))

    def label(self, row: Mapping[str, str]) -> str:
        labels = {name[6:]: text for name, text in row.items() if name.startswith("label-") and text}
        return label_of(labels, row["code"])

    def renamed(self) -> list[tuple[str, str, str]]:
        """(kind of file, Akeneo's code, ours), of every code that could not stay."""
        found = [
            (kind, written, ours)
            for kind, codes in (
                ("attribute_groups", self.groups), ("attributes", self.attributes), ("association_types", self.links),
                ("families", self.families), ("family_variants", self.variants), ("categories", self.categories), ("channels", self.contexts),
            )
            for written, ours in codes.changed.items()
        ]  # fmt: skip
        return found + [
            ("options", f"{attribute}: {written}", ours)
            for attribute, codes in self.options.items()
            for written, ours in codes.changed.items()
        ]
