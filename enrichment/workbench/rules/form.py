"""A rule while somebody writes it: as the page posts it, and as it shows it again. It may be half said."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.text import slugify
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminTextInputWidget

from catalog.models.codes import code_validator
from catalog.structure.snapshot import Structure
from enrichment.models import Rule
from enrichment.rules.actions import MOST, Action
from enrichment.rules.current import RuleSpec, spec_of
from enrichment.rules.saving import version
from enrichment.workbench.filtering import draft, grammar
from enrichment.workbench.filtering.combined import Combined, Subjects
from enrichment.workbench.filtering.draft import Box
from enrichment.workbench.rules.action_form import ActionForm, given_of


class RuleForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=100, widget=UnfoldAdminTextInputWidget({"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Give the rule a name: it is shown wherever it wrote.")},
    )  # fmt: skip
    code = forms.CharField(
        label=gettext_lazy("Code"), required=False, max_length=100, validators=[code_validator],
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("Made from the name where it is left empty."),
    )  # fmt: skip
    enabled = forms.BooleanField(label=gettext_lazy("Switched on"), required=False, initial=True)
    on_change = forms.BooleanField(label=gettext_lazy("Whenever a product changes"), required=False)
    daily_at = forms.TimeField(
        label=gettext_lazy("Every day at"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("Empty: not by the clock. It can always be run by hand."),
        error_messages={"invalid": gettext_lazy("Write a time, as 06:30.")},
    )  # fmt: skip


@dataclass
class RuleDraft:
    """`focus`: the id of the element to go on at. `seen`: saving.version of the rule when the page was opened. `wrong`: what is wrong
    with the whole."""

    row: Rule
    structure: Structure
    subjects: Subjects
    form: RuleForm
    box: Box
    actions: list[ActionForm]
    find: str = ""
    focus: str = ""
    seen: str = ""
    wrong: list[str] = field(default_factory=list)

    @classmethod
    def of_row(cls, row: Rule, subjects: Subjects, *, where: str = "") -> RuleDraft:
        """`where`: conditions to begin with."""
        structure = subjects.structure
        given = {
            "name": row.labels.get(language(structure)) or (row.label() if row.pk else ""), "code": row.code,
            "enabled": row.enabled, "on_change": row.on_change, "daily_at": row.daily_at,
        }  # fmt: skip
        box = draft.of_group(Combined.of(row.when or where, subjects).group, subjects)
        made = cls(row, structure, subjects, RuleForm(initial=given), box, [], seen=version(row))
        stored = [_given(each, structure) for each in row.actions] or [{}]
        made.actions = [made._form(str(place), place + 1, given) for place, given in enumerate(stored)]
        return made

    @classmethod
    def posted(cls, row: Rule, subjects: Subjects, data: QueryDict, *, is_checked: bool) -> RuleDraft:
        """With what `do` asks of its rows done. Errors only where it `is_checked`: what is half said is not wrong yet."""
        structure = subjects.structure
        given = {
            name: each.widget.value_from_datadict(data, {}, name)
            for name, each in RuleForm.base_fields.items()
        }
        form = RuleForm(data) if is_checked else RuleForm(initial=given)
        made = cls(row, structure, subjects, form, draft.read(data, subjects), [], find=data.get("find", ""))
        made.seen = data.get("seen", "")
        verb, _colon, path = data.get("do", "").partition(":")
        made.box, made.focus = draft.done(made.box, verb, path)
        draft.renamed(made.box)
        numbers = [each for each in data.getlist("act") if re.fullmatch(r"\d{1,4}", each)][:MOST]
        numbers = made._moved(numbers, verb, path)
        for place, number in enumerate(numbers):
            made.actions.append(made._posted(number, place + 1, data, is_checked=is_checked))
        return made

    def _moved(self, numbers: list[str], verb: str, path: str) -> list[str]:
        if verb == "act-add" and len(numbers) < MOST:
            fresh = str(max((int(each) for each in numbers), default=-1) + 1)
            self.focus = f"id_a{fresh}-do"
            return [*numbers, fresh]
        if path not in numbers:
            return numbers
        place = numbers.index(path)
        if verb == "act-drop":
            self.focus = "act-add"
            return [each for each in numbers if each != path]
        other = place + {"act-up": -1, "act-down": 1}.get(verb, 0)
        if other != place and 0 <= other < len(numbers):
            numbers[place], numbers[other] = numbers[other], numbers[place]
            self.focus = f"{verb}-{path}"
        return numbers

    def _form(self, number: str, place: int, given: dict[str, Any], data: Any = None) -> ActionForm:
        return ActionForm(
            data, prefix=f"a{number}", number=place, structure=self.structure, rights=self.subjects.rights, given=given
        )  # fmt: skip

    def _posted(self, number: str, place: int, data: QueryDict, *, is_checked: bool) -> ActionForm:
        given = {name: data.get(f"a{number}-{name}", "") for name in ("do", "attribute")}
        bare = self._form(number, place, given)
        same = data.get(f"was-a{number}") == f"{given['do']}:{given['attribute']}"
        if same:
            for name, each in bare.fields.items():
                given[name] = each.widget.value_from_datadict(data, {}, f"a{number}-{name}")
        return self._form(number, place, given, data if is_checked and same else None)

    def is_valid(self) -> bool:
        """Of one that is checked; sets the row's own fields where it is. What was only just chosen is asked for first."""
        wrong = [row for row in self.box.rows() if row.errors or row.subject is None or row.words is None]
        if wrong:
            self.wrong.append(_("A condition is only half said: fill it in, or take it away."))
        if not self.actions:
            self.wrong.append(_("Say what is to be written: add an action."))
        if not all(each.is_bound for each in self.actions):
            self.wrong.append(_("An action asks for something else now: fill it in."))
        parts = [self.form.is_valid(), *(each.is_bound and each.is_valid() for each in self.actions)]
        if not all(parts) or self.wrong:
            return False
        try:
            self.row.when = grammar.write(draft.group_of(self.box))
        except grammar.Misspelt:
            self.wrong.append(
                _("These conditions are too long: choose fewer values, or take a condition away.")
            )
            return False
        data = self.form.cleaned_data
        self.row.labels = {**self.row.labels, language(self.structure): data["name"]}
        self.row.enabled, self.row.on_change, self.row.daily_at = (
            data["enabled"],
            data["on_change"],
            data["daily_at"],
        )
        self.row.actions = [each.action().as_json() for each in self.actions]
        if not self.row.pk:
            self.row.code = data["code"] or free_code(data["name"])
            if Rule.objects.filter(code=self.row.code).exists():
                self.form.add_error("code", _("This code is taken."))
                return False
        return True

    def spec(self) -> RuleSpec:
        return spec_of(self.row, self.structure)

    def check(self, error: ValidationError) -> None:
        self.wrong += error.messages


def _given(stored: Any, structure: Structure) -> dict[str, Any]:
    """Empty inputs for an action that cannot be read any more: it is written anew, or taken away."""
    try:
        return given_of(Action.of(stored), structure)
    except Exception:
        return {}


def language(structure: Structure) -> str:
    """The locale whose label the interface's language shows."""
    wanted = (get_language() or "en").split("-")[0].lower()
    fitting = (code for code in structure.locales if code.split("_")[0].lower() == wanted)
    return next(fitting, "en_US")


def free_code(name: str) -> str:
    stem = slugify(name).replace("-", "_")[:90] or "rule"
    taken = set(Rule.objects.filter(code__startswith=stem).values_list("code", flat=True))
    return next(
        code
        for number in range(1, len(taken) + 2)
        if (code := stem if number == 1 else f"{stem}_{number}") not in taken
    )
