"""Akeneo's families and family variants."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from catalog.models import Family, FamilyAttribute, FamilyVariant, VariantAttribute
from catalog.takeovers.akeneo.attributes import kind_of
from catalog.takeovers.akeneo.codes import split
from catalog.takeovers.akeneo.draft import Draft
from catalog.takeovers.parts import Part

LEVELS = (1, 2)


class Members:
    """What of the attributes that a cell lists comes over, the SKU left out; and what does not."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.gone = {
            row["code"].casefold() for row in draft.rows("attributes") if kind_of(row, draft) is None
        } - {code.casefold() for code in draft.stored_attributes}

    def of(self, cell: str) -> tuple[list[str], list[str]]:
        """(our codes in their order, the codes that are not here)"""
        codes = [code for code in split(cell) if not self.draft.is_sku(code)]
        gone = [code for code in codes if code.casefold() in self.gone]
        found, unknown = self.draft.attributes.take(code for code in codes if code not in gone)
        return found, gone + unknown

    def one(self, cell: str) -> str:
        return next(iter(self.of(cell)[0]), "")


def families(draft: Draft) -> Part:
    """A family that is here already keeps the attributes it has been given here."""
    headers = ["code", "label_attribute", "image_attribute", "attributes", *draft.label_headers("families")]
    part = Part("families", _("Families"), "families", headers)
    members, stored = Members(draft), _stored()
    for row in draft.rows("families"):
        code = draft.families.get(row["code"]) or ""
        found, unknown = members.of(row.get("attributes", ""))
        _tell_unknown(part, code, unknown)
        label, image = (members.one(row.get(f"attribute_as_{name}", "")) for name in ("label", "image"))
        here = stored.get(code, [])
        part.add(
            code=code, label_attribute=label, image_attribute=image, attributes=",".join(dict.fromkeys([*here, *found])),
            **draft.labels(row),
        )  # fmt: skip
    return part


def _stored() -> dict[str, list[str]]:
    """The attributes of the families that are here, by code, in their order."""
    found: dict[str, list[str]] = {code: [] for code in Family.objects.values_list("code", flat=True)}
    rows = FamilyAttribute.objects.order_by("position", "pk").values_list("family__code", "attribute__code")
    for family, attribute in rows:
        found[family].append(attribute)
    return found


def variants(draft: Draft) -> Part:
    """What stands at no level is common to all variants there, and so is bound to the model here."""
    headers = [
        "code", "family", "axes-1", "axes-2", "level-0", "level-1", "level-2", *draft.label_headers("family_variants"),
    ]  # fmt: skip
    part = Part("family_variants", _("Family variants"), "family_variants", headers)
    members, bound = Members(draft), _bound()
    whole = {
        draft.families.get(row["code"]): members.of(row.get("attributes", ""))[0]
        for row in draft.rows("families")
    }
    for row in draft.rows("family_variants"):
        code = draft.variants.get(row["code"]) or ""
        family = draft.families.get(row.get("family", ""))
        if family is None:
            part.left_out.append(
                (row["code"], _("There is no family '%(code)s'.") % {"code": row.get("family", "")})
            )
            continue
        axes = {level: members.of(row.get(f"variant-axes_{level}", ""))[0] for level in LEVELS}
        levels, lost = {}, []
        for level in LEVELS:
            found, unknown = members.of(row.get(f"variant-attributes_{level}", ""))
            levels[level] = [attribute for attribute in found if attribute not in axes[level]]
            lost += unknown
        placed = {attribute for listed in (*axes.values(), *levels.values()) for attribute in listed}
        common = [attribute for attribute in whole.get(family, []) if attribute not in placed]
        if code in bound:
            wanted = _as_bound(axes, levels, common)
            part.same += 1
            if bound[code] != wanted:
                text = _("%(code)s is here already with other axes or levels, and is left as it is.")
                part.notes.append(text % {"code": code})
            continue
        _tell_unknown(part, code, lost)
        part.add(
            code=code, family=family, axes_1=",".join(axes[1]), axes_2=",".join(axes[2]), level_0=",".join(common),
            level_1=",".join(levels[1]), level_2=",".join(levels[2]), **draft.labels(row),
        )  # fmt: skip
    return part


def _bound() -> dict[str, set[tuple[str, int, bool]]]:
    found: dict[str, set[tuple[str, int, bool]]] = {
        code: set() for code in FamilyVariant.objects.values_list("code", flat=True)
    }
    rows = VariantAttribute.objects.values_list("family_variant__code", "attribute__code", "level", "is_axis")
    for code, attribute, level, is_axis in rows:
        found[code].add((attribute, level, is_axis))
    return found


def _as_bound(
    axes: Mapping[int, list[str]], levels: Mapping[int, list[str]], common: list[str]
) -> set[tuple[str, int, bool]]:
    return {
        *((attribute, 0, False) for attribute in common),
        *((attribute, level, True) for level, listed in axes.items() for attribute in listed),
        *((attribute, level, False) for level, listed in levels.items() for attribute in listed),
    }


def _tell_unknown(part: Part, code: str, unknown: list[str]) -> None:
    if unknown:
        text = _("%(code)s: these attributes are not here and are left out of it: %(names)s.")
        part.notes.append(text % {"code": code, "names": ", ".join(unknown)})
