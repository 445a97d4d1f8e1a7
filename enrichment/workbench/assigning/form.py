"""Who, until when, what: the form of an assignment."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import User
from catalog.widgets import DateInput
from enrichment.comments.mentions import called
from enrichment.models.assignment import NOTE_LENGTH


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return called(obj)


class AssignForm(forms.Form):
    to = PersonField(
        label=_("Who"),
        queryset=User.objects.none(),
        error_messages={
            "required": _("Choose somebody."),
            "invalid_choice": _("Choose somebody of the list."),
        },
    )
    due = forms.DateField(
        label=_("Due on"), required=False, widget=DateInput(), help_text=_("Empty: whenever there is time.")
    )
    note = forms.CharField(
        label=_("What is to be done"),
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people  # type: ignore[attr-defined]
