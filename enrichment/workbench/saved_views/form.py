"""A view's name, and with whom it is shared."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.access import Rights
from catalog.models import Role
from enrichment.models import SavedView
from enrichment.models.saved_view import NAME_LENGTH


class ViewForm(forms.Form):
    """Only who may share views sees the roles. `is_default`: for this person alone."""

    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH, strip=True)
    roles = forms.ModelMultipleChoiceField(
        label=_("Shared with"),
        queryset=Role.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    is_default = forms.BooleanField(label=_("Begin with this view when I open the products"), required=False)

    def __init__(self, data: Any = None, *, user: Any, rights: Rights, view: SavedView | None = None) -> None:
        initial = {}
        if view is not None:
            initial = {"name": view.name, "is_default": view.is_default, "roles": view.roles.all()}
        super().__init__(data, prefix="view", initial=initial)
        self.user, self.view = user, view
        if rights.may("view.share"):
            self.fields["roles"].queryset = Role.objects.all()
        else:
            del self.fields["roles"]

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        owner = self.user.pk if self.view is None else self.view.owner_id
        others = SavedView.objects.filter(owner_id=owner, name=name)
        if owner and others.exclude(pk=self.view.pk if self.view else None).exists():
            raise forms.ValidationError(_("There is a view of this name already: choose another one."))
        return name
