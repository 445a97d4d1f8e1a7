"""can(), require() and visible(): the questions every door asks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from catalog import search
from catalog.access.placed import Placed
from catalog.access.rights import NONE, Rights, rights_of
from catalog.access.verbs import PRODUCT_VERBS, SIGNED_IN, VERBS, check_verb
from catalog.jobs.kinds import KINDS
from catalog.models.job import Job
from catalog.models.product import Product, ProductCategory
from catalog.structure.snapshot import Structure

# The verb that shows a model's rows, all or none; upper rooms add their own models (`covers`).
_VIEW_VERBS: dict[str, str] = {
    **dict.fromkeys(
        (
            "catalog.attribute", "catalog.attributegroup", "catalog.option", "catalog.family", "catalog.familyattribute",
            "catalog.familyvariant", "catalog.variantattribute", "catalog.category", "catalog.locale", "catalog.currency",
            "catalog.context", "catalog.source", "catalog.sourcepolicy", "catalog.conversion", "catalog.measurementfamily", "catalog.measurementunit",
            "catalog.renditionpreset",
            "catalog.referenceentity", "catalog.referencefield", "catalog.referencerecord",
            "catalog.gtinpool", "catalog.sequence",
        ),
        "structure.view",
    ),
    **dict.fromkeys(
        (
            "catalog.importprofile", "catalog.importrun", "catalog.importrow", "catalog.importpicture", "catalog.remotefile",
            "catalog.takeover", "catalog.importpickup", "catalog.pickedfile", "catalog.pickuptrouble",
        ),
        "import.run",
    ),
    **dict.fromkeys(("catalog.user", "catalog.role", "catalog.grant"), "access.edit"),
    **dict.fromkeys(("catalog.job", "catalog.thinning"), "job.view"),
    **dict.fromkeys(("catalog.asset", "catalog.assettag", "catalog.rendition"), "product.view"),
    "catalog.campaign": "product.view",  # chosen on the product page
    "catalog.term": "product.view",  # told beside the fields
}  # fmt: skip
# Rows about a product, by the field that names it: seen where the product is.
_OF_PRODUCT: dict[str, str] = {
    **dict.fromkeys(
        (
            "catalog.productvalues", "catalog.productcategory", "catalog.uniquevalue", "catalog.numbervalue",
            "catalog.revision", "catalog.proposal", "catalog.outdatedtranslation", "catalog.campaignvalues", "catalog.mergedproduct",
        ),
        "product",
    ),
}  # fmt: skip


def covers(model: str, *, verb: str | None = None, product: str | None = None) -> None:
    """An upper room says how its model ("channels.Listing") is seen: by a verb, or with the product a field names, or both."""
    if verb is not None:
        check_verb(verb)
        _VIEW_VERBS[model.lower()] = verb
    if product is not None:
        _OF_PRODUCT[model.lower()] = product


def can(
    user: Any,
    verb: str,
    target: Any = None,
    *,
    attribute: str | None = None,
    locale: str | None = None,
    context: str | None = None,
) -> bool:
    """Whether the person may do this: to a product (`target`), with an attribute (its code), in a locale and context.

    What is not named is not asked; "" names master, and values without locale. Inactive people may nothing, superusers
    everything. Their own job may be cancelled by whoever started it, but for what a change left to be done. Raises LookupError
    for a verb or an attribute that does not exist.
    """
    if verb == SIGNED_IN:
        return bool(user is not None and user.is_authenticated and user.is_active)
    check_verb(verb)
    rights = rights_of(user)
    if rights is NONE or rights.everything:
        return rights.everything
    if verb == "job.cancel" and isinstance(target, Job) and _may_end_own(user, target):
        return True
    if isinstance(target, Product) and verb in PRODUCT_VERBS:
        rights = rights.at(paths_of(target))
    if attribute is None and locale is None and context is None:
        return rights.may(verb)
    group = None
    if attribute is not None:
        spec = Structure.current().find_attribute(attribute)
        if spec is None:
            raise LookupError(f"There is no attribute {attribute!r}.")
        group = spec.group
    return rights.may_in(verb, group, locale, context)


def _may_end_own(user: Any, job: Job) -> bool:
    kind = KINDS.get(job.kind)
    return job.created_by_id == user.pk and kind is not None and not kind.owed


def require(user: Any, verb: str, target: Any = None, **part: str | None) -> None:
    """Raises PermissionDenied, saying what is missing, where can() says no."""
    if not can(user, verb, target, **part):
        label = VERBS[verb].label if verb in VERBS else verb
        raise PermissionDenied(_("Your roles do not allow this: %(verb)s.") % {"verb": label})


def paths_of(product: Product) -> list[str]:
    """The paths of the categories of a product and of the levels above it: one query."""
    chain = {pk for pk in (product.pk, product.parent_id, product.root_id) if pk}
    return list(ProductCategory.objects.filter(product_id__in=chain).values_list("category__path", flat=True))


def paths_of_each(products: Iterable[Product]) -> dict[int, list[str]]:
    """As paths_of, of each of a few products by its id: one query, none for no product."""
    chains = {each.pk: {pk for pk in (each.pk, each.parent_id, each.root_id) if pk} for each in products}
    placed: dict[int, list[str]] = {}
    if chains:
        rows = ProductCategory.objects.filter(product_id__in=set().union(*chains.values()))
        for product, path in rows.values_list("product_id", "category__path"):
            placed.setdefault(product, []).append(path)
    return {pk: [path for level in chain for path in placed.get(level, ())] for pk, chain in chains.items()}


def visible(
    user: Any,
    rows: type[Model] | QuerySet[Any],
    *,
    verb: str | None = None,
    locale: str | None = None,
    roughly: bool = False,
    few: bool = False,
) -> QuerySet[Any]:
    """The rows the person may see, or with `verb` those to which they may do that; with `locale` of products those to which
    they may do it in that locale ("": to what has none).

    `roughly` is for numbers on screen only: it counts products by their tokens, which are a job behind where a branch of
    categories moved, and several times faster than looking at each product's places. `few` is for products that are named
    by their ids: each one's places are looked at, and no index is asked for the others.

    Products (and rows about them) by the categories of the person's roles, everything else all or none. Adds a constant
    number of queries, none for what the rights of this instance already know. Raises LookupError for a model that has no
    policy.
    """
    queryset: QuerySet[Any] = rows if isinstance(rows, QuerySet) else rows._default_manager.all()
    label = queryset.model._meta.label_lower
    rights = rights_of(user)
    if label == Product._meta.label_lower:
        return _within(queryset, rights, verb or "product.view", "", locale=locale, roughly=roughly, few=few)
    if locale is not None:
        raise LookupError(f"{label} is not asked for by locale: only products are.")
    if label not in _VIEW_VERBS and label not in _OF_PRODUCT:
        raise LookupError(f"{label} has no policy: name its verb with catalog.access.covers().")
    asked = verb or _VIEW_VERBS.get(label)
    if asked is not None and not (asked in PRODUCT_VERBS and label in _OF_PRODUCT) and not rights.may(asked):
        return queryset.none()
    if label in _OF_PRODUCT:
        product_verb = verb if verb in PRODUCT_VERBS else "product.view"
        return _within(queryset, rights, product_verb, f"{_OF_PRODUCT[label]}__")
    return queryset


def _within(
    queryset: QuerySet[Any],
    rights: Rights,
    verb: str,
    prefix: str,
    *,
    locale: str | None = None,
    roughly: bool = False,
    few: bool = False,
) -> QuerySet[Any]:
    check_verb(verb)
    paths = rights.category_paths(verb, locale)
    if paths is None:
        return queryset
    if not paths:
        return queryset.none()
    if prefix:
        below = Q(category__path__startswith=paths[0])
        for path in paths[1:]:
            below |= Q(category__path__startswith=path)
        products = ProductCategory.objects.filter(below).values("product_id")
        return queryset.filter(
            Q(**{f"{prefix}id__in": products})
            | Q(**{f"{prefix}parent_id__in": products})
            | Q(**{f"{prefix}root_id__in": products})
        )
    if not few:
        # The tokens say it too and have an index; they narrow down what is looked at, and the places decide.
        queryset = search.filter_tokens(queryset, any_of=[[f"cat={path.split('/')[-2]}" for path in paths]])
    return queryset if roughly else queryset.filter(Placed(paths))
