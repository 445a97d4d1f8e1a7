"""The open proposals a person may see, by filter, the newest first: what is, and what is proposed instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from catalog import approval
from catalog.access import rights_of, visible
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models import Product, Proposal, User
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values.bundle import Bundle
from catalog.values.changes import ABSENT
from catalog.values.keys import Key, split_campaign
from catalog.values.links import bring_pairs
from enrichment.workbench.differences import difference
from enrichment.workbench.page.origin import PEOPLE, source_label

PAGE = 50
COUNTED = 10_000  # beyond, the list says "10,000+"
FILTERS = ("source", "attribute", "family")


@dataclass(frozen=True, slots=True)
class Query:
    """Codes, "" for all."""

    source: str = ""
    attribute: str = ""
    family: str = ""

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Query:
        return cls(**{name: str(data.get(name, ""))[:100] for name in FILTERS})

    def as_query(self) -> str:
        return urlencode({name: getattr(self, name) for name in FILTERS if getattr(self, name)})

    def rows(self, user: User) -> QuerySet[Proposal]:
        """Open ones about products that this person sees, in no order."""
        rows = Proposal.objects.filter(state=Proposal.State.OPEN, product__trashed_at=None)
        if self.source:
            rows = rows.filter(source=self.source)
        if self.attribute:
            code = self.attribute
            rows = rows.filter(Q(key=code) | Q(key__startswith=f"{code}|") | Q(key__startswith=f"{code}@"))
        if self.family:
            rows = rows.filter(product__family__code=self.family)
        return visible(user, rows)


@dataclass(frozen=True, slots=True)
class Line:
    pk: int
    product: int
    sku: str
    name: str
    image: str
    label: str
    place: str
    parts: list[tuple[str, str]]  # enrichment.workbench.differences
    was_empty: bool
    becomes_empty: bool
    holder: str  # who holds the value now
    who: str
    at: datetime
    may: bool
    key: str


@dataclass(frozen=True, slots=True)
class Page:
    lines: list[Line]
    next: int | None
    count: int


def page(query: Query, user: User, *, before: int | None = None) -> Page:
    """A constant number of queries. Values that this person may not see are left out."""
    structure = Structure.current()
    rows = query.rows(user)
    count = rows.order_by()[: COUNTED + 1].count()
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("proposed_by").order_by("-pk")[: PAGE + 1])
    shown = found[:PAGE]
    ids = {row.product_id for row in shown}
    loaded = bundles.load(sorted(ids), structure=structure)
    publish = visible(user, Product.objects.filter(pk__in=ids), verb="product.publish", few=True)
    theirs = set(publish.values_list("pk", flat=True))
    names = {
        row.pk: row
        for row in Product.objects.filter(pk__in=ids).only(
            "pk", "sku", "label", "labels", "image", "kind", "parent_id", "root_id"
        )
    }
    may = approval.deciding(user, names.values() if structure.approving else (), structure)
    pairs = [{split_campaign(row.key)[0]: (_now(row, loaded), row.value)} for row in shown]
    bring_pairs(pairs, structure)

    def decides(row: Proposal) -> bool:
        return row.product_id in theirs and (not structure.approving or may(row.product_id, row.key))

    lines = [
        line
        for row in shown
        if (line := _line(row, loaded, names, structure, user, decides(row))) is not None
    ]
    return Page(lines, shown[-1].pk if len(found) > PAGE else None, count)


def _now(row: Proposal, loaded: Mapping[int, Bundle]) -> Any:
    """The product's own value under the proposal's key; ABSENT where it has none."""
    bundle, (key, campaign) = loaded.get(row.product_id), split_campaign(row.key)
    if bundle is None:
        return ABSENT
    if campaign:
        own = (each for each in bundle.campaigns if each.code == campaign and each.level == 0)
        document = next(own, None)
        return document.values.get(key, ABSENT) if document is not None else ABSENT
    return bundle.levels[0].values.get(key, ABSENT)


def _line(
    row: Proposal,
    loaded: Mapping[int, Bundle],
    names: Mapping[int, Product],
    structure: Structure,
    user: User,
    may: bool,
) -> Line | None:
    plain, campaign = split_campaign(row.key)
    key = Key.parse(plain)
    spec, bundle = structure.attributes.get(key.attribute), loaded.get(row.product_id)
    if spec is None or bundle is None:
        return None
    paths = [structure.categories[pk].path for pk in bundle.categories if pk in structure.categories]
    rights = rights_of(user).at(paths)
    if not rights.may_view_key(spec, key.locale, key.context):
        return None
    kind, now = ATTRIBUTE_TYPES[spec.type], _now(row, loaded)
    texts = [
        ""
        if value is ABSENT or value is None
        else strip_tags(str(kind.display(value, spec, key.locale or None)))
        for value in (now, row.value)
    ]
    context = structure.contexts.get(key.context)
    product = names[row.product_id]
    return Line(
        pk=row.pk, product=row.product_id, sku=product.sku, name=str(product), image=product.image, label=spec.label(),
        place=" · ".join(part for part in (key.locale, context.label() if context else key.context, _("campaign %(code)s") % {"code": campaign} if campaign else "") if part),
        parts=difference(*texts), was_empty=not texts[0], becomes_empty=not texts[1],
        holder="" if campaign else source_label(bundle.levels[0].sources.get(plain, ""), structure),
        who=str(row.proposed_by) if row.proposed_by and row.source == PEOPLE else source_label(row.source, structure),
        at=row.created_at, may=may and rights.may_edit_key(spec, key.locale, key.context), key=row.key,
    )  # fmt: skip


def choices(user: User, structure: Structure) -> dict[str, list[tuple[str, str]]]:
    """What there is to filter by: sources that have open proposals, and attributes and families of the structure."""
    open_rows = visible(user, Proposal.objects.filter(state=Proposal.State.OPEN)).order_by()
    sources = sorted(open_rows.values_list("source", flat=True).distinct())
    seen = rights_of(user)
    return {
        "source": [(code, source_label(code, structure)) for code in sources],
        "attribute": sorted(
            ((spec.code, spec.label()) for spec in structure.attributes.values() if seen.may_in("product.view", spec.group, None, None)),
            key=lambda pair: pair[1].casefold(),
        ),
        "family": sorted(((spec.code, spec.label()) for spec in structure.families.values()), key=lambda pair: pair[1].casefold()),
    }  # fmt: skip
