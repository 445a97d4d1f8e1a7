"""The choice of an export: format, languages, contexts and columns, everything chosen to begin with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.access import Rights
from catalog.exporting.columns import ALWAYS, FIELDS, Choice
from catalog.importing.targets import FIELD_LABELS
from catalog.structure.snapshot import Structure

MASTER = "-"  # a checkbox needs a value: a context's code begins with a letter or digit


class ExportForm(forms.Form):
    """`choice()` of a valid form is what was chosen; what is all of it is not named, so that it stays all of it."""

    format = forms.ChoiceField(
        label=_("File"),
        choices=[("xlsx", _("Excel workbook (XLSX)")), ("csv", _("CSV, for other programs"))],
        initial="xlsx",
        widget=forms.RadioSelect,
    )
    locales = forms.MultipleChoiceField(
        label=_("Languages"), widget=forms.CheckboxSelectMultiple, required=False
    )
    contexts = forms.MultipleChoiceField(
        label=_("Values for"), widget=forms.CheckboxSelectMultiple, required=False
    )
    below = forms.BooleanField(
        label=_("With all variants of the chosen models"), initial=True, required=False
    )
    empty_columns = forms.BooleanField(
        label=_("Also columns without any value, to fill them in"), required=False
    )

    def __init__(self, data: Any = None, *, structure: Structure, rights: Rights, tops: bool) -> None:
        super().__init__(data, prefix="export")
        if not tops:
            del self.fields["below"]
        self.structure, self.rights = structure, rights
        self._offer("locales", [
            (code, spec.name) for code, spec in structure.locales.items()
            if spec.is_active and rights.may_in("product.view", None, code, None)
        ])  # fmt: skip
        contexts = [
            (MASTER, _("All channels (master)")) if rights.may_in("product.view", None, None, "") else None
        ]
        contexts += [
            (code, spec.label())
            for code, spec in structure.contexts.items()
            if rights.may_in("product.view", None, None, code)
        ]
        self._offer("contexts", [each for each in contexts if each])
        self.groups: dict[str, str] = {}
        fields = [(name, str(FIELD_LABELS[name])) for name in FIELDS if name not in ALWAYS]
        self._group("fields", str(_("Product")), fields)
        listed: dict[str, list[tuple[str, str]]] = {}
        for spec in structure.attributes.values():
            if rights.may_view_key(spec, None, None):
                listed.setdefault(spec.group, []).append((spec.code, spec.label()))
        for number, (code, entries) in enumerate(listed.items()):
            known = structure.groups.get(code)
            self._group(f"group{number}", known.label() if known else code, entries)

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        field.choices = choices
        field.initial = [code for code, _label in choices]

    def _group(self, name: str, label: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name] = forms.MultipleChoiceField(
            label=label,
            choices=choices,
            initial=[code for code, _label in choices],
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )
        self.groups[name] = label

    def columns(self) -> Iterator[forms.BoundField]:
        """The fields and attributes, group by group."""
        return (self[name] for name in self.groups)

    def choice(self) -> Choice:
        data = self.cleaned_data
        contexts = self._chosen("contexts")
        columns: list[str] = []
        whole = True
        for name in self.groups:
            chosen = self._chosen(name)
            whole = whole and chosen is None
            columns += self.fields[name].initial if chosen is None else chosen
        return Choice(
            format=data["format"],
            columns=None if whole else tuple(columns),
            locales=self._chosen("locales"),
            contexts=None if contexts is None else tuple("" if code == MASTER else code for code in contexts),
            empty_columns=data["empty_columns"],
        )

    def _chosen(self, name: str) -> tuple[str, ...] | None:
        """None where everything offered is chosen."""
        chosen = self.cleaned_data[name]
        return None if len(chosen) == len(self.fields[name].choices) else tuple(chosen)
