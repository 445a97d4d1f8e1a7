"""The pages of a portal: put there, taken away, read back. What the connector is to other channels' interfaces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.search.folding import folded
from catalog.structure.snapshot import Structure
from channels import profile
from channels.connectors.base import Item, ItemResult, Seen
from channels.models import Channel, PortalPage, PortalPlace, PortalText
from channels.portal import sheets

SEARCHED = 6000  # characters of a page's words that it is found by, in each language
LONGEST_ADDRESS = 500  # that a listing has room for


def put(channel: str, items: Sequence[Item]) -> list[ItemResult]:
    """Each item as it is to stand; what is there of a later revision stays. One transaction, for at most 500 items.

    Raises LookupError where there is no such channel.
    """
    pk = _id_of(channel)
    now = timezone.now()
    results: dict[str, ItemResult] = {}
    with transaction.atomic():
        there = {
            page.key: page
            for page in PortalPage.objects.select_for_update().filter(
                channel_id=pk, key__in=[item.key for item in items]
            ).order_by("pk").only("pk", "key", "revision")
        }  # fmt: skip
        gone, new, changed = [], [], []
        for item in items:
            page = there.get(item.key)
            if page is not None and page.revision > item.revision:
                results[item.key] = ItemResult(item.key, "ignored")
            elif item.operation == "withdraw":
                gone += [page.pk] if page else []
                results[item.key] = ItemResult(item.key, "live")
            else:
                new += [item] if page is None else []
                changed += [item] if page else []
        PortalPage.objects.filter(pk__in=gone).delete()
        pages = [_filled(PortalPage(channel_id=pk, key=item.key), item, now) for item in new]
        PortalPage.objects.bulk_create(pages)
        old = [_filled(there[item.key], item, now) for item in changed]
        PortalPage.objects.bulk_update(old, ["revision", "hash", "sheet", "changed_at"])
        PortalText.objects.filter(page__in=old).delete()
        PortalPlace.objects.filter(page__in=old).delete()
        _describe(pk, [*pages, *old])
        for page in (*pages, *old):
            results[page.key] = ItemResult(page.key, "live", str(page.pk), _address(channel, page.key))
    return [results[item.key] for item in items]


def held(channel: str, keys: Iterable[str]) -> Mapping[str, Seen | None]:
    """What stands there under these keys."""
    pages = PortalPage.objects.filter(channel__code=channel, key__in=list(keys))
    found = {page.key: page for page in pages}
    return {
        key: Seen(
            key, str(page.pk), _address(channel, key), page.hash, page.revision, page.sheet
        ) if (page := found.get(key)) else None
        for key in keys
    }  # fmt: skip


def _id_of(channel: str) -> int:
    pk = Channel.objects.filter(code=channel).values_list("pk", flat=True).first()
    if pk is None:
        raise LookupError(_("There is no channel '%s'.") % channel)
    return pk


def _filled(page: PortalPage, item: Item, now: Any) -> PortalPage:
    page.revision, page.hash, page.sheet, page.changed_at = (
        item.revision,
        item.hash,
        dict(item.sheet or {}),
        now,
    )
    return page


def _describe(channel: int, pages: Sequence[PortalPage]) -> None:
    structure = Structure.current()
    spec = profile.current(structure).by_id[channel]
    above = {
        spec.code: [structure.categories[pk].code for pk in spec.ancestry[1:] if pk in structure.categories]
        for spec in structure.categories.values()
    }
    texts, places = [], []
    for page in pages:
        for locale in page.sheet.get("locales") or {}:
            title = sheets.title(page.sheet, locale)[:300]
            texts.append(
                PortalText(
                    page=page, channel_id=channel, locale=locale, title=title, sort=folded(title)[:100],
                    search=folded(f"{sheets.numbers(page.sheet, locale)} {sheets.words(page.sheet, locale, spec, structure)[:SEARCHED]}"),
                )
            )  # fmt: skip
        own = [entry["code"] for entry in page.sheet.get("categories") or ()]
        places += [
            PortalPlace(page=page, channel_id=channel, category=code)
            for code in sorted({each for code in own for each in above.get(code, [code])})
        ]
    PortalText.objects.bulk_create(texts, batch_size=500)
    PortalPlace.objects.bulk_create(places, batch_size=500)


def _address(channel: str, key: str) -> str:
    """ "" where it is longer than is kept: letters outside ASCII take up to twelve signs each."""
    address = settings.PIM_BASE_URL + reverse("portal_any_language", args=[channel, key])
    return address if len(address) <= LONGEST_ADDRESS else ""
