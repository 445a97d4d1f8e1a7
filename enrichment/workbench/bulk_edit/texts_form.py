"""Find and replace in every text at once: what is asked for it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.access import Rights
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from enrichment.workbench.bulk_edit.form import EditForm, texts
from enrichment.workbench.bulk_edit.operations import TEXTS, Edit, key_of
from enrichment.workbench.grid.export_form import MASTER

NO_LANGUAGE = "-"  # beside the languages, as MASTER beside the channels


class TextsForm(forms.Form):
    """Begins with every language and channel: what is wrong is wrong everywhere. `edit()` of a valid form is what was asked.

    What is the same in every language is written where that is ticked, and what is the same for every channel with the master.
    """

    find = EditForm.base_fields["find"]
    by = EditForm.base_fields["by"]
    match_case = EditForm.base_fields["match_case"]
    whole_words = EditForm.base_fields["whole_words"]
    locales = EditForm.base_fields["locales"]
    contexts = EditForm.base_fields["contexts"]
    hint = gettext_lazy(
        "A text that is the same for every channel counts as one for all channels (master). What campaigns say is not searched: choose a single text above for that."
    )

    def __init__(self, data: Any = None, *, structure: Structure, rights: Rights) -> None:
        super().__init__(data, prefix="edit")
        self.use_required_attribute = False
        self.fields["find"].widget.attrs["autofocus"] = True
        self.specs = list(texts(structure, rights).values())
        self.rights = rights
        locales = [
            (code, known.name)
            for code, known in structure.locales.items()
            if known.is_active and any(self._may_write(spec, code, None) for spec in self.specs)
        ]
        if any(not spec.localizable and rights.may_edit_key(spec, "", None) for spec in self.specs):
            locales.append((NO_LANGUAGE, _("Texts without a language")))
        places = [(MASTER, "", _("All channels (master)"))]
        places += [(code, code, known.label()) for code, known in structure.contexts.items()]
        contexts = [
            (choice, label)
            for choice, code, label in places
            if any(
                (spec.scopable or not code) and rights.may_edit_key(spec, None, code) for spec in self.specs
            )
        ]
        for name, choices in (("locales", locales), ("contexts", contexts)):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
            self.fields[name].initial = [code for code, _label in choices]

    def _may_write(self, spec: AttributeSpec, locale: str, context: str | None) -> bool:
        return spec.localizable and spec.exists_in(locale) and self.rights.may_edit_key(spec, locale, context)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, message in (
            ("find", _("Write what is to be found.")),
            ("locales", _("Choose at least one language.")),
            ("contexts", _("Choose at least one place to write to.")),
        ):
            is_asked = name == "find" or self.fields[name].choices  # type: ignore[attr-defined]
            if is_asked and not cleaned.get(name) and name not in self.errors:
                self.add_error(name, message)
        return cleaned

    def edit(self) -> Edit:
        keys = (
            (spec, locale, context)
            for spec in self.specs
            for locale in self._locales(spec)
            for context in self._contexts(spec)
        )
        data = self.cleaned_data
        return Edit(
            operation="replace", attribute=TEXTS,
            keys=tuple(key_of(*key) for key in keys if self.rights.may_edit_key(*key)),
            find=data["find"], by=data["by"], match_case=data["match_case"], whole_words=data["whole_words"],
        )  # fmt: skip

    def _locales(self, spec: AttributeSpec) -> list[str]:
        """Those ticked in which it is written."""
        ticked = self.cleaned_data["locales"]
        if not spec.localizable:
            return [""] if NO_LANGUAGE in ticked else []
        return [code for code in ticked if code != NO_LANGUAGE and spec.exists_in(code)]

    def _contexts(self, spec: AttributeSpec) -> list[str]:
        ticked = ["" if code == MASTER else code for code in self.cleaned_data["contexts"]]
        return [code for code in ticked if spec.scopable or not code]

    @property
    def parts(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """As EditForm.parts."""
        return [("find", "replace", [self[name] for name in ("find", "by", "match_case", "whole_words")])]
