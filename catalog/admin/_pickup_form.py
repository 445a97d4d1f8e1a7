"""The form of where a profile's files come from. Secrets are written and never shown, as a channel's are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.importing.pickup.places import PLACES
from catalog.importing.pickup.places.base import Misset, Place
from catalog.importing.pickup.places.folder import segments
from catalog.models import ImportPickup, User
from pim.lib.encrypted import DecryptionFailed
from pim.lib.webhooks import check_secret

PLACE = "place_"
SCHEDULE, RULES, TELLING = ("is_active", "when", "every_minutes", "daily_at", "time_zone"), ("after", "archive", "alone", "most_rejected", "most_retired", "most_emptied"), ("told", "webhook", "webhook_key")  # fmt: skip


class PickupForm(forms.ModelForm):
    """Fields of the kind of place are added by `form_for`. `may_credentials`: whether its address and secrets may be given."""

    when = forms.ChoiceField(
        label=gettext_lazy("Look"), choices=[("every", gettext_lazy("every so many minutes")), ("daily", gettext_lazy("once a day"))]
    )  # fmt: skip
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=lambda: [(name, name) for name in sorted(available_timezones())])  # fmt: skip
    webhook = forms.URLField(
        label=gettext_lazy("Webhook"), required=False, max_length=500, assume_scheme="https",
        help_text=gettext_lazy("Your own program's address: it gets a signed POST."),
    )  # fmt: skip
    webhook_key = forms.CharField(
        label=gettext_lazy("Webhook's signing secret"), required=False, validators=[check_secret], max_length=300,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("whsec_…, shared with the receiver, who checks each signature with it."),
    )  # fmt: skip

    class Meta:
        model = ImportPickup
        fields = ("pattern", "is_active", "every_minutes", "daily_at", "time_zone", "after", "archive", "alone", "most_rejected", "most_retired", "most_emptied", "told", "webhook")  # fmt: skip
        widgets = {
            "daily_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "told": forms.CheckboxSelectMultiple,
            "after": forms.RadioSelect,
            "alone": forms.RadioSelect,
        }

    place: type[Place]
    may_credentials = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance
        self.was_kind, self.was_settings = row.kind, dict(row.settings)
        self.was_webhook = row.webhook
        self.fields["told"].queryset = (
            User.objects.filter(is_active=True).exclude(email="").order_by("username")
        )
        self.initial.setdefault("when", "daily" if row.daily_at else "every")
        if not row.every_minutes and not row.daily_at:
            self.initial["every_minutes"] = 30
        self.stored = self._stored(row.credentials) if row.kind == self.place.code else {}
        for name, field in self.fields.items():
            if name.startswith(PLACE):
                self._begin_place(name.removeprefix(PLACE), field)
        self.webhook_stored = self._stored(row.webhook_secret)
        if self.webhook_stored.get("secret"):
            self.fields["webhook_key"].help_text = self._ends_with(self.webhook_stored["secret"])
        if not self.place.can_archive:
            del self.fields["after"], self.fields["archive"], self.fields["pattern"]
            row.pattern = "*"
        if not self.may_credentials:
            del self.fields["webhook_key"]
        self._describe()

    def _begin_place(self, name: str, field: forms.Field) -> None:
        if name in self.place.secrets:
            if self.stored.get(name):
                field.help_text = self._ends_with(self.stored[name], name)
                field.required = False
        elif self.instance.kind == self.place.code:
            self.initial[PLACE + name] = self.instance.settings.get(name, field.initial)

    @staticmethod
    def _stored(secrets: Any) -> dict[str, Any]:
        try:
            return dict(secrets or {})
        except DecryptionFailed:
            return {}

    @staticmethod
    def _ends_with(secret: Any, name: str = "") -> str:
        """Of a key's text, and of a short password, the end tells too much or nothing."""
        if name == "private_key" or len(str(secret)) < 12:
            return _("Stored. Leave empty to keep it.")
        return _("Stored, ends with %s. Leave empty to keep it.") % str(secret).strip()[-4:]

    def _describe(self) -> None:
        """Ties each input to its help and its errors, as our own template shows them."""
        for bound in self:
            group = isinstance(bound.field.widget, (forms.RadioSelect, forms.CheckboxSelectMultiple))
            ids = [
                f"{bound.auto_id}_{part}"
                for part, there in (("help", bound.help_text), ("error", bound.errors))
                if there
            ]
            if ids and not group:
                bound.field.widget.attrs["aria-describedby"] = " ".join(ids)
            if bound.errors and not group:
                bound.field.widget.attrs["aria-invalid"] = "true"

    def clean_archive(self) -> str:
        value = self.cleaned_data["archive"].strip().strip("/")
        try:
            segments(value)
        except Misset as wrong:
            raise ValidationError(str(wrong)) from None
        return value

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("when") == "daily":
            cleaned["every_minutes"] = None
            if not cleaned.get("daily_at") and "daily_at" not in self.errors:
                self.add_error("daily_at", _("Say at which time, as 06:30."))
        else:
            cleaned["daily_at"] = None
            if not cleaned.get("every_minutes") and "every_minutes" not in self.errors:
                self.add_error("every_minutes", _("Say how many minutes, at least 1."))
        if (
            cleaned.get("after") == ImportPickup.After.MOVE
            and not cleaned.get("archive")
            and "archive" not in self.errors
        ):
            self.add_error("archive", _("Name a folder, or leave files where they are."))
        self._clean_place(cleaned)
        self._clean_webhook(cleaned)
        return cleaned

    def _clean_place(self, cleaned: Mapping[str, Any]) -> None:
        names = [name.removeprefix(PLACE) for name in self.fields if name.startswith(PLACE)]
        given = {
            name: cleaned[PLACE + name]
            for name in names
            if name in self.place.secrets and cleaned.get(PLACE + name)
        }
        settings = {
            name: cleaned[PLACE + name] for name in names if name not in self.place.secrets and cleaned.get(PLACE + name) not in (None, "")
        }  # fmt: skip
        kept = {name: secret for name, secret in self.stored.items() if name in self.place.secrets}
        elsewhere = [
            name for name in self.place.addressed if settings.get(name) != self.was_settings.get(name)
        ]
        if kept and elsewhere and not kept.keys() <= given.keys():
            for name in elsewhere:
                self.add_error(
                    PLACE + name,
                    _("The stored credentials are not sent to another address: enter them anew with it."),
                )
        if (
            not self.may_credentials
            and kept
            and settings.get("host_key") != self.was_settings.get("host_key")
        ):
            self.add_error(
                PLACE + "host_key",
                _("The stored credentials go there: only who may enter credentials can change this."),
            )
        self.instance.kind, self.instance.settings = self.place.code, settings
        self.instance.credentials = {**({} if elsewhere else kept), **given}

    def _clean_webhook(self, cleaned: Mapping[str, Any]) -> None:
        if "webhook" in self.errors or "webhook_key" in self.errors:
            return
        given, address = cleaned.get("webhook_key"), cleaned.get("webhook") or ""
        if not address:
            self.instance.webhook_secret = {}
        elif given:
            self.instance.webhook_secret = {"secret": given}
        elif address != self.was_webhook or not self.webhook_stored:
            name = "webhook_key" if self.may_credentials else "webhook"
            self.add_error(
                name, _("Enter the secret that is for this address: only who may enter credentials can.")
            )

    def section(self, names: tuple[str, ...]) -> list[forms.BoundField]:
        return [self[name] for name in names if name in self.fields]

    @property
    def of_place(self) -> list[forms.BoundField]:
        return self.section((*(name for name in self.fields if name.startswith(PLACE)), "pattern"))

    @property
    def of_schedule(self) -> list[forms.BoundField]:
        return self.section(SCHEDULE)

    @property
    def of_rules(self) -> list[forms.BoundField]:
        return self.section(RULES)

    @property
    def of_telling(self) -> list[forms.BoundField]:
        return self.section(TELLING)


def form_for(kind: str, *, may_credentials: bool) -> type[PickupForm]:
    """The form with the fields of one kind of place; secrets only for those who may enter them."""
    place = PLACES[kind]
    declared: dict[str, Any] = {}
    for name, field in place.fields().items():
        if name in place.secrets:
            if not may_credentials:
                continue
            if not isinstance(field.widget, forms.Textarea):
                field.widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
            else:
                field.widget.attrs["autocomplete"] = "off"
        declared[PLACE + name] = field
    return type(
        "PlacePickupForm", (PickupForm,), {**declared, "place": place, "may_credentials": may_credentials}
    )
