"""The forms of a channel's rules: its countries of destination, and one pack with what stands for each of its rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminSelect2MultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanSwitchWidget,
)

from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from channels.models import PackedRule, RulePack
from channels.rules import countries, using
from channels.rules.pack import Pack, Rule
from channels.rules.standing import Standing, standing

COUNTRY_TYPES = ("select", "text", "reference")


class DestinationsForm(forms.Form):
    destinations = forms.MultipleChoiceField(
        label=gettext_lazy("Countries of destination"), required=False, widget=UnfoldAdminSelect2MultipleWidget,
        choices=lambda: sorted(countries.NAMES.items(), key=lambda item: str(item[1])),
        help_text=gettext_lazy("Where this channel's buyers are. The packs below count where one of them is a member state of the EU."),
    )  # fmt: skip

    def clean_destinations(self) -> list[str]:
        return countries.clean(self.cleaned_data["destinations"])


def _of(rule: Rule, label: str) -> SafeString:
    """Read aloud with the rule it is about, which eyes find beside it."""
    return format_html('{}<span class="sr-only">: {}</span>', label, rule.label)


@dataclass(frozen=True, slots=True)
class Line:
    """One rule on the page, with its bound fields; `lacking`: families it is about that have not the attribute."""

    rule: Rule
    row: PackedRule | None
    standing: Standing
    attribute: Any
    level: Any
    condition: Any
    lacking: list[str]
    suggestions: list[str]


class PackForm(forms.Form):
    """`lines` say what is shown; `chosen` what was entered, for channels.rules.using."""

    is_on = forms.BooleanField(
        label=gettext_lazy("This channel keeps these rules"), required=False, widget=UnfoldBooleanSwitchWidget
    )
    families = forms.MultipleChoiceField(
        label=gettext_lazy("Families"), required=False, widget=UnfoldAdminSelect2MultipleWidget
    )
    categories = forms.MultipleChoiceField(
        label=gettext_lazy("Categories, with all below them"), required=False, widget=UnfoldAdminSelect2MultipleWidget
    )  # fmt: skip

    def __init__(
        self, *args: Any, pack: Pack, use: RulePack | None, structure: Structure, **kwargs: Any
    ) -> None:
        super().__init__(*args, prefix=pack.code, **kwargs)
        self.pack, self.use, self.structure = pack, use, structure
        self.rows = {row.code: row for row in use.rules.all()} if use else {}
        families: Any = self.fields["families"]
        families.choices = [(str(spec.id), spec.label()) for spec in structure.families.values()]
        families.help_text = (
            _("None chosen, and no category either: every product.")
            if pack.everywhere
            else _("None chosen, and no category either: no product.")
        )
        categories: Any = self.fields["categories"]
        categories.choices = [
            (str(spec.id), self._path(spec.ancestry)) for spec in structure.categories.values()
        ]
        if use:
            self.initial = {
                "is_on": use.is_on,
                "families": [str(family.pk) for family in use.families.all()],
                "categories": [str(category.pk) for category in use.categories.all()],
            }
        for rule in pack.rules:
            self._add(rule)

    def _path(self, ancestry: Iterable[int]) -> str:
        known = self.structure.categories
        return " › ".join(known[pk].label() for pk in ancestry if pk in known)

    def _add(self, rule: Rule) -> None:
        row = self.rows.get(rule.code)
        self.fields[f"attribute-{rule.code}"] = forms.ChoiceField(
            label=_of(rule, _("Attribute")), required=False, widget=UnfoldAdminSelectWidget,
            choices=[("", _("No attribute yet")), *self._attributes(rule.meaning.types)],
        )  # fmt: skip
        self.fields[f"level-{rule.code}"] = forms.ChoiceField(
            label=_of(rule, _("Severity")),
            choices=PackedRule.Level.choices,
            widget=UnfoldAdminSelectWidget,
        )
        suggested = using.suggested(rule, self.structure) if row is None else None
        self.initial[f"attribute-{rule.code}"] = (
            str(row.attribute_id or "") if row else str(suggested.id) if suggested else ""
        )
        self.initial[f"level-{rule.code}"] = row.level if row else rule.level
        if rule.outside_eu:
            self.fields[f"condition-{rule.code}"] = forms.ChoiceField(
                label=_of(rule, _("Maker's country")), required=False, widget=UnfoldAdminSelectWidget,
                choices=[("", _("Not told: the rule is not asked")), *self._attributes(COUNTRY_TYPES)],
            )  # fmt: skip
            self.initial[f"condition-{rule.code}"] = str(row.condition_id or "") if row else ""

    def _attributes(self, types: Iterable[str]) -> list[tuple[str, str]]:
        listed = [spec for spec in self.structure.attributes.values() if spec.type in types]
        return sorted(((str(spec.id), spec.label()) for spec in listed), key=lambda pair: pair[1].casefold())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        is_about = self.pack.everywhere or cleaned.get("families") or cleaned.get("categories")
        if cleaned.get("is_on") and not is_about:
            self.add_error(
                "families",
                ValidationError(_("Say which products it is about: choose families or categories.")),
            )
        return cleaned

    @property
    def chosen(self) -> list[using.Chosen]:
        def number(name: str) -> int | None:
            value = self.cleaned_data.get(name)
            return int(value) if value else None

        return [
            using.Chosen(
                rule.code, self.cleaned_data[f"level-{rule.code}"], number(f"attribute-{rule.code}"), number(f"condition-{rule.code}")
            )
            for rule in self.pack.rules
        ]  # fmt: skip

    @property
    def lines(self) -> list[Line]:
        by_id = {spec.id: spec for spec in self.structure.attributes.values()}
        return [self._line(rule, by_id) for rule in self.pack.rules]

    def _line(self, rule: Rule, by_id: dict[int, AttributeSpec]) -> Line:
        row = self.rows.get(rule.code)
        chosen = by_id.get(row.attribute_id) if row and row.attribute_id else None
        lacking = [
            family.label() for family in self._families() if chosen and chosen.code not in family.attributes
        ]
        named = [] if chosen else [spec.label() for spec in using.candidates(rule, self.structure)]
        condition = self[f"condition-{rule.code}"] if rule.outside_eu else None
        told = standing(rule, row) if self.use else Standing()
        return Line(
            rule,
            row,
            told,
            self[f"attribute-{rule.code}"],
            self[f"level-{rule.code}"],
            condition,
            lacking,
            named,
        )

    def _families(self) -> list[Any]:
        """Those it names; all where it is about every product."""
        if self.use is None or not self.use.is_on:
            return []
        scope = using.scope_of(self.use)
        known = self.structure.families.values()
        return [family for family in known if scope.everything or family.id in scope.families]
