"""Akeneo's attributes, their groups and options, and its association types, as our attributes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.attribute_types.file import EXTENSIONS as DOCUMENTS
from catalog.attribute_types.image import EXTENSIONS as PICTURES
from catalog.takeovers.akeneo import units
from catalog.takeovers.akeneo.codes import split
from catalog.takeovers.akeneo.draft import LINKS, SKU_TYPE, Draft
from catalog.takeovers.parts import Part

# pim-community-dev, Structure/Component/AttributeTypes.php; the last ones are of the enterprise edition.
TYPES: Mapping[str, str] = {
    "pim_catalog_text": "text", "pim_catalog_textarea": "text", "pim_catalog_number": "number", "pim_catalog_boolean": "boolean",
    "pim_catalog_date": "date", "pim_catalog_simpleselect": "select", "pim_catalog_multiselect": "multiselect",
    "pim_catalog_price_collection": "price", "pim_catalog_metric": "measurement", "pim_catalog_image": "image",
    "pim_catalog_file": "file", SKU_TYPE: "identifier",
}  # fmt: skip
# Codes of records that no export describes: the codes come over as text.
AS_TEXT = frozenset({
    "pim_reference_data_simpleselect", "pim_reference_data_multiselect", "akeneo_reference_entity", "akeneo_reference_entity_collection",
    "pim_catalog_asset_collection",
})  # fmt: skip
GTINS = frozenset({"ean", "gtin", "upc", "ean13", "ean_13", "ean8", "gtin13", "gtin14", "gtin_13", "gtin_14", "barcode"})  # fmt: skip
HEADERS = [
    "code",
    "type",
    "group",
    "localizable",
    "scopable",
    "is_unique",
    "filterable",
    "params",
    "position",
    "locales",
]
_PHP = re.compile(r"(?P<mark>[/#~@])(?P<body>.*)(?P=mark)(?P<flags>[a-zA-Z]*)\Z", re.DOTALL)


def kind_of(row: Mapping[str, str], draft: Draft) -> str | None:
    """Our type for an attribute of Akeneo's; None where there is none."""
    theirs = row.get("type", "")
    if theirs in AS_TEXT:
        return "text"
    ours = TYPES.get(theirs)
    if theirs == "pim_catalog_text" and row.get("validation_rule") == "url":
        return "link"
    if theirs == "pim_catalog_textarea" and row.get("wysiwyg_enabled") == "1":
        return "richtext"
    if ours == "text" and theirs == "pim_catalog_text" and is_gtin(row, draft):
        return "identifier"
    return ours


def may_be_gtin(row: Mapping[str, str]) -> bool:
    return (
        row["code"].casefold() in GTINS
        and row.get("type") in ("pim_catalog_text", SKU_TYPE)
        and row.get("localizable") != "1"
        and row.get("scopable") != "1"
    )


def is_gtin(row: Mapping[str, str], draft: Draft) -> bool:
    """By its code, where no product says otherwise."""
    return may_be_gtin(row) and not draft.facts.get("gtins", {}).get(row["code"].casefold(), {}).get("other")


def groups(draft: Draft) -> Part:
    part = Part(
        "attribute_groups", _("Attribute groups"), "attribute_groups", ["code", "position", *(f"label-{locale}" for locale in draft.spoken)]
    )  # fmt: skip
    seen = set()
    for number, row in enumerate(draft.rows("attribute_groups")):
        code = draft.groups.get(row["code"]) or ""
        seen.add(code)
        part.add(code=code, position=_whole(row.get("sort_order", ""), number), **draft.labels(row))
    named = {draft.groups.get(row.get("group", "") or "other") or "" for row in draft.rows("attributes")}
    if draft.exports.has("association_types"):
        named.add(draft.groups.get(LINKS) or LINKS)
    for code in sorted(named - seen):
        if not draft.groups.is_here(code):
            labels = _links_labels(draft) if code == LINKS else {}
            part.add(code=code, position="99", **labels)
            if code != LINKS:
                part.notes.append(
                    _("The group %(code)s is named by attributes and described by no file: it is made.")
                    % {"code": code}
                )
    return part


def _links_labels(draft: Draft) -> dict[str, str]:
    labels = {}
    for locale in draft.spoken:
        with translation.override(translation.to_language(locale)):
            labels[f"label_{locale}"] = _("Associations")
    return labels


def attributes(draft: Draft) -> Part:
    part = Part("attributes", _("Attributes"), "attributes", [*HEADERS, *draft.label_headers("attributes")])
    for row in draft.rows("attributes"):
        if draft.is_sku(row["code"]):
            part.same += 1
            part.notes.append(
                _("%(code)s is the SKU, which every product has here by itself.") % {"code": row["code"]}
            )
            continue
        kind = kind_of(row, draft)
        if kind is None:
            why = _("There is no attribute type for %(type)s here.") % {"type": row.get("type", "")}
            part.left_out.append((row["code"], why))
            continue
        _add(part, row, kind, draft)
    return part


def _add(part: Part, row: Mapping[str, str], kind: str, draft: Draft) -> None:
    code = draft.attributes.get(row["code"]) or ""
    stored = draft.stored_attributes.get(code)
    cells = {
        "localizable": row.get("localizable") or "0",
        "scopable": row.get("scopable") or "0",
        "is_unique": row.get("unique") or "0",
    }
    params, notes = _params(row, kind, draft)
    if kind == "measurement" and "family" not in params:
        kind, params = "text", {}
    if stored is not None:
        flags = {name: str(int(getattr(stored, name))) for name in cells}
        if (stored.type, flags) != (kind, cells):
            if stored.type != kind:
                params = {}
                text = _("%(code)s is here already as %(type)s, and stays so.")
                notes.append(text % {"code": code, "type": ATTRIBUTE_TYPES[stored.type].label})
            kind, cells = stored.type, flags
        params = {**stored.params, **params}
    if kind == "text" and row.get("type") in AS_TEXT:
        notes.append(
            _("%(code)s names records that no export describes: their codes come over as text.")
            % {"code": code}
        )
    try:
        params = ATTRIBUTE_TYPES[kind].clean_params(params)
    except ValidationError as error:
        notes.append(
            f"{code}: {' '.join(error.messages)} " + _("Its validation is left out: set it on its page.")
        )
        params = stored.params if stored else {}
    only = [locale for locale in split(row.get("available_locales", "")) if locale in draft.spoken]
    part.notes += notes
    part.add(
        code=code, type=kind, group=draft.groups.get(row.get("group", "") or "other") or "",
        filterable=row.get("useable_as_grid_filter") or "0", params=orjson.dumps(params).decode(),
        position=_whole(row.get("sort_order", ""), 0), locales=",".join(only) if cells["localizable"] == "1" else "",
        **cells, **draft.labels(row),
    )  # fmt: skip


def _params(row: Mapping[str, str], kind: str, draft: Draft) -> tuple[dict[str, Any], list[str]]:
    """Validation as our type has it, and what of it does not come over."""
    code, notes = row["code"], []
    params: dict[str, Any] = {}
    if kind == "identifier" and is_gtin(row, draft):
        params["kind"] = "gtin"
    elif kind in ("text", "identifier", "richtext"):
        if row.get("max_characters", "").isdecimal():
            params["max_length"] = int(row["max_characters"])
        if row.get("type") == "pim_catalog_textarea" and kind == "text":
            params["multiline"] = True
        if row.get("validation_rule") == "regexp" and kind != "richtext":
            pattern = pattern_of(row.get("validation_regexp", ""))
            try:
                ATTRIBUTE_TYPES[kind].clean_params({"pattern": pattern})
                params["pattern"] = pattern
            except ValidationError as error:
                text = _("%(code)s: its pattern %(pattern)s is left out. %(why)s")
                notes.append(
                    text % {"code": code, "pattern": row.get("validation_regexp", ""), "why": " ".join(error.messages)}
                )  # fmt: skip
    elif kind in ("number", "price", "measurement"):
        if row.get("decimals_allowed") == "0":
            params["decimals"] = 0
        params |= {name: row[f"number_{name}"] for name in ("min", "max") if row.get(f"number_{name}")}
        if row.get("negative_allowed") == "0" and kind != "price":
            params.setdefault("min", "0")
    elif kind == "date":
        params |= {name: row[f"date_{name}"][:10] for name in ("min", "max") if row.get(f"date_{name}")}
    elif kind in ("image", "file"):
        notes += _file_params(row, kind, params)
    if kind == "measurement":
        family, unit = units.resolved(row, draft)
        if family:
            params |= {"family": family, "unit": unit}
        else:
            text = _(
                "%(code)s is measured in %(family)s, of which nothing is known here: it comes over as text."
            )
            notes.append(text % {"code": code, "family": row.get("metric_family", "")})
    return params, notes


def _file_params(row: Mapping[str, str], kind: str, params: dict[str, Any]) -> list[str]:
    known = PICTURES if kind == "image" else DOCUMENTS
    asked = [name.lower() for name in split(row.get("allowed_extensions", ""))]
    if taken := [name for name in asked if name in known]:
        params["extensions"] = sorted(taken)
    if row.get("max_file_size"):
        params["max_size_mb"] = row["max_file_size"]
    others = [name for name in asked if name not in known]
    if not others:
        return []
    text = _("%(code)s: files of the kinds %(kinds)s cannot be put into such an attribute here.")
    return [text % {"code": row["code"], "kinds": ", ".join(others)}]


def pattern_of(written: str) -> str:
    """PHP's "/^[A-Z]+$/i" finds anywhere unless it is anchored; our patterns are for the whole text."""
    found = _PHP.match(written.strip())
    body, flags = (found["body"], found["flags"]) if found else (written.strip(), "")
    body = body[1:] if body.startswith("^") else f".*{body}"
    body = body[:-1] if body.endswith("$") and not body.endswith(r"\$") else f"{body}.*"
    return f"(?i){body}" if "i" in flags else body


def options(draft: Draft) -> Part:
    part = Part(
        "options", _("Attribute options"), "options", ["attribute", "code", "position", *draft.label_headers("options")]
    )  # fmt: skip
    described = {row["code"].casefold(): row for row in draft.rows("attributes")}
    for number, row in enumerate(draft.rows("options")):
        name = row.get("attribute", "")
        attribute = draft.attributes.get(name)
        if attribute is None:
            part.left_out.append(
                (f"{name} / {row['code']}", _("There is no attribute '%(code)s'.") % {"code": name})
            )
            continue
        stored = draft.stored_attributes.get(attribute)
        theirs = described.get(name.casefold())
        kind = stored.type if stored else kind_of(theirs, draft) if theirs else None
        if kind is None or not ATTRIBUTE_TYPES[kind].has_options:
            part.left_out.append(
                (f"{attribute} / {row['code']}", _("%(code)s has no options here.") % {"code": attribute})
            )
            continue
        part.add(
            attribute=attribute, code=draft.options[attribute].get(row["code"]) or "",
            position=_whole(row.get("sort_order", ""), number), **draft.labels(row),
        )  # fmt: skip
    return part


def links(draft: Draft) -> Part:
    part = Part(
        "attributes", _("Association types"), "association_types", [*HEADERS, *draft.label_headers("association_types")]
    )  # fmt: skip
    for number, row in enumerate(draft.rows("association_types")):
        code = draft.links.get(row["code"]) or ""
        stored = draft.stored_attributes.get(code)
        if stored is not None:
            params: dict[str, Any] = stored.params
        else:
            quantified, two_way = row.get("is_quantified") == "1", row.get("is_two_way") == "1"
            if quantified and two_way:
                part.notes.append(
                    _("%(code)s has quantities, and so it is shown on one side only.") % {"code": code}
                )
            params = ATTRIBUTE_TYPES["association"].clean_params(
                {"quantified": quantified, "two_way": two_way and not quantified}
            )
        group = stored.group.code if stored else draft.groups.get(LINKS) or LINKS
        part.add(
            code=code, type="association", group=group, localizable="0", scopable="0", is_unique="0",
            filterable=str(int(stored.filterable)) if stored else "1", params=orjson.dumps(params).decode(),
            position=str(stored.position if stored else number), locales="", **draft.labels(row),
        )  # fmt: skip
    return part


def _whole(text: str, otherwise: int) -> str:
    return text if text.isdecimal() else str(otherwise)
