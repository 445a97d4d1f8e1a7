"""Approval: of a product, and beside it of its texts in the locales that are approved by themselves (Locale.own_approval).

`Product.approvals` holds a state by such a locale. One that is not named goes with the product: so it stood when the locale
got its own approval, and that is what it keeps, since the door names it before the product's status moves (catalog.values.approving).
Which levels are asked: a product of its own always, a variant and what stands above it only where it says something in the
locale itself; above it, only what was named, as no channel asks for a model's status either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any, NamedTuple

from catalog.access import Rights, paths_of_each, rights_of
from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from catalog.values.keys import Key, split_campaign

if TYPE_CHECKING:
    from catalog.values.bundle import Bundle

Status = Product.Status


def state(product: Product, locale: str = "") -> str:
    """The product's status, or with `locale` that of its texts there: approved at a model whose own was never named."""
    own = product.approvals.get(locale) if locale else None
    if own is None and locale and not product.is_sellable:
        return str(Status.APPROVED)
    return str(own or product.status)


def states(product: Product, structure: Structure) -> dict[str, str]:
    """By locale that is approved by itself."""
    return {locale: state(product, locale) for locale in structure.approving}


def is_past(field: str, structure: Structure) -> bool:
    """Whether this key of a revision is the state of a locale that has no approval of its own any more."""
    name, _bar, locale = field.partition("|")
    return name == "_status" and bool(locale) and locale not in structure.approving


def decided_in(key: str, structure: Structure) -> str:
    """The locale whose approval a value under this key (a campaign's as well) belongs to; "" for the product's."""
    if not structure.approving or "|" not in key:
        return ""
    locale = Key.parse(split_campaign(key)[0]).locale
    return locale if locale in structure.approving else ""


def may_decide(rights: Rights, structure: Structure, locale: str = "") -> bool:
    """Whether these rights, those at the product, let somebody approve it, or with `locale` its texts there.

    Where locales are approved by themselves, the product's own approval takes the right to what has no locale.
    """
    if not structure.approving:
        return rights.may("product.publish")
    return rights.may_in("product.publish", None, locale, None)


def asked_for(structure: Structure, locale: str = "") -> str | None:
    """The `locale` of catalog.access.visible(), so that it says what may_decide says."""
    return locale if structure.approving else None


def proposes(
    product: Product, key: str, rights: Rights, structure: Structure, levels: Sequence[Stated] = ()
) -> bool:
    """Whether what this person writes under the key is only a proposal: it is approved, and not theirs to approve."""
    locale = decided_in(key, structure)
    stands = standing(product, locale, levels)
    return stands == Status.APPROVED and not may_decide(rights, structure, locale)


class Stated(NamedTuple):
    """A level: the states named at it by locale, and the locales in which it says something."""

    approvals: Mapping[str, str]
    said: Set[str]


def standing(product: Product, locale: str, levels: Sequence[Stated] = ()) -> str:
    """As state(). Where a product below a model says nothing in the locale itself, it shows what is said above: it stands
    as the product does, as far as that is approved, whatever was named for the day it says something.

    `levels`: the product's own, then those above it.
    """
    stands = state(product, locale)
    above = [level.approvals.get(locale, Status.APPROVED) for level in levels[1:] if locale in level.said]
    if stands == Status.APPROVED or not above or locale in levels[0].said or set(above) != {Status.APPROVED}:
        return stands
    return str(product.status)


def levels_of(bundle: Bundle) -> tuple[Stated, ...]:
    return tuple(Stated(level.approvals, said_in(bundle, depth)) for depth, level in enumerate(bundle.levels))


def deciding(user: Any, products: Iterable[Product], structure: Structure) -> Callable[[int, str], bool]:
    """(product id, key) → whether this person may approve what stands under the key. One query, none without limits."""
    rights = rights_of(user)
    paths = {} if rights.everything else paths_of_each(products)

    def may(product: int, key: str) -> bool:
        return may_decide(rights.at(paths.get(product, ())), structure, decided_in(key, structure))

    return may


def asked(bundle: Bundle, structure: Structure) -> tuple[str, ...]:
    """The locales in which this product is approved by itself."""
    if not bundle.depth or not structure.approving:
        return structure.approving
    said = said_in(bundle, 0)
    return tuple(locale for locale in structure.approving if locale in said)


def said_in(bundle: Bundle, level: int) -> set[str]:
    """The locales in which this level has a value of its own, be it a campaign's."""
    documents = [bundle.levels[level].values]
    documents += [each.values for each in bundle.campaigns if each.level == level]
    return locales_of(documents)


def locales_of(documents: Iterable[Iterable[str]]) -> set[str]:
    """In which values with these keys are written."""
    return {Key.parse(key).locale for keys in documents for key in keys if "|" in key}


def waiting(bundle: Bundle, locale: str, structure: Structure) -> str:
    """The SKU of the level whose texts of the locale are not approved yet; "" where nothing waits."""
    if locale in asked(bundle, structure) and state(bundle.product, locale) != Status.APPROVED:
        return bundle.product.sku
    for depth, level in enumerate(bundle.levels[1:], start=1):
        named = level.approvals.get(locale, Status.APPROVED)
        if named != Status.APPROVED and locale in said_in(bundle, depth):
            return level.sku
    return ""


def tokens(bundle: Bundle, structure: Structure) -> set[str]:
    """By which products are found: "approval:de_DE|in_review"."""
    return {token(locale, state(bundle.product, locale)) for locale in asked(bundle, structure)}


def token(locale: str, status: str) -> str:
    return f"approval:{locale}|{status}"
