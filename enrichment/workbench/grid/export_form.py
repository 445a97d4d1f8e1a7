"""The choice of an export: format, languages, contexts and columns, everything chosen to begin with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.access import Rights
from catalog.exporting.columns import ALWAYS, FIELDS, Choice
from catalog.importing import targets
from catalog.importing.targets import FIELD_LABELS, Target
from catalog.structure.snapshot import Structure
from enrichment.workbench.grid.columns import Column

XLIFF = "xliff"
REMEMBERED = (
    "format", "names", "which", "locales", "contexts", "below", "empty_columns", "translate_from", "translate_to", "gaps_only",
)  # fmt: skip
MASTER = "-"  # a checkbox needs a value: a context's code begins with a letter or digit


class ExportForm(forms.Form):
    """`choice()` of a valid form is what was chosen; what is all of it is not named, so that it stays all of it."""

    format = forms.ChoiceField(
        label=_("File"),
        choices=[
            ("xlsx", _("Excel workbook (XLSX)")),
            ("csv", _("CSV, for other programs")),
            (XLIFF, _("XLIFF 1.2, for translation agencies")),
        ],
        initial="xlsx",
        widget=forms.RadioSelect,
    )
    names = forms.ChoiceField(
        label=_("Families, options and categories as"), widget=forms.RadioSelect, required=False, initial=""
    )
    which = forms.ChoiceField(
        label=_("Which columns"),
        choices=[("shown", _("Those the grid shows, in their order")), ("chosen", _("Those chosen below"))],
        widget=forms.RadioSelect,
        initial="shown",
        required=False,
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
    translate_from = forms.ChoiceField(label=_("Translate from"), required=False)
    translate_to = forms.ChoiceField(label=_("into"), required=False)
    gaps_only = forms.BooleanField(
        label=_("Only texts that are missing or outdated there"), initial=True, required=False
    )
    empty_columns = forms.BooleanField(
        label=_("Also columns without any value, to fill them in"), required=False
    )

    def __init__(
        self,
        data: Any = None,
        *,
        structure: Structure,
        rights: Rights,
        tops: bool,
        shown: Sequence[Column] = (),
        before: Mapping[str, Any] | None = None,
    ) -> None:
        """`shown`: the grid's columns, where somebody chose them. `before`: what `remembered()` gave for this view."""
        super().__init__(data, prefix="export")
        if not tops:
            del self.fields["below"]
        if not shown:
            del self.fields["which"]
        self.structure, self.rights, self.shown = structure, rights, shown
        languages = [(code, spec.name) for code, spec in structure.locales.items() if spec.is_active]
        self.fields["names"].choices = [
            ("", _("Codes: the file can be imported again")),
            *((code, _("Labels in %(language)s") % {"language": name}) for code, name in languages),
        ]
        for name, code in zip(("translate_from", "translate_to"), _pair(structure), strict=True):
            self.fields[name].choices, self.fields[name].initial = languages, code
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
        self._begin_with(before or {})

    def _begin_with(self, before: Mapping[str, Any]) -> None:
        for name in REMEMBERED:
            if name in self.fields and name in before:
                self.initial[name] = before[name]
        left_out = frozenset(before.get("left_out", ()))
        for name in self.groups if left_out else ():
            self.initial[name] = [code for code in self.fields[name].initial if code not in left_out]

    def remembered(self) -> dict[str, Any]:
        """Of a valid form, what the next one of this view begins with. Columns by what was left out: what is new is in it."""
        data = self.cleaned_data
        kept = {
            name: data[name]
            for name in REMEMBERED
            if name in self.fields and data[name] != self.fields[name].initial
        }
        left_out = [
            code for name in self.groups for code in self.fields[name].initial if code not in data[name]
        ]
        return {**kept, "left_out": left_out} if left_out else kept

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

    @property
    def translating(self) -> list[forms.BoundField]:
        """From which language into which."""
        return [self["translate_from"], self["translate_to"]]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("format") == XLIFF and (
            not data.get("translate_from") or data.get("translate_from") == data.get("translate_to")
        ):
            self.add_error(
                "translate_to", _("Choose two languages: the one that is read, and the one that is written.")
            )
        return data

    def choice(self) -> Choice:
        data = self.cleaned_data
        contexts = self._chosen("contexts")
        columns: list[str] = []
        whole = True
        for name in self.groups:
            chosen = self._chosen(name)
            whole = whole and chosen is None
            columns += self.fields[name].initial if chosen is None else chosen
        if data["format"] == XLIFF:
            return Choice(
                format=XLIFF,
                columns=None if whole else tuple(columns),
                contexts=None
                if contexts is None
                else tuple("" if code == MASTER else code for code in contexts),
                empty_columns=True,
                translate=(data["translate_from"], data["translate_to"]),
                gaps_only=data["gaps_only"],
            )
        if data.get("which") == "shown":
            return Choice(
                format=data["format"],
                columns=tuple(self._headers()),
                empty_columns=True,
                as_listed=True,
                labels=data["names"],
            )
        return Choice(
            format=data["format"],
            labels=data["names"],
            columns=None if whole else tuple(columns),
            locales=self._chosen("locales"),
            contexts=None if contexts is None else tuple("" if code == MASTER else code for code in contexts),
            empty_columns=data["empty_columns"],
        )

    def _headers(self) -> Iterator[str]:
        """Those of the grid's columns that a file has: what a channel says is none of the product's own values."""
        for column in self.shown:
            if column.spec is not None:
                for part in targets.columns_of(column.spec, self.structure):
                    yield str(Target("", column.spec.code, column.locale, column.context, part))
            elif column.name[1:] in FIELDS:
                yield column.name[1:]

    def _chosen(self, name: str) -> tuple[str, ...] | None:
        """None where everything offered is chosen."""
        chosen = self.cleaned_data[name]
        return None if len(chosen) == len(self.fields[name].choices) else tuple(chosen)


def _pair(structure: Structure) -> tuple[str, str]:
    """The first language that is translated from another, with that one."""
    for code, spec in structure.locales.items():
        if spec.is_active and spec.source:
            return spec.source, code
    return "", ""
