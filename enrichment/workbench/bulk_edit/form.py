"""What is asked before a bulk edit: which attribute, what is to be done with it, where, and with which value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from catalog.access import Rights
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.attribute_types.base import ValueRefused
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.keys import Key
from catalog.widgets import RawField, options_widget
from enrichment.workbench.bulk_edit.family import FAMILY
from enrichment.workbench.bulk_edit.operations import (
    CATEGORIES,
    OPERATIONS,
    TEXTS,
    Edit,
    key_of,
    operations_of,
)
from enrichment.workbench.grid.export_form import MASTER
from enrichment.workbench.page import campaigns
from enrichment.workbench.page.placement import path_of


def editable(structure: Structure, rights: Rights) -> dict[str, AttributeSpec]:
    """The attributes this person may write by hand somewhere."""
    return {
        code: spec
        for code, spec in structure.attributes.items()
        if not spec.read_only and rights.may_edit_key(spec, None, None)
    }


def texts(structure: Structure, rights: Rights) -> dict[str, AttributeSpec]:
    """Those of them that are words: what tells products apart is none, and neither is an address."""
    return {
        code: spec
        for code, spec in editable(structure, rights).items()
        if ATTRIBUTE_TYPES[spec.type].is_text and not spec.unique and spec.type not in ("identifier", "link")
    }


class WhatForm(forms.Form):
    """`attribute`: a code, TEXTS, CATEGORIES, FAMILY, or "rule:7" where it is a rule that says what is done."""

    attribute = forms.ChoiceField(
        label=gettext_lazy("What is to be changed"), widget=UnfoldAdminSelectWidget({"autofocus": True})
    )

    def __init__(
        self,
        data: Any = None,
        *,
        structure: Structure,
        rights: Rights,
        rules: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(data)
        self.use_required_attribute = False
        groups: dict[str, list[tuple[str, str]]] = {}
        for spec in editable(structure, rights).values():
            groups.setdefault(spec.group, []).append((spec.code, spec.label()))
        whole = [(TEXTS, _("Every text")), (CATEGORIES, _("Categories")), (FAMILY, _("Family"))]
        listed: list[Any] = [("", _("Choose …")), *whole]
        for code, group in structure.groups.items():
            if code in groups:
                listed.append((group.label(), groups[code]))
        if rules:
            listed.append((_("As a rule says"), list(rules)))
        self.fields["attribute"].choices = listed  # type: ignore[attr-defined]


class EditForm(forms.Form):
    """How the chosen attribute (`spec`; None: categories) is changed. `edit()` of a valid form is what was asked."""

    operation = forms.ChoiceField(label=gettext_lazy("What is to be done"), widget=forms.RadioSelect)
    find = forms.CharField(
        label=gettext_lazy("Find"), required=False, strip=False, max_length=1000,
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off"}),
    )  # fmt: skip
    by = forms.CharField(
        label=gettext_lazy("Write instead"), required=False, strip=False, max_length=1000,
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off"}),
        help_text=gettext_lazy("Nothing written here takes away what is found."),
    )  # fmt: skip
    match_case = forms.BooleanField(label=gettext_lazy("Only with the same capitals"), required=False)
    whole_words = forms.BooleanField(label=gettext_lazy("Only whole words"), required=False)
    origin_locale = forms.ChoiceField(
        label=gettext_lazy("From the language"), required=False, widget=UnfoldAdminSelectWidget()
    )
    origin_context = forms.ChoiceField(
        label=gettext_lazy("From the values for"), required=False, widget=UnfoldAdminSelectWidget()
    )
    campaign = forms.ChoiceField(
        label=gettext_lazy("It holds"), required=False, widget=UnfoldAdminSelectWidget(),
        help_text=gettext_lazy("A campaign's values end by themselves; then the permanent ones stand again."),
    )  # fmt: skip
    locales = forms.MultipleChoiceField(
        label=gettext_lazy("In these languages"), required=False, widget=forms.CheckboxSelectMultiple
    )
    contexts = forms.MultipleChoiceField(
        label=gettext_lazy("For"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, data: Any = None, *, spec: AttributeSpec | None, structure: Structure, rights: Rights
    ) -> None:
        super().__init__(data, prefix="edit")
        self.use_required_attribute = False
        self.spec, self.structure = spec, structure
        offered = operations_of(spec)
        self._offer("operation", [(each.code, each.label) for each in offered])
        self.fields["operation"].initial = offered[0].code
        if spec is None:
            paths = sorted((path_of(each, structure), each.code) for each in structure.categories.values())
            choices = [(code, path) for path, code in paths]
            self.fields["value"] = RawField(label=_("Categories"), widget=options_widget(choices))
        else:
            self.fields["value"] = ATTRIBUTE_TYPES[spec.type].form_field(spec, structure=structure)
            self.fields["value"].label = spec.label()
        self.fields["value"].required = False
        self._places(rights)
        self._campaigns()
        asked = {each.asks for each in offered}
        for part, names in PARTS.items():
            if part not in asked:
                for name in names:
                    self.fields.pop(name, None)

    def _campaigns(self) -> None:
        """Those that run or will; categories, and what tells products apart, no campaign changes."""
        offered = campaigns.choices() if self.spec is not None and not self.spec.unique else []
        if offered:
            held = [(each.code, f"{each.label} ({each.period})") for each in offered]
            self._offer("campaign", [("", _("Permanently")), *held])
        else:
            del self.fields["campaign"]

    def _places(self, rights: Rights) -> None:
        spec, structure = self.spec, self.structure
        locales = [
            (code, known.name)
            for code, known in structure.locales.items()
            if spec is not None and spec.localizable and known.is_active and spec.exists_in(code)
            and rights.may_edit_key(spec, code, None)
        ]  # fmt: skip
        contexts = [
            (code or MASTER, label)
            for code, label in (
                ("", _("All channels (master)")),
                *((code, known.label()) for code, known in structure.contexts.items()),
            )
            if spec is not None and spec.scopable and rights.may_edit_key(spec, None, code)
        ]
        for name, choices in (("locales", locales), ("contexts", contexts)):
            origin = f"origin_{name[:-1]}"
            if choices:
                self._offer(name, choices)
                self._offer(origin, choices)
            else:
                del self.fields[name], self.fields[origin]
        if "contexts" in self.fields:
            self.fields["contexts"].initial = [contexts[0][0]]
        if len(locales) == 1:
            self.fields["locales"].initial = [locales[0][0]]

    def _offer(self, name: str, choices: Iterable[tuple[str, Any]]) -> None:
        self.fields[name].choices = list(choices)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        operation = OPERATIONS.get(cleaned.get("operation", ""))
        if operation is None:
            return cleaned
        for name, message in (
            ("locales", _("Choose at least one language.")),
            ("contexts", _("Choose at least one place to write to.")),
        ):
            if name in self.fields and not cleaned.get(name) and name not in self.errors:
                self.add_error(name, message)
        if operation.asks == "value":
            self._clean_value(operation.code)
        elif operation.asks == "find" and not cleaned.get("find"):
            self.add_error("find", _("Write what is to be found."))
        elif operation.asks == "origin" and not self.errors and set(self._keys()) <= {self._origin()}:
            self.add_error(
                "operation", _("It would be copied onto itself: choose another place to write to.")
            )
        return cleaned

    def _clean_value(self, operation: str) -> None:
        raw = self.cleaned_data.get("value")
        if self.spec is None:
            known = self.structure.category_by_code
            chosen = [known[code.casefold()].code for code in raw or () if code.casefold() in known]
            self.stored: Any = chosen
            if not chosen and operation != "set":
                self.add_error("value", _("Choose at least one category."))
            return
        try:
            self.stored = ATTRIBUTE_TYPES[self.spec.type].clean(raw, self.spec, structure=self.structure)
        except ValueRefused as refused:
            self.add_error("value", str(refused.message))
            return
        if self.stored is None:
            self.add_error("value", _("Write the value. To leave the field empty, choose that above."))

    def _keys(self) -> tuple[str, ...]:
        if self.spec is None:
            return ()
        data = self.cleaned_data
        contexts = ["" if code == MASTER else code for code in data.get("contexts") or [""]]
        keys = [
            key_of(self.spec, locale, context)
            for locale in data.get("locales") or [""]
            for context in contexts
        ]
        return tuple(dict.fromkeys(keys))

    def _origin(self) -> str:
        if self.spec is None:
            return ""
        locale = self.cleaned_data.get("origin_locale") or ""
        context = self.cleaned_data.get("origin_context") or ""
        return key_of(self.spec, locale, "" if context == MASTER else context)

    def edit(self) -> Edit:
        data = self.cleaned_data
        operation = OPERATIONS[data["operation"]]
        finds = operation.asks == "find"
        return Edit(
            operation=operation.code,
            attribute=self.spec.code if self.spec else CATEGORIES,
            keys=self._keys(),
            value=self.stored if operation.asks == "value" else None,
            origin=self._origin() if operation.asks == "origin" else "",
            find=data["find"] if finds else "",
            by=data["by"] if finds else "",
            match_case=finds and data["match_case"],
            whole_words=finds and data["whole_words"],
            campaign=data.get("campaign") or "",
        )

    @property
    def parts(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """(part, the operations it belongs to, its fields), of those that stand in a form of this attribute."""
        listed = []
        for part, names in PARTS.items():
            fields = [self[name] for name in names if name in self.fields]
            codes = " ".join(each.code for each in operations_of(self.spec) if each.asks == part)
            if fields:
                listed.append((part, codes, fields))
        return listed


PARTS = {
    "value": ("value",),
    "find": ("find", "by", "match_case", "whole_words"),
    "origin": ("origin_locale", "origin_context"),
}


def sentence(edit: Edit, structure: Structure) -> str:
    """ "Description (de_DE): Find and replace", for the tray and the preview."""
    spec = structure.attributes.get(edit.attribute)
    label = spec.label() if spec else _("Every text") if edit.attribute == TEXTS else _("Categories")
    until = 2 if edit.attribute == TEXTS else 3  # its languages are enough to say
    found = {" · ".join(part for part in Key.parse(key)[1:until] if part) for key in edit.keys}
    places = sorted(found - {""})
    if places and "" in found and edit.attribute == TEXTS:
        places.append(_("without a language"))
    where = f" ({', '.join(places)})" if places else ""
    if edit.campaign:
        choice = campaigns.find(edit.campaign)
        where += f" · {choice.label if choice else edit.campaign}"
    return f"{label}{where}: {str(OPERATIONS[edit.operation].label).rstrip(' …')}"
