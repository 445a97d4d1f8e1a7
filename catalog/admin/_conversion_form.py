"""What is asked of somebody who changes how an attribute's values are stored."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanSwitchWidget

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.conversions.asking import Wanted
from catalog.models import Attribute
from catalog.structure.snapshot import Structure
from catalog.structure.ways import targets

ALL = "*"


class ConversionForm(forms.Form):
    """Filled with the attribute as it is. Only what its type can do is asked."""

    type = forms.ChoiceField(label=gettext_lazy("Type"), widget=UnfoldAdminSelectWidget())
    unit = forms.ChoiceField(
        label=gettext_lazy("Unit"), required=False, widget=UnfoldAdminSelectWidget(),
        help_text=gettext_lazy("Of a measurement: amounts are converted, and bare numbers are taken to be in it."),
    )  # fmt: skip
    localizable = forms.BooleanField(
        label=gettext_lazy("Localizable"), required=False, widget=UnfoldBooleanSwitchWidget()
    )
    locale = forms.ChoiceField(label=gettext_lazy("Locale"), required=False, widget=UnfoldAdminSelectWidget())
    scopable = forms.BooleanField(
        label=gettext_lazy("Scopable"), required=False, widget=UnfoldBooleanSwitchWidget()
    )
    context = forms.ChoiceField(
        label=gettext_lazy("Whose value stays"), required=False, widget=UnfoldAdminSelectWidget(),
        help_text=gettext_lazy("Where it has none, the next in the order of the contexts is taken."),
    )  # fmt: skip

    def __init__(self, *args: Any, attribute: Attribute, structure: Structure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.attribute, self.structure = attribute, structure
        spec = structure.attributes[attribute.code]
        self.initial |= {name: getattr(attribute, name) for name in ("type", "localizable", "scopable")}
        ways = targets(attribute.type)
        self._choices("type", [(code, ATTRIBUTE_TYPES[code].label) for code in (attribute.type, *ways)])
        measured = "measurement" in (attribute.type, *ways)
        self._choices("unit", [("", "—"), *self._units()] if measured else [])
        self.initial["unit"] = f"{attribute.params.get('family', '')}:{attribute.params.get('unit', '')}"
        active = [(locale.code, locale.name) for locale in structure.locales.values() if locale.is_active]
        if attribute.localizable:
            self.fields["locale"].label = _("Whose value stays, where it varies by locale no longer")
            self.fields["locale"].help_text = _(
                "Where it has none, the next in the order of the locales is taken. The others go to the history."
            )
            self._choices("locale", active)
        else:
            self.fields["locale"].label = _("Who gets the value, where it varies by locale from now on")
            self._choices("locale", [(ALL, _("Every active locale")), *active])
        contexts = [("", _("Master")), *((each.code, each.label()) for each in structure.contexts.values())]
        self._choices("context", contexts if attribute.scopable else [])
        if spec.unique:
            del self.fields["localizable"], self.fields["locale"], self.fields["scopable"]

    def _choices(self, name: str, choices: list[Any]) -> None:
        if choices:
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields[name]

    def _units(self) -> list[Any]:
        own = self.attribute.params.get("family") if self.attribute.type == "measurement" else None
        families = [family for family in self.structure.measures.values() if own in (None, family.code)]
        return [
            (
                family.label(),
                [
                    (f"{family.code}:{unit.code}", f"{unit.symbol} ({unit.code})")
                    for unit in family.units.values()
                ],
            )
            for family in families
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if (
            cleaned.get("type") == "measurement"
            and self.attribute.type != "measurement"
            and not cleaned.get("unit")
        ):
            self.add_error("unit", _("Choose the unit the values are in."))
        return cleaned

    def wanted(self) -> Wanted:
        """Of a valid form."""
        data = self.cleaned_data
        attribute = self.attribute
        kind = data["type"]
        params = dict(attribute.params) if kind == attribute.type else {}
        if kind == "measurement" and data.get("unit"):
            family, _colon, unit = data["unit"].partition(":")
            params |= {"family": family, **({"unit": unit} if unit else {})}
        localizable = data.get("localizable", attribute.localizable)
        scopable = data.get("scopable", attribute.scopable)
        active = [locale.code for locale in self.structure.locales.values() if locale.is_active]
        locales: tuple[str, ...] = ()
        if localizable != attribute.localizable:
            chosen = data.get("locale") or ALL
            if localizable:
                locales = tuple(active) if chosen == ALL else (chosen,)
            else:
                locales = _first(
                    chosen, [*active, *(code for code in self.structure.locales if code not in active)]
                )
        contexts = (
            _first(data.get("context") or "", ["", *self.structure.contexts])
            if attribute.scopable and not scopable
            else ()
        )
        return Wanted(kind, localizable, scopable, params, locales, contexts)


def _first(chosen: str, others: list[str]) -> tuple[str, ...]:
    return (chosen, *(code for code in others if code != chosen))
