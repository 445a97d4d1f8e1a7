"""The grid's filters: the product's own, readiness and listings, and one for each filterable attribute."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from catalog import search
from catalog.access import Rights
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models import Product
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from channels.models import Launch, Listing
from channels.profile import ChannelSpec, Profiles
from enrichment.workbench.grid.columns import BETWEEN
from enrichment.workbench.grid.meaning import Meaning, carrying, is_number, launch_parts, numbers
from enrichment.workbench.grid.paging import LARGEST_ID
from pim.lib.grouped import Grouped

ATTRIBUTE_PREFIX = "a."
MANY = 60  # attributes; more are not listed one by one but looked for
SELLABLE = (Product.Kind.SIMPLE, Product.Kind.VARIANT)
Choices = list[tuple[str, Any]]


class ChoiceFilter(django_filters.MultipleChoiceFilter):
    """Any of several choices. `describe` names the chosen ones for the chip."""

    def __init__(
        self,
        choices: Choices,
        apply: Callable[[QuerySet[Product], list[str]], QuerySet[Product]],
        **kwargs: Any,
    ):
        self.choices, self.apply = choices, apply
        super().__init__(choices=choices, **kwargs)

    def filter(self, qs: QuerySet[Product], value: list[str]) -> QuerySet[Product]:
        return self.apply(qs, list(value)) if value else qs

    def describe(self, value: Any) -> str:
        labels = dict(self.choices)
        return ", ".join(str(labels.get(each, each)).strip() for each in value or ())


class AttributeFilter(django_filters.Filter):
    """What an attribute type offers: tokens of options and booleans, or a range of the number index."""

    def __init__(self, spec: AttributeSpec, structure: Structure) -> None:
        self.spec, self.kind = spec, ATTRIBUTE_TYPES[spec.type]
        super().__init__(label=spec.label())
        made = self.kind.filter_field(spec, structure=structure)
        assert made is not None  # noqa: S101 - the caller asked for filterable types only
        made.required = False
        self._field = made

    def filter(self, qs: QuerySet[Product], value: Any) -> QuerySet[Product]:
        tokens = self.kind.filter_tokens(self.spec, value)
        if tokens:
            qs = search.filter_tokens(qs, any_of=[tokens])
        wanted = self.kind.filter_range(self.spec, value)
        if wanted is not None:
            key = f"{self.spec.code}:{wanted.sub}" if wanted.sub else self.spec.code
            qs = qs.filter(numbers(key, wanted.low, wanted.high))
        return qs

    def describe(self, value: Any) -> str:
        if isinstance(value, dict):
            if self.kind.filter_range(self.spec, value) is None:
                return ""
            ends = f"{value.get('low', '')} – {value.get('high', '')}".strip()
            return f"{ends} {value.get('currency') or value.get('unit') or ''}".strip()
        if not self.kind.filter_tokens(self.spec, value):
            return ""
        labels = {str(code): str(label) for code, label in getattr(self._field.widget, "choices", [])}
        chosen = value if isinstance(value, (list, tuple)) else [value]
        return ", ".join(labels.get(str(each), str(each)) for each in chosen)


class TextFilter(django_filters.CharFilter):
    """A hidden parameter, such as an import's number: it comes with links, not with the panel."""

    def __init__(self, apply: Callable[[QuerySet[Product], str], QuerySet[Product]], **kwargs: Any) -> None:
        self.apply = apply
        super().__init__(widget=forms.HiddenInput(), **kwargs)

    def filter(self, qs: QuerySet[Product], value: str) -> QuerySet[Product]:
        return self.apply(qs, value) if value else qs

    def describe(self, value: Any) -> str:
        return str(value or "")


class ChosenFilter(TextFilter):
    """Products picked by hand: their ids, "~" between them, so that an address can be passed on."""

    def __init__(self) -> None:
        super().__init__(lambda qs, value: qs.filter(pk__in=self.ids(value)), label=_("Picked by hand"))

    @classmethod
    def ids(cls, value: str) -> list[int]:
        found = [int(part) for part in value.split(BETWEEN) if part.isascii() and part.isdecimal() and len(part) < 20]  # fmt: skip
        return [pk for pk in found if pk <= LARGEST_ID]

    def describe(self, value: Any) -> str:
        count = len(self.ids(str(value or "")))
        return ngettext("%s product", "%s products", count) % Grouped(count) if value else ""


class RefFilter(TextFilter):
    """What one change wrote to. Its ref is a code, so the chip says what kind of change it was."""

    KINDS = {
        "bulk": _("one bulk change"),
        "rule": _("one run of a rule"),
        "replace": _("one change of pictures"),
        "number": _("one giving of numbers"),
        "import": _("one import"),
    }

    def describe(self, value: Any) -> str:
        kind = str(value or "").partition(":")[0]
        return str(self.KINDS.get(kind, value or ""))


class LaunchFilter(TextFilter):
    """It comes with the calendar, and says its launch's name."""

    def describe(self, value: Any) -> str:
        number, kind, channel = launch_parts(str(value or ""))
        launch = Launch.objects.filter(pk=int(number)).first() if is_number(number) else None
        parts = [launch.name if launch else number, channel, _("Blocked") if kind == "blocked" else ""]
        return " · ".join(str(part) for part in parts if part)


class MissingFilter(TextFilter):
    """ "channel|locale|attribute": lacks what the channel requires there. It comes with the numbers of the first screen."""

    def __init__(self, of: ProductFilters) -> None:
        self.of = of
        super().__init__(self._lacking, label=_("Missing"))

    def read(self, value: Any) -> tuple[ChannelSpec, str, AttributeSpec] | None:
        """None where the address names nothing that is there, or that this person may see."""
        code, _bar, rest = str(value or "").partition("|")
        locale, _bar, attribute = rest.partition("|")
        channel = next((each for each in self.of.profiles.active if each.code == code), None)
        spec = self.of.structure.attributes.get(attribute)
        if channel is None or locale not in channel.locales or spec is None:
            return None
        return (channel, locale, spec) if self.of.rights.may_view_key(spec, None, None) else None

    def _lacking(self, qs: QuerySet[Product], value: str) -> QuerySet[Product]:
        asked = self.read(value)
        return qs.filter(self.of.means.missing(asked[0], asked[1], asked[2].code)) if asked else qs

    def describe(self, value: Any) -> str:
        asked = self.read(value)
        return f"{asked[2].label()} ({asked[0].label} · {asked[1]})" if asked else ""


class ProductFilters(django_filters.FilterSet):
    """All filters of one address. `panel`: with those the address does not name, of attributes these codes."""

    def __init__(
        self,
        data: QueryDict,
        *,
        queryset: QuerySet[Product],
        structure: Structure,
        profiles: Profiles,
        rights: Rights,
        panel: Collection[str] | None = None,
    ) -> None:
        self.structure, self.profiles, self.rights = structure, profiles, rights
        self.means = Meaning(structure, profiles)
        super().__init__(data, queryset=queryset)
        # What has every choice of the structure is made when a panel is opened, not for each page of rows.
        for name, make in self._own().items():
            if panel is not None or name in data:
                self._add(name, make())
        used = {name[2:].partition(":")[0] for name in data if name.startswith(ATTRIBUTE_PREFIX)}
        for spec in self.filterable(used.union(panel or ())):
            self._add(attribute_name(spec), AttributeFilter(spec, structure))

    def filterable(self, codes: Iterable[str] | None = None) -> Iterable[AttributeSpec]:
        """Those of `codes` (all) this person may see: a filter on another would tell its values."""
        known = self.structure.attributes
        wanted = None if codes is None else frozenset(codes)
        listed = [spec for spec in known.values() if wanted is None or spec.code in wanted]
        return (
            spec
            for spec in self._seen(listed)
            if spec.filterable and ATTRIBUTE_TYPES[spec.type].may_filter(spec)
        )

    def _seen(self, specs: Iterable[AttributeSpec]) -> Iterable[AttributeSpec]:
        return (spec for spec in specs if self.rights.may_view_key(spec, None, None))

    def _add(self, name: str, made: django_filters.Filter) -> None:
        made.parent, made.model, made.field_name = self, Product, name
        self.filters[name] = made

    def _own(self) -> dict[str, Callable[[], django_filters.Filter]]:
        by_locale: dict[str, Callable[[], django_filters.Filter]] = {
            "approval": lambda: ChoiceFilter(
                self.means.approvals(), self._by_approval, label=_("Status of a language")
            )
        }
        return {
            "family": lambda: ChoiceFilter(self._families(), self._by_family, label=_("Family")),
            "status": lambda: ChoiceFilter(list(Product.Status.choices), self._by_status, label=_("Status")),
            **(by_locale if self.structure.approving else {}),
            "kind": lambda: ChoiceFilter(list(Product.Kind.choices), self._by_kind, label=_("Kind")),
            "category": lambda: ChoiceFilter(self._categories(), self._by_category, label=_("Category")),
            "complete": lambda: ChoiceFilter(self._slots(), self._complete, label=_("Complete for")),
            "incomplete": lambda: ChoiceFilter(self._slots(), self._incomplete, label=_("Incomplete for")),
            "missing": lambda: MissingFilter(self),
            "listing": lambda: ChoiceFilter(self._states(), self._by_listing, label=_("On channel")),
            **self._asking_pictures(),
            "outdated": lambda: ChoiceFilter(
                self._translated(), self._outdated, label=_("Outdated translation in")
            ),
            "empty": lambda: ChoiceFilter(self._attributes(), self._empty, label=_("Without a value for")),
            "enabled": lambda: ChoiceFilter(
                [("no", _("Disabled")), ("yes", _("Enabled"))], self._enabled, label=_("Enabled")
            ),
            "proposed": lambda: ChoiceFilter(
                [("yes", _("Waiting to be taken over"))], self._proposed, label=_("Proposals")
            ),
            "trash": lambda: ChoiceFilter([("yes", _("In the trash"))], self._trashed, label=_("Trash")),
            "import": lambda: TextFilter(self._by_import, label=_("Touched by import")),
            "ref": lambda: RefFilter(self._by_ref, label=_("Touched by")),
            "chosen": lambda: ChosenFilter(),
            "launch": lambda: LaunchFilter(self._by_launch, label=_("Launch")),
            "campaign": lambda: TextFilter(self._by_campaign, label=_("In the campaign")),
        }

    def _asking_pictures(self) -> dict[str, Callable[[], django_filters.Filter]]:
        faults = self.means.picture_faults()
        return {"picture": lambda: ChoiceFilter(faults, self._pictured, label=_("Picture"))} if faults else {}

    def _families(self) -> Choices:
        families = [(spec.code, spec.label()) for spec in self.structure.families.values()]
        return sorted(families, key=lambda family: str(family[1]))

    def _attributes(self) -> Choices:
        """All of them, or of very many those the address names: the panel finds the others (`MANY`)."""
        seen = list(self._seen(self.structure.attributes.values()))
        named = frozenset(self.data.getlist("empty"))
        return [(spec.code, spec.label()) for spec in seen if len(seen) <= MANY or spec.code in named]

    def _translated(self) -> Choices:
        return [(code, spec.name) for code, spec in self.structure.locales.items() if spec.source]

    def _slots(self) -> Choices:
        return [
            (f"{channel.code}|{locale}", f"{channel.label} · {locale}")
            for channel in self.profiles.active
            for locale in channel.locales
        ]

    def _states(self) -> Choices:
        return [
            (f"{channel.code}|{state}", f"{channel.label} · {label}")
            for channel in self.profiles.active
            for state, label in Listing.State.choices
        ]

    def _categories(self) -> Choices:
        return [
            (spec.code, "\u2003" * (len(spec.ancestry) - 1) + spec.label())
            for spec in self.structure.categories.values()
        ]

    def _by_family(self, qs: QuerySet[Product], codes: list[str]) -> QuerySet[Product]:
        return qs.filter(self.means.family(codes))

    def _by_status(self, qs: QuerySet[Product], statuses: list[str]) -> QuerySet[Product]:
        return qs.filter(status__in=statuses)

    def _by_approval(self, qs: QuerySet[Product], values: list[str]) -> QuerySet[Product]:
        return qs.filter(carrying(self.means.approval_tokens(values)))

    def _by_kind(self, qs: QuerySet[Product], kinds: list[str]) -> QuerySet[Product]:
        return qs.filter(kind__in=kinds)

    def _by_category(self, qs: QuerySet[Product], codes: list[str]) -> QuerySet[Product]:
        return qs.filter(carrying(self.means.category_tokens(codes)))

    def _complete(self, qs: QuerySet[Product], values: list[str]) -> QuerySet[Product]:
        return qs.filter(self.means.complete(values))

    def _incomplete(self, qs: QuerySet[Product], values: list[str]) -> QuerySet[Product]:
        return qs.filter(carrying(self.means.incomplete_tokens(values)))

    def _by_listing(self, qs: QuerySet[Product], values: list[str]) -> QuerySet[Product]:
        return qs.filter(self.means.listing(values))

    def _pictured(self, qs: QuerySet[Product], values: list[str]) -> QuerySet[Product]:
        return qs.filter(self.means.pictures(values))

    def _outdated(self, qs: QuerySet[Product], codes: list[str]) -> QuerySet[Product]:
        return qs.filter(carrying(self.means.outdated_tokens(codes)))

    def _empty(self, qs: QuerySet[Product], codes: list[str]) -> QuerySet[Product]:
        return search.filter_tokens(qs, all=[f"empty:{code}" for code in codes])

    def _enabled(self, qs: QuerySet[Product], values: list[str]) -> QuerySet[Product]:
        return qs.filter(enabled__in=[value == "yes" for value in values])

    def _proposed(self, qs: QuerySet[Product], values: list[str]) -> QuerySet[Product]:
        return qs.filter(self.means.proposed())

    def _trashed(self, qs: QuerySet[Product], values: list[str]) -> QuerySet[Product]:
        return qs.exclude(trashed_at=None)

    def _by_import(self, qs: QuerySet[Product], run: str) -> QuerySet[Product]:
        return self._by_ref(qs, f"import:{run}")

    def _by_ref(self, qs: QuerySet[Product], ref: str) -> QuerySet[Product]:
        return qs.filter(self.means.touched(ref))

    def _by_launch(self, qs: QuerySet[Product], value: str) -> QuerySet[Product]:
        return qs.filter(self.means.launch(value))

    def _by_campaign(self, qs: QuerySet[Product], code: str) -> QuerySet[Product]:
        return qs.filter(self.means.campaign(code))

    @cached_property
    def form(self) -> Any:
        """What is no choice any more is an error of its field; its other choices still filter."""
        made = super().form
        for name in made.errors:
            if isinstance(known := self.filters[name], ChoiceFilter):
                codes = {str(code) for code, _label in known.choices}
                made.cleaned_data[name] = [code for code in self.data.getlist(name) if code in codes]
        return made

    def left_out(self, chosen: Collection[str]) -> int:
        """How many filters of the address ask for nothing that is there, or that this person may see: they do not filter.
        `chosen`: the names of those that do."""
        named = {_whole_name(name) for name in self.data if any(self.data.getlist(name))}
        own = {*self._own(), "approval", "picture"}  # also where nothing of the kind can be asked now
        asked = {name for name in named if name in own or name.startswith(ATTRIBUTE_PREFIX)}
        half = {
            name for name in self.filters if name.endswith(":")
        }  # a currency without a price asks nothing yet
        return len(asked - half - set(chosen))

    def chosen(self) -> dict[str, str]:
        """Filter name → what is chosen in words, of the filters in use."""
        form = self.form
        texts = {name: made.describe(form.cleaned_data.get(name)) for name, made in self.filters.items()}
        return {name: text for name, text in texts.items() if text}


def _whole_name(name: str) -> str:
    """ "a.price:_low" → "a.price:", the filter's."""
    head, colon, _part = name.partition(":")
    return f"{head}{colon}" if name.startswith(ATTRIBUTE_PREFIX) else name


def attribute_name(spec: AttributeSpec) -> str:
    """The address's name of an attribute's filter; composite ones end in ":", so that no part reads as another attribute."""
    composite = ATTRIBUTE_TYPES[spec.type].filter_kind in ("number", "date")
    return f"{ATTRIBUTE_PREFIX}{spec.code}{':' if composite else ''}"
