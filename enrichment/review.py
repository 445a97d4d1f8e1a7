"""Deciding about a product in review, or about its texts in a locale that is approved by itself: approved as it was seen, or
back to who sent it, with a comment. `locale` is "" for the product."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from catalog import approval
from catalog.access import visible
from catalog.models import Product, Revision, User
from catalog.structure.snapshot import Structure
from catalog.values.approving import field_of
from catalog.values.bundle import Bundle
from catalog.values.changes import Actor, Outcome, ProductChange
from catalog.values.hashing import value_hash
from catalog.values.keys import Key, split_campaign
from catalog.values.write import write
from enrichment.models import ReviewNote

Status = Product.Status
COMMENT_LENGTH = 2000
_LOOKED_THROUGH = 200  # revisions, for who sent it


@dataclass(frozen=True, slots=True)
class Decision:
    """`changed_since`: somebody changed the product after the reviewer had seen it, or decided first: nothing was written."""

    outcome: Outcome | None = None
    changed_since: bool = False

    @property
    def ok(self) -> bool:
        return self.outcome is not None and self.outcome.ok


def approve(product_id: int, *, seen: int, by: User, locale: str = "") -> Decision:
    """`seen`: the product's revision on the reviewer's screen."""
    return _decide(product_id, Status.APPROVED, seen=seen, by=by, locale=locale)


def send_back(product_id: int, text: str, *, seen: int, by: User, locale: str = "") -> Decision:
    """The comment is kept in the transaction of the change, or neither is."""
    comment = text.strip()[:COMMENT_LENGTH]
    return _decide(product_id, Status.DRAFT, seen=seen, by=by, text=comment, locale=locale)


def _decide(
    product_id: int, status: str, *, seen: int, by: User, text: str = "", locale: str = ""
) -> Decision:
    with transaction.atomic():
        rows = Product.objects.select_for_update(no_key=True).only("rev", "kind", "status", "approvals")
        row = rows.get(pk=product_id)
        stands = approval.state(row, locale)
        if stands != Status.IN_REVIEW or (row.rev != seen and _is_touched(product_id, seen, locale)):
            return Decision(changed_since=True)
        name = field_of(locale)
        change = ProductChange(
            product=product_id, fields={name: status}, base={f"_{name}": value_hash(stands)}
        )
        outcome = write([change], by=Actor(user=by, origin="form", ref="review"))[0]
        if outcome.ok:
            settle([product_id], locale)
            if text:
                ReviewNote.objects.create(
                    product_id=product_id,
                    locale=locale,
                    text=text,
                    by=by,
                    to=sender(product_id, locale),
                    rev=seen,
                    at=timezone.now(),
                )
        return Decision(outcome)


def _is_touched(product_id: int, seen: int, locale: str) -> bool:
    """Whether what was looked at is another since: of a locale's texts only these count."""
    if not locale:
        return True
    later = Revision.objects.filter(product=product_id, rev__gt=seen).values_list("changes", flat=True)
    return any(is_of(key, locale) for changes in later for key in changes)


def is_of(key: str, locale: str) -> bool:
    """Whether a changed key is of the locale: a text, a campaign's text, or the state of its texts."""
    return "|" in key and Key.parse(split_campaign(key)[0]).locale == locale


def settle(product_ids: Iterable[int], locale: str = "") -> None:
    """Their comments are answered. One statement, none for no product."""
    if ids := list(product_ids):
        notes = ReviewNote.objects.filter(product__in=ids, locale=locale, settled_at=None)
        notes.update(settled_at=timezone.now())


def settle_approved(changed: Mapping[int, frozenset[str]], bundles: Mapping[int, Bundle]) -> None:
    """Of what a change moved, by whatever way: what is approved now answers its comments. One statement by locale."""
    answered: dict[str, list[int]] = {}
    for pk, keys in changed.items():
        for key in keys:
            name, _bar, locale = key.partition("|")
            if name == "_status" and approval.state(bundles[pk].product, locale) == Status.APPROVED:
                answered.setdefault(locale, []).append(pk)
    for locale, ids in answered.items():
        settle(ids, locale)


def sender(product_id: int, locale: str = "") -> User | None:
    """Who sent it to review last, or where that was no person, who changed it last."""
    rows = Revision.objects.filter(product=product_id).order_by("-rev").select_related("user")
    last, name = None, f"_{field_of(locale)}"
    for revision in rows[:_LOOKED_THROUGH]:
        if revision.changes.get(name, (None, None))[1] == Status.IN_REVIEW and revision.user:
            return revision.user
        is_edit = not locale or any(is_of(key, locale) for key in revision.changes)
        if last is None and is_edit and name not in revision.changes:
            last = revision.user
    return last


def returned_to(user: User, structure: Structure) -> QuerySet[ReviewNote]:
    """What waits for this person to be mended: still a draft, and still theirs to see."""
    drafts = Q(locale="", product__status=Status.DRAFT)
    for locale in structure.approving:
        drafts |= Q(locale=locale, **{f"product__approvals__{locale}": Status.DRAFT.value})
    waiting = ReviewNote.objects.filter(drafts, to=user, settled_at=None, product__trashed_at=None)
    return visible(user, waiting).select_related("product", "by").order_by("-at")


def note_on(product: Product, locale: str = "") -> ReviewNote | None:
    """The comment that stands on it, or on its texts in the locale. One query, none for what is approved."""
    if approval.state(product, locale) == Status.APPROVED:
        return None
    notes = ReviewNote.objects.filter(product=product, locale=locale, settled_at=None).select_related("by")
    return notes.order_by("-at").first()


def notes_on(product: Product, structure: Structure) -> list[ReviewNote]:
    """The comments that stand on it, the latest of the product and of each locale. One query, none for what is approved."""
    states = {"": product.status, **approval.states(product, structure)}
    opened = [locale for locale, state in states.items() if state != Status.APPROVED]
    if not opened:
        return []
    notes = ReviewNote.objects.filter(product=product, locale__in=opened, settled_at=None).select_related(
        "by"
    )
    latest = {note.locale: note for note in notes.order_by("at")}
    return [latest[locale] for locale in opened if locale in latest]
