"""Combined filters about the product itself, its readiness and listings, and its history."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from django import forms
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from catalog import search
from catalog.access import Rights
from catalog.models import Product, Revision, Source, User
from catalog.widgets import DateInput
from channels.models import Listing
from enrichment.workbench.filtering.subjects import (
    EMPTY,
    FILLED,
    IN,
    OUT,
    Choices,
    Chosen,
    Days,
    OneOf,
    Pair,
    Stated,
    Subject,
    Term,
    Written,
    ends_of,
    midnight,
)
from enrichment.workbench.filtering.work import Assigned, Flagged
from enrichment.workbench.grid.meaning import Meaning

PRODUCT, CHANNELS, WORK, HISTORY = _("Product"), _("Channels and languages"), _("Work"), _("History")
PEOPLE = 500
Makers = Mapping[str, Callable[[], Subject | None]]  # None: there is nothing to choose from
TEXTS = (("contains", _("contains")), ("lacks", _("does not contain")), ("starts", _("starts with")), ("is", _("is")), ("isnt", _("is not")))  # fmt: skip


def own_subjects(means: Meaning, rights: Rights, reader: int) -> Makers:
    """By name, in the order they are offered; made when they are asked for, since some look up who or what there is. `reader`:
    the id of who looks."""
    people = cache(_people)
    return {
        **_product(means),
        **_channels(means, rights),
        "assigned": lambda: Assigned(people(), reader, WORK),
        "flagged": lambda: Flagged(means.structure, WORK),
        **_history(means, people),
    }


def _product(means: Meaning) -> Makers:
    structure = means.structure

    def family() -> Subject:
        families = sorted(
            ((f.code, f.label()) for f in structure.families.values()), key=lambda each: str(each[1])
        )
        return _placed("family", _("Family"), families, means.family, nowhere=Term(Q(family=None)))

    def category() -> Subject:
        categories = [
            (spec.code, "\u2003" * (len(spec.ancestry) - 1) + spec.label())
            for spec in structure.categories.values()
        ]
        return _placed("category", _("Category, with those below it,"), categories, means.category_tokens, nowhere=Term(tokens=("cat=",)))  # fmt: skip

    def approval() -> Subject | None:
        if not structure.approving:
            return None
        return OneOf("approval", _("Status of a language"), PRODUCT, means.approvals(), means.approval_tokens)

    def enabled() -> Subject:
        choices = [("yes", _("Enabled")), ("no", _("Disabled"))]
        return OneOf("enabled", _("Enabled"), PRODUCT, choices, _enabled, operators=(IN,))

    def label() -> Subject:
        twice = {"twice": lambda: Term(_same_label())}
        operators = (*TEXTS, ("twice", _("is the same as another product's")))
        return Written("label", _("Label"), PRODUCT, operators, _of_column("label"), more=twice)

    return {
        "family": family,
        "category": category,
        "status": lambda: OneOf("status", _("Status"), PRODUCT, Product.Status.choices, lambda codes: Q(status__in=codes)),
        "approval": approval,
        "kind": lambda: OneOf("kind", _("Kind"), PRODUCT, Product.Kind.choices, lambda codes: Q(kind__in=codes)),
        "enabled": enabled,
        "sku": lambda: Written("sku", _("SKU"), PRODUCT, TEXTS, _of_column("sku")),
        "label": label,
        "text": lambda: Written("text", _("Any searched text"), PRODUCT, TEXTS[:2], lambda _operator, text, _in: _words(text)),
    }  # fmt: skip


def _placed(
    name: str, label: Any, choices: Choices, find: Callable[[list[str]], list[str] | Q], *, nowhere: Term
) -> Subject:
    """Where a product stands; `nowhere` finds those that stand in none."""
    none = {"empty": lambda: nowhere, "filled": lambda: replace(nowhere, negated=True)}
    return OneOf(name, label, PRODUCT, choices, find, operators=(IN, OUT, EMPTY, FILLED), more=none)


def _enabled(codes: list[str]) -> Q:
    return Q(enabled__in=[code == "yes" for code in codes])


def _of_column(column: str) -> Callable[[str, str, str], Q]:
    return lambda operator, text, _in: _column(column, operator, text)


def _column(column: str, operator: str, text: str) -> Q:
    """The search text, in which it stands as well, has an index for any part of it."""
    lookup = {"contains": "icontains", "starts": "istartswith", "is": "iexact"}[operator]
    return search.containing(text) & Q(**{f"{column}__{lookup}": text})


def _words(text: str) -> Q:
    found = Q()
    for word in text.split()[:8]:
        found &= search.containing(word)
    return found


def _same_label() -> Q:
    """A model and its variants count once: a variant may be called as its model is."""
    named = Product.objects.alive().exclude(label="")
    again = named.values("label").annotate(n=Count("root_id", distinct=True)).filter(n__gt=1)
    return Q(label__in=again.values("label"))


def _channels(means: Meaning, rights: Rights) -> Makers:
    structure, active = means.structure, means.profiles.active

    def slots() -> Choices:
        return [(f"{c.code}|{locale}", f"{c.label} · {locale}") for c in active for locale in c.locales]

    def listing() -> Subject:
        states = [
            (f"{c.code}|{state}", f"{c.label} · {label}") for c in active for state, label in Listing.State.choices
        ]  # fmt: skip
        return OneOf("listing", _("On channel"), CHANNELS, states, means.listing)

    def picture() -> Subject | None:
        faults = means.picture_faults()
        return OneOf("picture", _("Picture"), CHANNELS, faults, means.pictures) if faults else None

    def outdated() -> Subject:
        translated = [(code, spec.name) for code, spec in structure.locales.items() if spec.source]
        return OneOf("outdated", _("Outdated translation in"), CHANNELS, translated, means.outdated_tokens)

    return {
        "complete": lambda: OneOf("complete", _("Complete for"), CHANNELS, slots(), means.complete, operators=(IN,)),
        "incomplete": lambda: OneOf("incomplete", _("Incomplete for"), CHANNELS, slots(), means.incomplete_tokens),
        "missing": lambda: _missing(means, rights, slots()),
        "listing": listing,
        "picture": picture,
        "outdated": outdated,
    }  # fmt: skip


def _missing(means: Meaning, rights: Rights, slots: Choices) -> Subject:
    known = means.structure.attributes.values()
    attributes = [(s.code, s.label()) for s in known if rights.may_view_key(s, None, None)]
    place = Chosen(
        slots,
        lambda: forms.ChoiceField(label=_("attribute"), choices=[("", "—"), *attributes], required=False),
        label=_("place"),
    )
    seen = {code for code, _label in attributes}

    def missing(slot: str, code: str) -> Q | None:
        channel = means.channel(slot.partition("|")[0])
        return means.missing(channel, slot.partition("|")[2], code) if channel and code in seen else None

    return Pair("missing", _("Missing what is required"), CHANNELS, (("in", _("for")), ("out", _("not for"))), place, missing)  # fmt: skip


def _history(means: Meaning, people: Callable[[], Choices]) -> Makers:
    since = (("in", _("is")), ("out", _("is not")))

    def day() -> forms.Field:
        return forms.DateField(label=_("since"), widget=DateInput(), required=False)

    def of_import() -> Subject:
        operators = (("is", _("number")), ("isnt", _("not number")))
        return Written(
            "import", _("Changed by import"), HISTORY, operators,
            lambda _operator, text, _in: means.touched(f"import:{text}"),
        )  # fmt: skip

    def by() -> Subject:
        person = Chosen(people(), day, label=_("person"), second_label=_("since"))
        return Pair("by", _("Changed by"), HISTORY, since, person, _by_person)

    def source() -> Subject:
        source = Chosen(_sources(), day, label=_("source"), second_label=_("since"))
        return Pair("source", _("Changed from source"), HISTORY, since, source, _by_source)

    def proposed() -> Subject:
        return Stated("proposed", _("Proposals"), HISTORY, {
            "waiting": (_("wait to be taken over"), lambda: Term(means.proposed())),
            "none": (_("do not wait"), lambda: Term(means.proposed(), negated=True)),
        })  # fmt: skip

    return {
        "created": lambda: Days("created", _("Created"), HISTORY, "created_at"),
        "changed": lambda: Days("changed", _("Last changed"), HISTORY, "updated_at"),
        "import": of_import,
        "by": by,
        "source": source,
        "proposed": proposed,
    }


def _people() -> Choices:
    rows = User.objects.filter(is_active=True).order_by("first_name", "username")[:PEOPLE]
    return [(str(user.pk), user.get_full_name() or user.username) for user in rows]


def _sources() -> Choices:
    return [(source.code, source.label()) for source in Source.objects.all()]


def _by_person(person: str, since: str) -> Q | None:
    return _revised(Q(user_id=int(person)), since) if person.isdecimal() else None


def _by_source(source: str, since: str) -> Q | None:
    return _revised(Q(source=source), since)


def _revised(who: Q, since: str) -> Q | None:
    """A product that somebody changed since then was changed since then: its own index comes first, its history after it."""
    day: datetime.date | None = ends_of([f"low={since}"]).get("low")
    if day is None:
        return None
    recent = Product.objects.filter(updated_at__gte=midnight(day)).values("pk")
    rows = Revision.objects.filter(who, at__gte=midnight(day), product_id__in=recent)
    return Q(pk__in=rows.values("product_id"))
