"""What each filter means, as a condition on products: said here once, for the panel, for links and for combined filters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from catalog import approval, search
from catalog.assets import library
from catalog.models import Asset, NumberValue, Product, Proposal, Revision
from catalog.models.campaign import CampaignValues
from catalog.models.digest import AsDigest
from catalog.models.tokens import numbered
from catalog.structure.snapshot import Structure
from channels import lacking, pictures
from channels.launches import counting
from channels.models import Completeness, LaunchEntry, Listing
from channels.profile import ChannelSpec, Profiles

NOTHING = Q(pk__in=[])


@dataclass(frozen=True, slots=True)
class Meaning:
    """Each takes values as an address has them and finds what fits any of them; values that name nothing find nothing."""

    structure: Structure
    profiles: Profiles

    def family(self, codes: Iterable[str]) -> Q:
        known = self.structure.family_by_code
        return Q(family_id__in=[known[code.casefold()].id for code in codes if code.casefold() in known])

    def category_tokens(self, codes: Iterable[str]) -> list[str]:
        """With all below it."""
        known = self.structure.category_by_code
        return [f"cat={known[code.casefold()].id}" for code in codes if code.casefold() in known]

    def channel(self, code: str) -> ChannelSpec | None:
        return next((each for each in self.profiles.active if each.code == code), None)

    def complete(self, slots: Iterable[str]) -> Q:
        """`slots`: "channel|locale"."""
        asked = NOTHING
        for slot in slots:
            code, _bar, locale = slot.partition("|")
            channel = self.channel(code)
            asked |= Q(channel_id=channel.id if channel else 0, locale=locale)
        rows = Completeness.objects.filter(asked, missing=0)
        return Q(pk__in=rows.values("product_id"))

    def incomplete_tokens(self, slots: Iterable[str]) -> list[str]:
        return [f"inc:{slot}" for slot in slots]

    def missing(self, channel: ChannelSpec, locale: str, code: str) -> Q:
        return Q(pk__in=lacking.products(channel.id, locale, code))

    def listing(self, values: Iterable[str]) -> Q:
        """`values`: "channel|state"."""
        found = NOTHING
        for value in values:
            code, _bar, state = value.partition("|")
            channel = self.channel(code)
            if channel is not None:
                rows = Listing.objects.filter(channel_id=channel.id, state=state).values("product_id")
                found |= Q(root_id__in=rows) if channel.unit == "model" else Q(pk__in=rows)
        return found

    def picture_faults(self) -> list[tuple[str, str]]:
        """The values of pictures() with their words: what the active channels ask."""
        return list(library.faults(pictures.asking(self.profiles.active)).items())

    def pictures(self, values: Iterable[str]) -> Q:
        """ "small:channel": their picture is too small for it; "ground:channel": it is not on white, as the channel asks."""
        found = NOTHING
        for value in values:
            kind, _colon, code = value.partition(":")
            channel = self.channel(code)
            if channel is not None:
                needs = pictures.needs_of(channel)
                asked = needs.too_small() if kind == library.SMALL else needs.not_white()
                found |= Q(image__in=Asset.objects.filter(asked).values_list(AsDigest("sha256")))
        return found

    def outdated_tokens(self, locales: Iterable[str]) -> list[str]:
        return [f"outdated:{code}" for code in locales]

    def approval_tokens(self, values: Iterable[str]) -> list[str]:
        """`values`: "locale|state", of locales that are approved by themselves."""
        asked = (value.partition("|") for value in values)
        return [
            approval.token(locale, state)
            for locale, _bar, state in asked
            if locale in self.structure.approving and state in Product.Status.values
        ]

    def approvals(self) -> list[tuple[str, str]]:
        """What may be asked for, with its words: ("de_DE|in_review", "German: In review")."""
        return [
            (f"{locale}|{state}", f"{self.structure.locales[locale].name}: {label}")
            for locale in self.structure.approving
            for state, label in Product.Status.choices
        ]

    def proposed(self) -> Q:
        return Q(pk__in=Proposal.objects.filter(state=Proposal.State.OPEN).values("product_id"))

    def touched(self, ref: str) -> Q:
        """By one import, one bulk change: "import:12"."""
        return Q(pk__in=Revision.objects.filter(ref=ref).values("product_id"))

    def launch(self, value: str) -> Q:
        """ "12": as they were chosen for that launch; "12~blocked": those that something is in the way of; "12~~shop" and
        "12~blocked~shop": on that channel."""
        number, kind, channel = launch_parts(value)
        if not is_number(number):
            return NOTHING
        rows = LaunchEntry.objects.filter(launch_id=int(number))
        if channel:
            rows = rows.filter(channel__code=channel)
        if kind:
            rows = counting.of_kinds(rows, [known for known, name in counting.NAMES.items() if name == kind])
        return Q(pk__in=rows.values("product_id"))

    def campaign(self, code: str) -> Q:
        """With values of their own in that campaign."""
        return Q(pk__in=CampaignValues.objects.filter(campaign__code=code).values("product_id"))


def launch_parts(value: str) -> tuple[str, str, str]:
    """The number, the kind and the channel's code of a launch filter, "" for what is not said."""
    number, kind, channel = [*value.split("~", 2), "", ""][:3]
    return number, kind, channel


def is_number(text: str) -> bool:
    """Whether an address's text is a number that a row may have."""
    return text.isascii() and text.isdecimal() and len(text) < 19


def carrying(tokens: Sequence[str]) -> Q:
    """Products that carry one of the tokens; none of them, none."""
    return search.carrying(tokens) if tokens else NOTHING


def numbers(key: str, low: Decimal | None, high: Decimal | None) -> Q:
    """By the number index; both ends included, None is open."""
    rows = NumberValue.objects.filter(key=numbered(key))
    if low is not None:
        rows = rows.filter(number__gte=float(low))
    if high is not None:
        rows = rows.filter(number__lte=float(high))
    return Q(pk__in=rows.values("product_id"))
