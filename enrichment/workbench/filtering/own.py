"""Combined filters about the product itself, its readiness and listings, and its history."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django import forms
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from catalog import search
from catalog.access import Rights
from catalog.models import Product, Revision, Source, User
from catalog.structure.snapshot import Structure
from catalog.widgets import DateInput
from channels.models import Listing
from channels.profile import Profiles
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
TEXTS = (("contains", _("contains")), ("lacks", _("does not contain")), ("starts", _("starts with")), ("is", _("is")), ("isnt", _("is not")))  # fmt: skip


def own_subjects(means: Meaning, rights: Rights, reader: int) -> Iterator[Subject]:
    """`reader`: the id of who looks."""
    structure, profiles = means.structure, means.profiles
    yield from _product(means, structure)
    yield from _channels(means, structure, profiles, rights)
    people = _people()
    yield Assigned(people, reader, WORK)
    yield Flagged(structure, WORK)
    yield from _history(means, people)


def _product(means: Meaning, structure: Structure) -> Iterator[Subject]:
    families = sorted(
        ((f.code, f.label()) for f in structure.families.values()), key=lambda each: str(each[1])
    )
    none = {
        "empty": lambda: Term(tokens=("family=",)),
        "filled": lambda: Term(tokens=("family=",), negated=True),
    }
    yield OneOf(
        "family", _("Family"), PRODUCT, families, means.family, operators=(IN, OUT, EMPTY, FILLED), more=none
    )
    categories = [
        (spec.code, "\u2003" * (len(spec.ancestry) - 1) + spec.label())
        for spec in structure.categories.values()
    ]
    none = {"empty": lambda: Term(tokens=("cat=",)), "filled": lambda: Term(tokens=("cat=",), negated=True)}
    yield OneOf("category", _("Category, with those below it,"), PRODUCT, categories, means.category_tokens, operators=(IN, OUT, EMPTY, FILLED), more=none)  # fmt: skip
    yield OneOf("status", _("Status"), PRODUCT, Product.Status.choices, lambda codes: Q(status__in=codes))
    if structure.approving:
        yield OneOf("approval", _("Status of a language"), PRODUCT, means.approvals(), means.approval_tokens)
    yield OneOf("kind", _("Kind"), PRODUCT, Product.Kind.choices, lambda codes: Q(kind__in=codes))
    yield OneOf(
        "enabled", _("Enabled"), PRODUCT, [("yes", _("Enabled")), ("no", _("Disabled"))],
        lambda codes: Q(enabled__in=[code == "yes" for code in codes]), operators=(IN,),
    )  # fmt: skip
    yield Written("sku", _("SKU"), PRODUCT, TEXTS, lambda operator, text, _in: _column("sku", operator, text))
    twice = {"twice": lambda: Term(_same_label())}
    operators = (*TEXTS, ("twice", _("is the same as another product's")))
    yield Written("label", _("Label"), PRODUCT, operators, lambda operator, text, _in: _column("label", operator, text), more=twice)  # fmt: skip
    yield Written(
        "text", _("Any searched text"), PRODUCT, TEXTS[:2], lambda _operator, text, _in: _words(text)
    )


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


def _channels(means: Meaning, structure: Structure, profiles: Profiles, rights: Rights) -> Iterator[Subject]:
    slots = [(f"{c.code}|{locale}", f"{c.label} · {locale}") for c in profiles.active for locale in c.locales]
    yield OneOf("complete", _("Complete for"), CHANNELS, slots, means.complete, operators=(IN,))
    yield OneOf("incomplete", _("Incomplete for"), CHANNELS, slots, means.incomplete_tokens)
    attributes = [
        (s.code, s.label()) for s in structure.attributes.values() if rights.may_view_key(s, None, None)
    ]
    place = Chosen(
        slots,
        lambda: forms.ChoiceField(label=_("attribute"), choices=[("", "—"), *attributes], required=False),
        label=_("place"),
    )
    seen = {code for code, _label in attributes}

    def missing(slot: str, code: str) -> Q | None:
        channel = means.channel(slot.partition("|")[0])
        return means.missing(channel, slot.partition("|")[2], code) if channel and code in seen else None

    yield Pair("missing", _("Missing what is required"), CHANNELS, (("in", _("for")), ("out", _("not for"))), place, missing)  # fmt: skip
    states = [
        (f"{c.code}|{state}", f"{c.label} · {label}")
        for c in profiles.active
        for state, label in Listing.State.choices
    ]
    yield OneOf("listing", _("On channel"), CHANNELS, states, means.listing)
    if faults := means.picture_faults():
        yield OneOf("picture", _("Picture"), CHANNELS, faults, means.pictures)
    translated = [(code, spec.name) for code, spec in structure.locales.items() if spec.source]
    yield OneOf("outdated", _("Outdated translation in"), CHANNELS, translated, means.outdated_tokens)


def _history(means: Meaning, people: Choices) -> Iterator[Subject]:
    yield Days("created", _("Created"), HISTORY, "created_at")
    yield Days("changed", _("Last changed"), HISTORY, "updated_at")
    yield Written(
        "import", _("Changed by import"), HISTORY, (("is", _("number")), ("isnt", _("not number"))),
        lambda _operator, text, _in: means.touched(f"import:{text}"),
    )  # fmt: skip
    since = (("in", _("is")), ("out", _("is not")))

    def day() -> forms.Field:
        return forms.DateField(label=_("since"), widget=DateInput(), required=False)

    yield Pair("by", _("Changed by"), HISTORY, since, Chosen(people, day, label=_("person"), second_label=_("since")), _by_person)  # fmt: skip
    yield Pair("source", _("Changed from source"), HISTORY, since, Chosen(_sources(), day, label=_("source"), second_label=_("since")), _by_source)  # fmt: skip
    yield Stated("proposed", _("Proposals"), HISTORY, {
        "waiting": (_("wait to be taken over"), lambda: Term(means.proposed())),
        "none": (_("do not wait"), lambda: Term(means.proposed(), negated=True)),
    })  # fmt: skip


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
