"""What keeps a product from its channels, as sentences that lead to the field: what is missing, and what a channel refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from catalog.access import Rights, paths_of_each, rights_of, visible
from catalog.models import Product
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import Bundle, attributes_at
from channels.models import Listing
from enrichment.readiness import ChannelReadiness, field_id, missing_item
from enrichment.workbench.page.listings import Panel, about

SHOWN = 6
# In the order of the page: what a channel says of it, what is missing, what is another product's of the same item, and what
# was said before the last change and may have been mended by it.
REFUSED, MISSING, ELSEWHERE, EARLIER = range(4)


@dataclass(slots=True)
class Blocker:
    """`href` leads to the field, "" where nobody writes it here; `level`: the product it is on, "" for this one; `channels`:
    the labels of those it is in the way of. `rank`: REFUSED …"""

    text: str
    rank: int
    href: str = ""
    level: str = ""
    channels: list[str] = field(default_factory=list)

    @property
    def is_earlier(self) -> bool:
        return self.rank == EARLIER


@dataclass(frozen=True, slots=True)
class Blockers:
    """The first SHOWN, and the others."""

    first: list[Blocker]
    others: list[Blocker]

    def __bool__(self) -> bool:
        return bool(self.first)


@dataclass(frozen=True, slots=True)
class _Other:
    """Another product of the item that is sent: a variant of the same model, or the model. `rights`: there."""

    pk: int
    rights: Rights


def on_page(
    ready: Iterable[ChannelReadiness],
    panels: Sequence[Panel],
    bundle: Bundle,
    structure: Structure,
    rights: Rights,
    user: Any,
) -> Blockers:
    """Each once, whatever the number of channels: refused ones first. Only what this person may see.

    No query, but for two where a channel says something about another product of the same item.
    """
    found: dict[tuple[str, str], Blocker] = {}

    def add(channel: str, blocker: Blocker) -> None:
        kept = found.setdefault((blocker.level, blocker.text), blocker)
        kept.rank = min(kept.rank, blocker.rank)
        if channel not in kept.channels:
            kept.channels.append(channel)

    writable = frozenset(attributes_at(bundle, structure))
    told = list(_told(panels, bundle.product.sku))
    others = _others({sku for *_rest, sku in told if sku}, user)
    for panel, listing, error, sku in told:
        spec = structure.attributes.get(str(error.get("attribute") or ""))
        locale = str(error.get("locale") or "") if spec is None or spec.localizable else ""
        rank = EARLIER if listing.is_stale else ELSEWHERE if sku else REFUSED
        if not sku:
            if not _may_see(rights, spec, locale):
                continue
            href, level = "", ""
            if spec is not None:
                where = missing_item(spec, locale, bundle, writable)
                href, level = where.href, where.level
        elif (other := others.get(sku)) is None:
            add(panel.channel.label, Blocker(_("It is sent with a product that you may not see, and that one is not ready"), rank))  # fmt: skip
            continue
        elif not _may_see(other.rights, spec, locale):
            continue
        else:
            href, level = _field_of(other.pk, spec, locale), sku
        add(panel.channel.label, Blocker(_text(error, spec, locale), rank, href, level))
    for channel in ready:
        for place in channel.places:
            for item in place.items:
                locale = place.locale if item.spec.localizable else ""
                if _may_see(rights, item.spec, locale):
                    text = _missing(item.label, locale)
                    add(channel.channel.label, Blocker(text, MISSING, item.href, item.level))
    listed = sorted(found.values(), key=lambda each: each.rank)
    return Blockers(listed[:SHOWN], listed[SHOWN:])


def _told(panels: Iterable[Panel], own: str) -> Iterator[tuple[Panel, Listing, Mapping[str, Any], str]]:
    """(panel, its listing, error, the SKU of another product it is about or "") of what the channels' listings say.

    What this product lacks is not among it: its readiness is of now, and says the same.
    """
    for panel in panels:
        listing = panel.listing
        if listing is None:
            continue
        errors = listing.errors
        if not errors and listing.state in (Listing.State.INCOMPLETE, Listing.State.REFUSED):
            errors = [{"message": listing.reason}]  # no family; refused without a word about a field
        for error in errors:
            sku = about(error, panel, own)
            if sku != own:
                yield panel, listing, error, sku
            elif error.get("code") != "missing":
                yield panel, listing, error, ""


def _others(skus: Collection[str], user: Any) -> dict[str, _Other]:
    """By SKU, those of these products that the person may see."""
    if not skus:
        return {}
    rows = list(
        visible(user, Product.objects.filter(sku__in=skus), few=True).only("sku", "parent_id", "root_id")
    )
    placed, rights = paths_of_each(rows), rights_of(user)
    return {row.sku: _Other(row.pk, rights.at(placed.get(row.pk, []))) for row in rows}


def _may_see(rights: Rights, spec: AttributeSpec | None, locale: str) -> bool:
    if spec is None:
        return rights.may_in("product.view", None, locale or None, None)
    return rights.may_view_key(spec, locale, None if spec.scopable else "")


def _field_of(pk: int, spec: AttributeSpec | None, locale: str) -> str:
    address = f"../../{pk}/change/"
    if spec is None:
        return address
    if not spec.localizable:
        return f"{address}#{field_id(spec.code)}"
    return f"{address}?{urlencode({'locale': locale})}#{field_id(f'{spec.code}|{locale}')}"


def _text(error: Mapping[str, Any], spec: AttributeSpec | None, locale: str) -> str:
    if spec is not None and error.get("code") == "missing":
        return _missing(spec.label(), locale)
    label, message = spec.label() if spec else str(error.get("field") or ""), str(error.get("message", ""))
    return f"{_place(label, locale)}: {message}" if label else message


def _missing(label: str, locale: str) -> str:
    return _("%(field)s is missing") % {"field": _place(label, locale)}


def _place(label: str, locale: str) -> str:
    return f"{label} ({locale})" if locale else label
