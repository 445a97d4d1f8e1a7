"""The form of a channel's profile; its settings are those of the connector, its secrets are written and never shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelect2MultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldAdminURLInputWidget,
    UnfoldBooleanSwitchWidget,
)

from catalog.admin.base import FixedCodeForm
from catalog.structure.snapshot import Structure
from channels import assortment, profiles, protection
from channels.admin import _pictures_form, _schedule
from channels.admin._names_field import NamesField
from channels.admin._new_channel import check_own_context
from channels.connectors import CONNECTORS
from channels.models import Channel
from pim.lib.encrypted import DecryptionFailed

SETTING, SECRET = "setting_", "secret_"
PROTECTED = ("never_compare", "never_overwrite")  # beside channels.protection.KEYS
SAFETY = ("removal_share", "removal_least", "on_drift", "read_every")


def connector_choices() -> list[tuple[str, Any]]:
    return [(code, CONNECTORS[code].label) for code in CONNECTORS]


class ChannelForm(FixedCodeForm):
    """Fields of the connector are added by `for_connector`; see Channel for what is stored."""

    connector = forms.ChoiceField(
        label=gettext_lazy("Connector"), choices=connector_choices, widget=UnfoldAdminSelectWidget
    )
    families = forms.MultipleChoiceField(
        label=gettext_lazy("Families"), required=False, widget=UnfoldAdminSelect2MultipleWidget,
        help_text=gettext_lazy("Only products of these families; none chosen: of all."),
    )  # fmt: skip
    categories = forms.MultipleChoiceField(
        label=gettext_lazy("Categories"), required=False, widget=UnfoldAdminSelect2MultipleWidget,
        help_text=gettext_lazy("Only products in these categories or below them; none chosen: in all."),
    )  # fmt: skip

    never_compare = NamesField(
        label=gettext_lazy("Fields never compared"),
        help_text=gettext_lazy("Names of the sheet's fields, one per line: they are sent, and what the channel makes of them is no drift."),
    )  # fmt: skip
    never_overwrite = NamesField(
        label=gettext_lazy("Fields never overwritten"),
        help_text=gettext_lazy("They are filled when a product is new there. From then on they are the channel's own, and sent as it shows them."),
    )  # fmt: skip

    class Meta:
        model = Channel
        fields = (
            "code", "labels", "context", "locales", "currencies", "category_tree", "connector", "send_fallback", "fallback_counts", "counts_sku",
            "outdated", "removal_share", "removal_least", "on_drift", "read_every", "is_active",
        )  # fmt: skip

    connector_fields: Mapping[str, forms.Field] = {}
    secret_fields: tuple[str, ...] = ()
    makes_context = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        structure = Structure.current()
        stored = self.instance
        if "families" in self.fields:
            self.fields["families"].choices = [
                (spec.code, spec.label()) for spec in structure.families.values()
            ]  # type: ignore[attr-defined]
            self.fields["categories"].choices = [  # type: ignore[attr-defined]
                (
                    spec.code,
                    " › ".join(
                        structure.categories[pk].label() for pk in spec.ancestry if pk in structure.categories
                    ),
                )
                for spec in structure.categories.values()
            ]
            self.initial.update({key: stored.assortment.get(key, []) for key in assortment.KEYS})
        self.initial.update(_schedule.initial(stored.schedule))
        self.initial.update(_pictures_form.initial(stored))
        if not stored.pk:
            self._begin()
        for name in SAFETY:
            if name in self.fields:
                self.fields[name].required = False
        parts = zip(PROTECTED, protection.KEYS, strict=True)
        self.initial.update({name: stored.protected.get(key, []) for name, key in parts})
        known = _opened(stored)
        for name in self.connector_fields:
            if SETTING + name in self.fields:
                self.initial[SETTING + name] = stored.settings.get(name, self.connector_fields[name].initial)
            elif SECRET + name in self.fields:
                field = self.fields[SECRET + name]
                field.required = not known.get(name)
                if known.get(name):
                    field.help_text = (
                        _("Stored, ends with %s. Leave empty to keep it.") % str(known[name])[-4:]
                    )

    def _begin(self) -> None:
        """A new one: its kind is chosen already, and its context may be made with it."""
        kind = str(self.initial.get("connector", ""))
        self.initial.update(_pictures_form.initial(Channel(connector=kind)))
        self.fields["connector"].widget = forms.HiddenInput()
        if self.makes_context:
            self.fields["context"].required = False
            self.fields["context"].help_text = _(
                "Empty: one of its own is made, which inherits from the master values."
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.instance.pk and not cleaned.get("context") and "context" not in self.errors:
            try:
                check_own_context(cleaned.get("code") or "")
            except ValidationError as error:
                self.add_error("context", error)
        try:
            self.instance.assortment = assortment.clean(
                {key: cleaned.get(key) or [] for key in assortment.KEYS}, Structure.current()
            )
        except ValidationError as error:
            self.add_error("categories", error)
        try:
            self.instance.schedule = _schedule.read(cleaned)
        except ValidationError as error:
            self.add_error("windows", error)
        for name in SAFETY:
            if cleaned.get(name) in (None, ""):  # left empty, it stays as it is
                cleaned[name] = getattr(self.instance, name)
        self._protect(cleaned)
        if "read_every" in self.changed_data:
            self.instance.read_due_at = None  # a whole interval from now on
        was = (self.instance.connector, self.instance.settings)
        self.instance.settings = {
            name: cleaned[SETTING + name]
            for name in self.connector_fields
            if cleaned.get(SETTING + name) not in (None, "")
        }
        try:
            self.instance.pictures = _pictures_form.read(self.instance, cleaned, self.changed_data)
        except ValidationError as error:
            self.add_error(_pictures_form.FIELDS[0], error)
        given = {name: cleaned[SECRET + name] for name in self.secret_fields if cleaned.get(SECRET + name)}
        self._guard(cleaned.get("connector", ""), was, given)
        if given:
            self.instance.credentials = {**_opened(self.instance), **given}
        return cleaned

    def _protect(self, cleaned: Mapping[str, Any]) -> None:
        connector = CONNECTORS.get(cleaned.get("connector", ""))
        given = {key: cleaned.get(name) or [] for name, key in zip(PROTECTED, protection.KEYS, strict=True)}
        try:
            self.instance.protected = protection.clean_for(connector, given)
        except ValidationError as error:
            self.add_error("never_overwrite", error)

    def _guard(self, connector: str, was: tuple[str, Mapping[str, Any]], given: Mapping[str, Any]) -> None:
        """Another address for the credentials takes all of them anew, from who may enter them."""
        for name in profiles.readdressed(
            self.instance, connector=connector, settings=self.instance.settings, was=was, entered=given
        ):
            self.add_error(
                SETTING + name,
                _("The stored credentials are not sent to another address: enter them anew with it.")
                if self.secret_fields
                else _("The stored credentials go there: only who may enter credentials can change this."),
            )


def for_connector(code: str, *, with_secrets: bool, makes_context: bool = False) -> type[ChannelForm]:
    """The form with the fields of one connector; secrets only for those who may enter them.

    `makes_context`: a new channel without a context gets one of its own.
    """
    connector = CONNECTORS.get(code)
    fields = connector.settings_form() if connector else {}
    secrets = tuple(name for name in fields if connector and name in connector.secret_fields)
    declared: dict[str, Any] = _schedule.form_fields() | _pictures_form.form_fields()
    for name, field in fields.items():
        if name in secrets:
            if with_secrets:
                field.widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})
                declared[SECRET + name] = field
        else:
            field.widget = _widget(field)
            declared[SETTING + name] = field
    return type(
        "ConnectorChannelForm",
        (ChannelForm,),
        {
            **declared,
            "connector_fields": fields,
            "secret_fields": secrets if with_secrets else (),
            "makes_context": makes_context,
        },
    )


def _widget(field: forms.Field) -> Any:
    if isinstance(field, forms.MultipleChoiceField):
        return UnfoldAdminSelect2MultipleWidget(choices=field.choices)
    if isinstance(field, forms.ChoiceField):
        return UnfoldAdminSelectWidget(choices=field.choices)
    if isinstance(field, forms.BooleanField):
        return UnfoldBooleanSwitchWidget()
    if isinstance(field, forms.URLField):
        return UnfoldAdminURLInputWidget()
    if isinstance(field, forms.IntegerField):
        return UnfoldAdminIntegerFieldWidget()
    if isinstance(field, forms.CharField):
        return UnfoldAdminTextInputWidget()
    return field.widget


def _opened(channel: Channel) -> dict[str, Any]:
    """The stored credentials; {} where no key opens them any more."""
    try:
        return dict(channel.credentials or {})
    except DecryptionFailed:
        return {}
