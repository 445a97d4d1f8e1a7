"""Files and products put together by a rule: set by set, in a constant number of queries a batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.access import Rights, rights_of, visible
from catalog.attribute_types import ATTRIBUTE_TYPES, ValueRefused
from catalog.models import Product, User
from catalog.models.product import UniqueValue
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.derive import unique_entry
from catalog.values.keys import attribute_of, format_key
from catalog.values.products import with_skus
from enrichment.models import PictureFile, PictureMatch
from enrichment.workbench.pictures.naming import ANY, BY, SKU, Reading, Rule, readings

BATCH = 500
State = PictureFile.State
REASONS = {
    "no_product": _("No product is called so."),
    "two_products": _("It names two products: choose one."),
    "not_chosen": _("Its product is not among those you chose."),
    "no_folder": _("It lies in no folder."),
    "left_out": _("Left out by hand."),
    "one_only": _("Only one file is possible there, and another comes first."),
    "filled": _("There is one already: choose to put it in its place."),
    "changed": _("Somebody else changed it meanwhile: try again."),
    "proposed": _("Kept as a proposal: the product is approved, or a stronger source holds it."),
    "gone": _("The file was taken out of the library."),
}
_MATCHED = ("product", "place", "state", "code", "told")


def identifiers(structure: Structure, rights: Rights) -> list[AttributeSpec]:
    """The unique attributes by which a product is found, besides its SKU."""
    found = (structure.attributes[code] for code in structure.unique)
    return [
        spec for spec in found if not spec.localizable and not spec.scopable and rights.may_view_key(spec)
    ]


def keys_offered(structure: Structure, rights: Rights) -> dict[str, str]:
    """{value key: label} of what may receive files: for all channels, one for each language where they differ."""
    found: dict[str, str] = {}
    order = {"images": 0, "image": 1, "file": 2, "video": 3}
    specs = sorted(
        (structure.attributes[code] for code in structure.asset_attributes),
        key=lambda spec: (order.get(spec.type, 9), spec.label()),
    )
    for spec in specs:
        if spec.read_only:
            continue
        codes = [
            code for code, known in structure.locales.items() if known.is_active and spec.exists_in(code)
        ]
        for locale in codes if spec.localizable else [""]:
            if rights.may_edit_key(spec, locale, ""):
                name = f" ({structure.locales[locale].name})" if locale else ""
                found[format_key(spec.code, locale)] = f"{spec.label()}{name}"
    return found


def choices_by(structure: Structure, rights: Rights) -> dict[str, Any]:
    return dict(BY) | {spec.code: spec.label() for spec in identifiers(structure, rights)}


def rematch(match: PictureMatch, user: User) -> None:
    """All files anew by the match's rule, those chosen by hand but for whether the attribute takes them."""
    last = 0
    while batch := list(
        match.files.filter(pk__gt=last).exclude(asset=None).select_related("asset").order_by("pk")[:BATCH]
    ):
        last = batch[-1].pk
        settle(match, batch, user)
        PictureFile.objects.bulk_update(batch, _MATCHED)


def settle(match: PictureMatch, files: Sequence[PictureFile], user: User) -> None:
    """Says of files (their assets loaded) which product each is of, or why none; stores nothing."""
    rule, structure = Rule.of(match.rule), Structure.current()
    named = {file.pk: readings(file.name, rule) for file in files if not file.by_hand}
    products = _products({reading.text for each in named.values() for reading in each}, rule, structure, user)
    only = frozenset(match.only)
    spec = structure.attributes.get(attribute_of(rule.key))
    for file in files:
        if not file.by_hand:
            _decide(file, named[file.pk], products, only)
        else:
            file.state, file.code = (State.MATCHED, "") if file.product_id else (State.UNMATCHED, "left_out")
        file.told = ""
        if file.state == State.MATCHED and spec is not None:
            _check(file, spec)


def _decide(
    file: PictureFile, named: Sequence[Reading], products: dict[str, set[int]], only: frozenset[int]
) -> None:
    file.product_id, file.state, file.place = None, State.UNMATCHED, named[0].place if named else 0
    file.code = "no_product" if named else "no_folder"
    for reading in named:
        found = products.get(reading.text.upper(), set())
        if only and found and not found & only:
            file.code = "not_chosen"
            continue
        found = found & only if only else found
        if len(found) > 1:
            file.code = "two_products"
            return
        if found:
            file.product_id, file.place, file.state, file.code = min(found), reading.place, State.MATCHED, ""
            return


def _check(file: PictureFile, spec: AttributeSpec) -> None:
    try:
        ATTRIBUTE_TYPES[spec.type].check_asset(file.asset, spec)
    except ValueRefused as refused:
        file.state, file.code, file.told = State.FAILED, refused.code, refused.message


def _products(texts: Iterable[str], rule: Rule, structure: Structure, user: User) -> dict[str, set[int]]:
    """{text in capitals: ids of the products it names} among those the person may see."""
    wanted = sorted({text for text in texts if text})
    found: dict[str, set[int]] = defaultdict(set)
    if rule.by in (ANY, SKU) and wanted:
        for sku, pk in with_skus(wanted).filter(trashed_at=None).values_list("sku", "pk"):
            found[sku.upper()].add(pk)
    specs = [spec for spec in identifiers(structure, rights_of(user)) if rule.by in (ANY, spec.code)]
    entries: dict[tuple[str, str], set[str]] = defaultdict(set)
    for spec in specs:
        for text in wanted:
            if entry := _entry(text, spec, structure):
                entries[spec.code, entry].add(text.upper())
    if entries:
        rows = UniqueValue.objects.filter(
            attribute__in=[spec.code for spec in specs], value__in={entry for _code, entry in entries},
            product__trashed_at=None,
        )  # fmt: skip
        for code, entry, pk in rows.values_list("attribute", "value", "product_id"):
            for text in entries.get((code, entry), ()):
                found[text].add(pk)
    ids = set().union(*found.values()) if found else set()
    seen = set(visible(user, Product.objects.filter(pk__in=ids), few=True).values_list("pk", flat=True))
    return {text: listed & seen for text, listed in found.items()}


def _entry(text: str, spec: AttributeSpec, structure: Structure) -> str:
    try:
        stored = ATTRIBUTE_TYPES[spec.type].clean(text, spec, structure=structure)
    except ValueRefused:
        return ""
    return unique_entry(spec, stored) if stored is not None else ""


def choose(match: PictureMatch, skus: dict[int, str], user: User) -> list[str]:
    """By hand: {file: SKU, or "" for none}. Returns the SKUs that no product has, whose files stay as they were."""
    files = list(
        match.files.filter(pk__in=skus).exclude(asset=None).select_related("asset", "product").order_by("pk")
    )
    changed = [
        file for file in files if skus[file.pk].upper() != (file.product.sku.upper() if file.product else "")
    ]
    rule = Rule(by=SKU)
    found = _products({skus[file.pk] for file in changed}, rule, Structure.current(), user)
    wrong: list[str] = []
    taken = []
    for file in changed:
        sku = skus[file.pk]
        ids = found.get(sku.upper(), set())
        if sku and not ids:
            wrong.append(sku)
            continue
        file.product_id, file.by_hand = min(ids) if ids else None, True
        taken.append(file)
    settle(match, taken, user)
    PictureFile.objects.bulk_update(taken, [*_MATCHED, "by_hand"])
    return wrong
