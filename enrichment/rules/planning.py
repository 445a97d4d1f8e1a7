"""Which products a rule looks at, and what it would write there. A preview, a run and what follows a change ask the same.

Products are walked through models first, then sub-models, then what hangs below them and simple products, so that a variant
finds what the rule has written above it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog.access import Rights, can, rights_of, visible
from catalog.attribute_types.base import ValueRefused
from catalog.models import Product, ProductCategory, User
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values import bundle as bundles
from catalog.values.bundle import Bundle, attributes_at
from catalog.values.changes import ABSENT, Actor, ProductChange
from catalog.values.hashing import value_hash
from catalog.values.keys import Key
from catalog.values.precedence import same
from channels import profile as channel_profiles
from enrichment.rules import actions as acts
from enrichment.rules.actions import Action, Undone
from enrichment.rules.current import SOURCE, Rules, RuleSpec
from enrichment.workbench.bulk_edit.operations import CATEGORIES
from enrichment.workbench.filtering.combined import Combined, Subjects

Kind = Product.Kind
STAGES: tuple[tuple[str, ...], ...] = ((Kind.MODEL, Kind.SIMPLE), (Kind.SUBMODEL,), (Kind.VARIANT,))
PEOPLE = Actor(None, origin="form").source
Documents = MutableMapping[int, tuple[Mapping[str, Any], Mapping[str, str]]]
Claims = set[tuple[int, str]]  # (product, key): a rule further up decides it


class CannotRun(Exception):
    """Why a rule is not run now, for the manager who can mend it."""


def actor(user: User, ref: str = "") -> Actor:
    return Actor(user=user, origin="rule", source=SOURCE, ref=ref)


def check_owner(user: User | None) -> User:
    """Asked each time a rule runs: who may no longer write rules no longer stands for one. Raises CannotRun."""
    if user is None or not user.is_active or not (can(user, "structure.edit") and can(user, "product.edit")):
        raise CannotRun(
            _(
                "Nobody who may change the structure and edit products stands for this rule any more: save it once, as somebody who may."
            )
        )
    return user


def condition(rule: RuleSpec, user: User, structure: Structure) -> Combined:
    """Raises CannotRun where a part of it says nothing any more: left out, it would let products through that were never meant."""
    subjects = Subjects(structure, channel_profiles.current(structure), rights_of(user), user.pk)
    combined = Combined.of(rule.when, subjects)
    if combined.is_misspelt or combined.left_out:
        raise CannotRun(
            _(
                "A condition names something that is gone, or that your roles do not show: look at the conditions and save the rule again."
            )
        )
    return combined


def matching(rule: RuleSpec, user: User, structure: Structure) -> QuerySet[Product]:
    """What the rule's person may see of the products that fit. Raises CannotRun."""
    if rule.fault:
        raise CannotRun(rule.fault)
    for number, action in enumerate(rule.actions, 1):
        if fault := action.fault(structure):
            raise CannotRun(_("Action %(number)d: %(fault)s") % {"number": number, "fault": fault})
    combined = condition(rule, user, structure)
    rows = visible(user, Product.objects.alive())
    return rows.filter(combined.q()) if combined.is_active else rows


def walk(
    rows: QuerySet[Product], cursor: Sequence[int] = (), *, size: int
) -> Iterator[tuple[list[int], list[int]]]:
    """(ids, where that is) in chunks, stage by stage; `cursor` goes on behind a place: [stage, id]."""
    stage, last = (cursor[0], cursor[1]) if cursor else (0, 0)
    while stage < len(STAGES):
        part = rows.filter(kind__in=STAGES[stage], pk__gt=last).order_by("pk")
        ids = list(part.values_list("pk", flat=True)[:size])
        if ids:
            last = ids[-1]
            yield ids, [stage, last]
        if len(ids) < size:
            stage, last = stage + 1, 0


def by_stage(rows: QuerySet[Product]) -> list[list[int]]:
    """The ids of a few products, stage by stage. One query."""
    found = dict(rows.order_by("pk").values_list("pk", "kind"))
    staged = ([pk for pk, kind in found.items() if kind in kinds] for kinds in STAGES)
    return [ids for ids in staged if ids]


@dataclass(slots=True)
class Step:
    """What a rule makes of some products. `right`: products at which all stands already; `elsewhere`: values that are written on
    another level, or that the family does not have; `held`: values that stay, since people or a stronger source wrote them
    where no proposal can be kept; `reasons`: why a value is not written, and in how many places; `kept`: the same without values,
    as a run keeps it for readers of other rights; `refused`: products of which the attribute would not take one."""

    changes: list[ProductChange] = field(default_factory=list)
    looked_at: int = 0
    right: int = 0
    elsewhere: int = 0
    held: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    refused: set[int] = field(default_factory=set)
    bundles: dict[int, Bundle] = field(default_factory=dict)  # of the changes, as they were

    def note(self, why: str, kept: str) -> None:
        self.reasons[why] += 1
        self.kept[kept] += 1


def plan(
    rule: RuleSpec,
    ids: Sequence[int],
    *,
    user: User,
    structure: Structure,
    claims: Claims,
    documents: Documents | None = None,
) -> Step:
    """Of at most BATCH products of one stage, in a constant number of queries. What `claims` has is left alone, and what this rule
    decides is added to it. `documents`: what would have been written above."""
    step = Step(looked_at=len(ids))
    rows = Product.objects.filter(pk__in=ids).only(*bundles.ROW_FIELDS).order_by("pk")
    loaded = bundles.of_rows(rows, structure=structure, documents=dict(documents or {}))
    has_categories = any(action.do == "classify" for action in rule.actions)
    placed = _categories(loaded, structure) if has_categories else {}
    rights = rights_of(user)
    there: dict[tuple[Any, ...], frozenset[str]] = {}
    for pk, bundle in loaded.items():
        place = (bundle.product.family_id, bundle.product.family_variant_id, bundle.depth)
        if place not in there:
            there[place] = frozenset(attributes_at(bundle, structure))
        paths = [
            structure.categories[each].path for each in bundle.categories if each in structure.categories
        ]
        work = _Work(step, bundle, structure, claims, there[place], rights.at(paths), placed.get(pk, []))
        for action in rule.actions:
            work.do(action)
        change = work.change()
        if change is not None:
            step.changes.append(change)
            step.bundles[pk] = bundle
        elif work.is_right:
            step.right += 1
    return step


class _Work:
    """The actions of a rule at one product, one after the other: each reads what those before it have written."""

    def __init__(
        self,
        step: Step,
        bundle: Bundle,
        structure: Structure,
        claims: Claims,
        there: frozenset[str],
        rights: Rights,
        categories: list[str],
    ) -> None:
        self.step, self.structure, self.claims, self.there, self.rights = (
            step,
            structure,
            claims,
            there,
            rights,
        )
        self.before = bundle.levels[0]
        self.own = dict(self.before.values)
        self.bundle = replace(bundle, levels=(replace(self.before, values=self.own), *bundle.levels[1:]))
        self.effective = bundle.effective
        self.pk = bundle.product.pk
        self.stood = self.categories = categories
        self.values: dict[str, Any] = {}
        self.is_right = True

    def do(self, action: Action) -> None:
        if action.do == "flag":
            return  # it is no value: enrichment.rules.flags
        if action.do == "classify":
            self._place(action)
            return
        for key in action.keys(self.structure):
            if not self.claims & {(self.pk, key), (self.pk, action.part(key))}:
                self._write(action, key)

    def _place(self, action: Action) -> None:
        if (self.pk, CATEGORIES) in self.claims:  # somebody further up says which they are
            return
        decided = {
            code
            for code in {*self.categories, *action.categories}
            if (self.pk, f"{CATEGORIES}|{code}") in self.claims
        }
        self.categories = acts.placed(action, self.categories, decided)
        named = [""] if action.mode == "set" else [f"|{code}" for code in action.categories]
        self.claims.update((self.pk, f"{CATEGORIES}{name}") for name in named)

    def _write(self, action: Action, key: str) -> None:
        spec = self.structure.attributes[action.attribute]
        parsed = Key.parse(key)
        if spec.code not in self.there or (parsed.locale and not spec.exists_in(parsed.locale)):
            self.step.elsewhere += 1
            self.is_right = False
            return
        try:
            if not self._may_read(action, key):
                raise Undone(_("Your roles do not show what it reads."))
            value = acts.made(action, key, self.bundle, self.structure, {**self.effective, **self.values})
        except Undone as undone:
            if undone.why:
                self.step.note(undone.why, undone.kept)
                self.is_right = False
            return
        except ValueRefused as refused:
            kept = _("%s does not take what came out: the preview says why.") % spec.label()
            self.step.note(f"{spec.label()}: {refused.message}", kept)
            self.step.refused.add(self.pk)
            self.is_right = False
            return
        if spec.type == "price" and not action.currency:
            value = self._with_claimed(key, value)
            if not value:
                return
        self.claims.add((self.pk, action.part(key)))
        if same(self.effective.get(key, ABSENT), value, spec):
            return
        holder, is_own = self._holder(key)
        # The door weighs what stands here. People without a rank it cannot ask for, nor whose value is inherited.
        if (holder == PEOPLE and holder not in self.structure.sources) or (
            not is_own and outranked(holder, spec, self.structure)
        ):
            self.step.held += 1
            self.is_right = False
            return
        self.values[key] = value
        if not outranked(holder, spec, self.structure):
            self.own[key] = self.effective[key] = value

    def _with_claimed(self, key: str, value: Mapping[str, Any]) -> dict[str, Any]:
        """A whole price, but for the currencies that a rule further up decides: these stay."""
        stands = self.effective.get(key) or {}
        claimed = {code for code in {*value, *stands} if (self.pk, f"{key}:{code}") in self.claims}
        made = {code: amount for code, amount in value.items() if code not in claimed}
        return dict(sorted({**made, **{code: stands[code] for code in claimed & stands.keys()}}.items()))

    def _holder(self, key: str) -> tuple[str, bool]:
        """The source of the value that stands, and whether that is this level's own."""
        for depth, level in enumerate((self.before, *self.bundle.levels[1:])):
            if key in level.values:
                return level.sources.get(key, ""), depth == 0
        return "", True

    def _may_read(self, action: Action, key: str) -> bool:
        locale, context = action.read_at(key)
        return all(
            self.rights.may_view_key(
                spec, locale if spec.localizable else "", context if spec.scopable else ""
            )
            for spec, _currency in action.terms_read(self.structure)
        )

    def change(self) -> ProductChange | None:
        """With what it was worked out from: whoever changed one of these meanwhile keeps it, and wakes the rule again."""
        base = {key: value_hash(self.before.values.get(key, ABSENT)) for key in self.values}
        fields = {}
        if self.categories != self.stood:
            fields["categories"] = self.categories
            base[CATEGORIES] = value_hash(self.stood)
        if not self.values and not fields:
            return None
        return ProductChange(self.pk, values=self.values, fields=fields, base=base, cleaned=True)


def outranked(holder: str, spec: AttributeSpec, structure: Structure) -> bool:
    """Whether what this source says stands above what rules say."""
    known, rules = structure.sources.get(holder), structure.sources.get(SOURCE)
    if known is None or rules is None or known.code == rules.code:
        return False
    return known.stand(spec)[1] > rules.stand(spec)[1]


def _categories(loaded: Mapping[int, Bundle], structure: Structure) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {pk: [] for pk in loaded}
    rows = ProductCategory.objects.filter(product_id__in=loaded).order_by("position", "pk")
    for product, category in rows.values_list("product_id", "category_id"):
        if category in structure.categories:
            found[product].append(structure.categories[category].code)
    return found


def claim_above(
    rule: RuleSpec, rules: Rules, ids: Sequence[int], structure: Structure, claims: Claims
) -> None:
    """Notes what rules further up say of the same values. One that cannot run claims nothing."""
    for upper in rules.above(rule):
        owner = User.objects.filter(pk=upper.owner).first()
        try:
            rows = matching(upper, check_owner(owner), structure).filter(pk__in=ids)
        except CannotRun:
            continue
        for part in by_stage(rows):
            plan(upper, part, user=owner, structure=structure, claims=claims)
