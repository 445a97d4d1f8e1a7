"""Another family for many products: what is asked, what each would lose, doing it batch by batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from catalog.access import Rights, rights_of, visible
from catalog.jobs import JobHandle, job
from catalog.models import Product, Revision, User
from catalog.models.codes import label_of
from catalog.moves.many import Group, Moving, heads, moving, packs
from catalog.moves.place import write_together
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values.bundle import Bundle
from catalog.values.changes import Actor
from catalog.values.write import BATCH
from channels import profile as channel_profiles
from enrichment.workbench.grid.batches import Result, by_batches
from enrichment.workbench.moves import preview as moves_preview

FAMILY = "_family"  # what the page's first question names instead of an attribute
SHOWN = 50
VALUES = 5  # of a product, that leave it, named in its line


@dataclass(frozen=True, slots=True)
class Target:
    """`family`: its code. `variant`: the code of the family variant that models get; "" for the only one that fits."""

    family: str
    variant: str = ""

    def as_json(self) -> dict[str, str]:
        return {"family": self.family, "variant": self.variant}


class FamilyForm(forms.Form):
    family = forms.ChoiceField(
        label=gettext_lazy("New family"), widget=UnfoldAdminSelectWidget(),
        error_messages={"required": gettext_lazy("Choose the family.")},
    )  # fmt: skip
    variant = forms.ChoiceField(
        label=gettext_lazy("Family variant of models"), required=False, widget=UnfoldAdminSelectWidget(),
        help_text=gettext_lazy(
            "A model moves with all its variants, to a family variant in which the same attributes tell variants apart."
        ),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, structure: Structure) -> None:
        super().__init__(data, prefix="to")
        self.use_required_attribute = False
        self.structure = structure
        families = sorted(structure.families.values(), key=lambda spec: spec.label())
        choices = [(spec.code, spec.label()) for spec in families]
        self.fields["family"].choices = [("", "—"), *choices]  # type: ignore[attr-defined]
        variants = [
            (
                spec.code,
                f"{structure.families[spec.family_id].label()}: {label_of(dict(spec.labels), spec.code)}",
            )
            for spec in structure.variants.values()
        ]
        if variants:
            offered = [("", _("The one that fits")), *sorted(variants, key=lambda pair: pair[1])]
            self.fields["variant"].choices = offered  # type: ignore[attr-defined]
        else:
            del self.fields["variant"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        known = self.structure.variant_by_code.get((cleaned.get("variant") or "").casefold())
        family = self.structure.family_by_code.get((cleaned.get("family") or "").casefold())
        if known is not None and family is not None and known.family_id != family.id:
            self.add_error("variant", _("It belongs to another family: choose one of the new family."))
        return cleaned

    def sentence(self) -> str:
        family = self.structure.family_by_code[self.cleaned_data["family"].casefold()]
        return _("Family: %s") % family.label()

    def target(self) -> Target:
        return Target(self.cleaned_data["family"], self.cleaned_data.get("variant") or "")


@dataclass(frozen=True, slots=True)
class Row:
    """A product that was chosen and would move, `below` variants with it. `lost`: what leaves it or them, in words."""

    product: int
    sku: str
    before: str
    below: int
    lost: list[str]
    lost_more: int


@dataclass(slots=True)
class Preview:
    """`looked_at` of `total` chosen products. `products` of them and their variants would move, `at` those whose values were compared."""

    total: int
    looked_at: int = 0
    products: int = 0
    moving: Moving = field(default_factory=Moving)
    made: moves_preview.Preview = field(default_factory=moves_preview.Preview)
    lost: list[tuple[str, int]] = field(
        default_factory=list
    )  # (attribute, values that leave), the most first
    refused: dict[str, int] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return self.looked_at == self.total and self.products == self.made.total

    @property
    def going(self) -> int:
        """Those that move as far as is known: at most as many, where not all of them were planned."""
        return self.products - self.made.refused


def look(chosen: Sequence[int], target: Target, user: User) -> Preview:
    """Writes nothing. Of the first BATCH chosen ones it is told what stays, and of as many products that move what they lose."""
    structure = Structure.current()
    made = Preview(len(chosen))
    part = chosen[:BATCH]
    made.looked_at = len(part)
    made.moving = _moving(part, target, user, structure, frozenset(chosen))
    made.products = made.moving.size
    first = next(packs(made.moving.groups), [])
    if not first:
        return made

    def rights(bundle: Bundle) -> Rights:
        return _rights(bundle, user, structure)

    locale = user.locale.code if user.locale_id and user.locale else ""
    made.made = moves_preview.of(
        [change for group in first for change in group], user=user, structure=structure,
        profiles=channel_profiles.current(structure), rights=rights, locale=locale,
    )  # fmt: skip
    for _key, message in made.made.errors:
        made.refused[message] = made.refused.get(message, 0) + 1
    counted: dict[str, int] = {}
    for each in made.made.lost:
        counted[each.label] = counted.get(each.label, 0) + 1
    made.lost = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    made.rows = _rows(first[:SHOWN], made.made.lost, structure)
    return made


def _rights(bundle: Bundle, user: User, structure: Structure) -> Rights:
    paths = [structure.categories[pk].path for pk in bundle.categories if pk in structure.categories]
    return rights_of(user).at(paths)


def _rows(groups: Sequence[Group], lost: Sequence[moves_preview.Row], structure: Structure) -> list[Row]:
    of: dict[int, list[str]] = {}
    head = {change.product: group[0].product for group in groups for change in group}
    for each in lost:
        if (owner := head.get(each.product)) is not None:
            of.setdefault(owner, []).append(f"{each.label}: {each.before}")
    known = {
        pk: (sku, family)
        for pk, sku, family in Product.objects.filter(pk__in=heads(groups)).values_list(
            "pk", "sku", "family_id"
        )
    }
    made = []
    for group in groups:
        pk = group[0].product or 0
        sku, family = known.get(pk, ("", None))
        spec = structure.families.get(family or 0)
        values = of.get(pk, [])
        before = spec.label() if spec else _("none")
        made.append(Row(pk, sku, before, len(group) - 1, values[:VALUES], max(len(values) - VALUES, 0)))
    return made


def look_up(chosen: Sequence[int], target: Target, user: User) -> Moving:
    """Which products move, and how many stay."""
    return _moving(chosen, target, user, Structure.current(), frozenset(chosen))


def _moving(
    part: Sequence[int], target: Target, user: User, structure: Structure, chosen: frozenset[int]
) -> Moving:
    family = structure.family_by_code.get(target.family.casefold())
    if family is None:
        return Moving()
    variant = structure.variant_by_code.get(target.variant.casefold()) if target.variant else None
    rows = visible(user, Product.objects.alive()).filter(pk__in=part).only(*bundles.ROW_FIELDS)
    return moving(rows, family, variant, structure, chosen=chosen)


def apply(
    part: Sequence[int],
    target: Target,
    *,
    user: User,
    ref: str,
    chosen: frozenset[int],
    leave: Sequence[int] = (),
) -> Result:
    """Of at most BATCH of the chosen products. What this change has moved before is left, wherever it is by now."""
    structure = Structure.current()
    found = _moving(part, target, user, structure, chosen)
    result = Result(ref=ref)
    _refuse(result, found)
    wanted = heads(found.groups)
    done = set(Revision.objects.filter(ref=ref, product_id__in=wanted).values_list("product_id", flat=True))
    left = done | set(leave)
    for pack in packs(group for group in found.groups if group[0].product not in left):
        result.add(write_together(pack, by=Actor(user=user, origin="bulk", ref=ref)))
    return result


def _refuse(result: Result, found: Moving) -> None:
    for count, reason in reasons(found):
        if count:
            result.refuse(str(reason), count)


def reasons(found: Moving) -> list[tuple[int, Any]]:
    """Why chosen products that are not in the family yet stay where they are."""
    return [
        (found.below, _("Its family is its model's: choose the model.")),
        (found.unlike, _("The family has no family variant whose variants are told apart by the same attributes: make one first.")),
        (found.several, _("Several family variants of the family fit: choose one.")),
        (found.large, _("A model of more than %d variants cannot be moved at once: move its variants first.") % (BATCH - 1)),
    ]  # fmt: skip


@job("grid.family")
def run(
    handle: JobHandle, /, *, target: dict[str, str], ids: list[int], leave: list[int], ref: str
) -> dict[str, Any]:
    """The same for more than BATCH."""
    user, wanted = User.objects.get(pk=handle.by_id), Target(**target)
    chosen = frozenset(ids)

    def move(part: Sequence[int]) -> Result:
        return apply(part, wanted, user=user, ref=ref, chosen=chosen, leave=leave)

    return by_batches(handle, ids, move, ref=ref)
