"""Who changed what: revisions as people read them, and giving a key its earlier value back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from catalog.access import Rights
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models.campaign import Campaign
from catalog.models.codes import label_of
from catalog.models.product import Product
from catalog.models.revision import Revision
from catalog.models.user import User
from catalog.moves import undo
from catalog.structure.snapshot import Structure
from catalog.values.campaigns import write_campaign
from catalog.values.changes import ABSENT, EMPTY, RESET, Actor, Outcome, ProductChange
from catalog.values.keys import Key, is_field, split_campaign
from catalog.values.links import bring_pairs
from catalog.values.revisions import changes_from_json
from catalog.values.write import write

PAGE = 25


@dataclass(frozen=True, slots=True)
class ChangedKey:
    key: str
    label: str
    place: str  # locale and context
    before: str
    after: str
    was_absent: bool
    is_removed: bool
    can_restore: bool


@dataclass(frozen=True, slots=True)
class Entry:
    rev: int
    at: datetime
    who: str
    source: str
    origin: str
    ref: str
    changes: list[ChangedKey]
    can_undo: bool = False  # a move, taken back as a whole


def entries(
    product: Product, *, structure: Structure, rights: Rights, locale: str, before: int | None = None
) -> tuple[list[Entry], int | None]:
    """A page of revisions, the latest first, and the revision from which the next page goes on (None: no more). One query,
    and one for the products that values point at.

    Values this person may not see are left out.
    """
    revisions = Revision.objects.filter(product=product).order_by("-rev").select_related("user")
    if before is not None:
        revisions = revisions.filter(rev__lt=before)
    rows = list(revisions[: PAGE + 1])
    bring_pairs((changes_from_json(row.changes) for row in rows[:PAGE]), structure)
    shown = [_entry(row, structure, rights, locale) for row in rows[:PAGE]]
    return shown, rows[PAGE - 1].rev if len(rows) > PAGE else None


def origin_of(code: str) -> str:
    known = {
        "form": _("product page"),
        "grid": _("grid"),
        "bulk": _("bulk change"),
        "accept": _("accepted proposal"),
        "move": _("move"),
        "conversion": _("conversion of the attribute"),
        "import": _("import"),
        "undo": _("undo"),
        "rule": _("rule"),
        "api": _("API"),
        "demo": _("demo data"),
    }
    return known.get(code, code)


def _entry(row: Revision, structure: Structure, rights: Rights, locale: str) -> Entry:
    source = structure.sources.get(row.source)
    return Entry(
        rev=row.rev,
        at=row.at,
        who=(row.user.get_full_name() or row.user.get_username()) if row.user else _("The system"),
        source=label_of(dict(source.labels), row.source) if source else row.source,
        origin=origin_of(row.origin),
        ref=row.ref,
        can_undo=undo.can_be_undone(row.ref, row.at) and row.origin == "move" and row.rev > 1,
        changes=list(
            changed_keys(changes_from_json(row.changes), structure, rights, locale, is_creation=row.rev == 1)
        ),
    )


def changed_keys(
    changed: dict[str, tuple[Any, Any]],
    structure: Structure,
    rights: Rights,
    locale: str,
    *,
    is_creation: bool,
) -> Iterable[ChangedKey]:
    """Of changes (key → before, after), those this person may see, in words."""
    for key, (before, after) in changed.items():
        if is_field(key):
            yield ChangedKey(
                key,
                _field_label(key.partition("|")[0]),
                key.partition("|")[2],
                _plain(before),
                _plain(after),
                before is ABSENT,
                after is ABSENT,
                False,
            )
            continue
        plain, campaign = split_campaign(key)
        parsed = Key.parse(plain)
        spec = structure.attributes.get(parsed.attribute)
        if spec is None:
            # Nobody knows in which group it was: it is for who sees them all.
            if not rights.may_in("product.view", "", parsed.locale, parsed.context):
                continue
            yield ChangedKey(
                key, key, "", _plain(before), _plain(after), before is ABSENT, after is ABSENT, False
            )
            continue
        if not rights.may_view_key(spec, parsed.locale, parsed.context):
            continue
        kind = ATTRIBUTE_TYPES[spec.type]
        texts = ["" if value is ABSENT else kind.display(value, spec, locale) for value in (before, after)]
        context = structure.contexts.get(parsed.context)
        place = " · ".join(
            part
            for part in (parsed.locale, context.label() if context else parsed.context, _in(campaign))
            if part
        )
        yield ChangedKey(
            key,
            spec.label(),
            place,
            texts[0],
            texts[1],
            before is ABSENT,
            after is ABSENT,
            not is_creation
            and not spec.read_only
            and rights.may_edit_key(spec, parsed.locale, parsed.context),
        )


def _in(campaign: str) -> str:
    return _("campaign %(code)s") % {"code": campaign} if campaign else ""


def _field_label(key: str) -> str:
    known = {
        "_sku": _("SKU"),
        "_family": _("Family"),
        "_family_variant": _("Family variant"),
        "_parent": _("Parent"),
        "_status": _("Status"),
        "_enabled": _("Enabled"),
        "_categories": _("Categories"),
        "_trashed": _("In the trash"),
    }
    return known.get(key, key)


def _plain(value: Any) -> str:
    if value is ABSENT or value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    labels = dict(Product.Status.choices)
    return str(labels.get(value, value))


def restore(product: Product, *, rev: int, key: str, user: User) -> Outcome:
    """Writes the value a key had before that revision, through the door. Raises KeyError, ObjectDoesNotExist."""
    revision = Revision.objects.get(product=product, rev=rev)
    before, _after = changes_from_json({key: revision.changes[key]})[key]
    value = RESET if before is ABSENT else EMPTY if before is None else before
    by = Actor(user=user, origin="form", ref=f"restore:{rev}")
    plain, code = split_campaign(key)
    if code:
        campaign = Campaign.objects.get(code=code)
        return write_campaign(campaign, {product.pk: {plain: value}}, by=by, cleaned=True)[0]
    return write([ProductChange(product=product.pk, values={key: value}, cleaned=True)], by=by)[0]
