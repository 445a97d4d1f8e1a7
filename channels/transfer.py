"""Channels, what they require and how their fields are made, as sheets of the structure's workbook. Credentials stay here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field
from import_export.widgets import JSONWidget

from catalog.models import Attribute, Category, Context, Currency, Family, Locale
from catalog.structure.snapshot import Structure
from catalog.transfer.base import CodesColumn, StructureMeta, StructureResource, by_code, codes_in
from catalog.transfer.sheets import Sheet, register
from channels import assortment, pictures, profiles, protection, schedule
from channels.connectors import CONNECTORS
from channels.models import Channel, FieldMapping, Requirement
from channels.rules import countries

# What is asked whether the file changes it.
_CHECKED = ("connector", "settings", "schedule", "read_every", "destinations", "protected", "pictures")
_LISTS: dict[str, Any] = {"locales": Locale, "currencies": Currency}


class ChannelResource(StructureResource):
    """A channel made by a file waits, paused, for its credentials."""

    announced = "channel"
    context = by_code("context", Context)
    category_tree = by_code("category_tree", Category)
    locales = Field(column_name="locales", readonly=True)
    currencies = Field(column_name="currencies", readonly=True)
    assortment = Field(attribute="assortment", column_name="assortment", widget=JSONWidget(), default=dict)
    settings = Field(attribute="settings", column_name="settings", widget=JSONWidget(), default=dict)
    schedule = Field(attribute="schedule", column_name="schedule", widget=JSONWidget(), default=dict)
    destinations = CodesColumn("destinations")
    protected = Field(attribute="protected", column_name="protected", widget=JSONWidget(), default=dict)
    pictures = Field(attribute="pictures", column_name="pictures", widget=JSONWidget(), default=dict)

    class Meta(StructureMeta):
        model = Channel
        fields = export_order = (
            "code", "context", "connector", "locales", "currencies", "category_tree", "assortment", "settings", "schedule",
            "destinations", "send_fallback", "fallback_counts", "counts_sku", "outdated", "removal_share", "removal_least",
            "on_drift", "protected", "pictures", "read_every", "is_active",
        )  # fmt: skip

    def dehydrate_locales(self, channel: Any) -> str:
        return ",".join(_listed(channel, "locales"))

    def dehydrate_currencies(self, channel: Any) -> str:
        return ",".join(_listed(channel, "currencies"))

    def import_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        instance.wanted = {}
        before = {name: getattr(instance, name) for name in _CHECKED}
        super().import_instance(instance, row, **kwargs)
        if instance.connector not in CONNECTORS:
            text = _("There is no connector '%(code)s'.")
            raise ValidationError({"connector": text % {"code": instance.connector}})
        instance.changed = {
            name for name in before if not instance.pk or getattr(instance, name) != before[name]
        }
        if "read_every" in instance.changed:
            instance.read_due_at = None  # a whole interval from now on, as on the channel's page
        self._check_parts(instance)
        was = (before["connector"], before["settings"] or {})
        if moved := profiles.readdressed(
            instance, connector=instance.connector, settings=instance.settings, was=was
        ):
            text = _(
                "%(settings)s: the stored credentials go there. Change it on the channel's page, where they are entered anew."
            )
            raise ValidationError({"settings": text % {"settings": ", ".join(moved)}})
        instance.wanted = {name: codes_in(row[name]) for name in _LISTS if name in row}
        for name, codes in instance.wanted.items():
            known = set(_LISTS[name].objects.filter(code__in=codes).values_list("code", flat=True))
            if unknown := [code for code in codes if code not in known]:
                text = _("%(column)s: there is no %(codes)s.")
                raise ValidationError({"__all__": text % {"column": name, "codes": ", ".join(unknown)}})
        if not instance.pk:
            instance.paused_at = timezone.now()
            instance.paused_reason = _("Imported without its credentials: enter them, then resume.")

    def _check_parts(self, instance: Any) -> None:
        """As on the channel's page. What the file leaves as it is stored is not this file's to answer for."""
        checks: dict[str, Any] = {"assortment": lambda value: assortment.clean(value, Structure.current())}
        if instance.changed & {"connector", "settings"}:
            checks["settings"] = CONNECTORS[instance.connector].clean_settings
        if "schedule" in instance.changed:
            checks["schedule"] = schedule.clean
        if "destinations" in instance.changed:
            checks["destinations"] = countries.clean
        if instance.changed & {"connector", "protected"}:
            checks["protected"] = lambda value: protection.clean_for(CONNECTORS[instance.connector], value)
        if "pictures" in instance.changed:
            kind = CONNECTORS[instance.connector]
            checks["pictures"] = lambda value: pictures.clean(value, kind, instance.settings or {})
        errors: dict[str, list[str]] = {}
        for name, clean in checks.items():
            value = getattr(instance, name) or ([] if name == "destinations" else {})
            try:
                if not isinstance(value, list if name == "destinations" else dict):
                    raise ValidationError(_('Write it as {"name": "value"}.'))
                setattr(instance, name, clean(value))
            except ValidationError as error:
                errors[name] = error.messages
        if errors:
            raise ValidationError(errors)

    def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        same = instance.pk and all(
            sorted(codes) == sorted(_listed(instance, name)) for name, codes in instance.wanted.items()
        )
        return bool(same) and super().skip_row(instance, original, row, import_validation_errors)

    def after_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        for name, codes in instance.wanted.items():
            getattr(instance, name).set(_LISTS[name].objects.filter(code__in=codes))
        if instance.changed & {"connector", "settings"}:
            profiles.reconnected(channel_id=instance.pk)
        if "connector" in instance.changed:
            profiles.moved(channel_id=instance.pk)


def _listed(channel: Any, name: str) -> list[str]:
    if not channel.pk:
        return []
    return list(getattr(channel, name).order_by("position", "code").values_list("code", flat=True))


class _OfChannel(StructureResource):
    """Rows that are a part of their channel's profile."""

    announced = "channel"

    def announced_ids(self, changed: Sequence[int]) -> Sequence[int]:
        rows = self._meta.model.objects.filter(pk__in=changed)
        return list(rows.order_by().values_list("channel_id", flat=True).distinct())


class RequirementResource(_OfChannel):
    channel = by_code("channel", Channel)
    family = by_code("family", Family)
    attribute = by_code("attribute", Attribute)

    class Meta(StructureMeta):
        model = Requirement
        import_id_fields = ("channel", "family", "attribute")
        fields = export_order = ("channel", "family", "attribute", "level")


class FieldMappingResource(_OfChannel):
    channel = by_code("channel", Channel)
    family = by_code("family", Family)
    source = Field(attribute="source", column_name="source", widget=JSONWidget(), default=dict)
    transforms = Field(attribute="transforms", column_name="transforms", widget=JSONWidget(), default=list)
    value_list = Field(attribute="value_list", column_name="value_list", widget=JSONWidget(), default=dict)
    limits = Field(attribute="limits", column_name="limits", widget=JSONWidget(), default=dict)

    class Meta(StructureMeta):
        model = FieldMapping
        import_id_fields = ("channel", "family", "target")
        fields = export_order = (
            "channel", "family", "target", "source", "localized", "transforms", "value_list", "limits", "required", "position",
        )  # fmt: skip


for _name, _label, _resource, _order in (
    ("channels", gettext_lazy("Channels"), ChannelResource, 200),
    ("requirements", gettext_lazy("Requirements"), RequirementResource, 210),
    ("channel_fields", gettext_lazy("Fields of channels"), FieldMappingResource, 220),
):
    register(Sheet(_name, _label, _resource, _order, view_verb="channel.view", edit_verb="channel.edit"))
