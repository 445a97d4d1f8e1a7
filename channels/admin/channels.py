"""Channel profiles: what a channel wants, how it is reached; pause, resume and send now."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, F, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from unfold.admin import StackedInline, TabularInline
from unfold.decorators import display

from catalog.access import PolicyInline, can, endpoint, visible
from catalog.admin._preset_autocomplete import PresetForm, PresetInputs
from catalog.admin.base import CatalogAdmin
from channels import profiles
from channels.admin import _schedule
from channels.admin._channel_form import SECRET, SETTING, ChannelForm, for_connector
from channels.admin._lines import LimitsField, SourceField, TransformsField, ValueListField
from channels.connectors import CONNECTORS
from channels.delivery import circuit
from channels.models import Channel, FieldMapping, Requirement
from channels.sheets.transforms import TRANSFORMS
from channels.tasks import nudge


class _ChannelInline(PresetInputs, PolicyInline):
    view_verb = "channel.view"
    edit_verb = "channel.edit"
    extra = 0
    tab = True


class RequirementInline(_ChannelInline, TabularInline):
    model = Requirement
    form = PresetForm
    autocomplete_fields = ["family", "attribute"]
    fields = ["family", "attribute", "level"]
    verbose_name_plural = _("Required attributes")

    def get_queryset(self, request: HttpRequest) -> Any:
        return (
            super().get_queryset(request).select_related("family", "attribute").order_by("family__code", "pk")
        )


class FieldForm(PresetForm):
    source = SourceField(
        label=_("Made from"),
        help_text=_(
            "An attribute's code; a template, as {brand} {name}; or =text for the same text everywhere."
        ),
    )
    transforms = TransformsField(
        label=_("Transforms"), help_text=_("One per line, in order, as: truncate length=75. There are: %s.") % ", ".join(sorted(TRANSFORMS))
    )  # fmt: skip
    value_list = ValueListField(
        label=_("Value list"), help_text=_("One option per line, ours = theirs, as: red = RED-01.")
    )
    limits = LimitsField(
        label=_("Limits"),
        help_text=_(
            "One per line, as: max_length = 75. There are: max_length, min_length, max_items, pattern, allowed, min, max."
        ),
    )

    class Meta:
        model = FieldMapping
        fields = (
            "target",
            "family",
            "source",
            "localized",
            "required",
            "transforms",
            "value_list",
            "limits",
            "position",
        )


class FieldInline(_ChannelInline, StackedInline):
    model = FieldMapping
    form = FieldForm
    autocomplete_fields = ["family"]
    fields = [
        ("target", "source"),
        ("localized", "required"),
        ("family", "position"),
        "transforms",
        "value_list",
        "limits",
    ]
    verbose_name_plural = _("Fields of the sheet")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("family")


def _form_for(request: HttpRequest, channel: Channel | None) -> type[ChannelForm]:
    """With the fields of the connector that is chosen, else the stored one, else the first."""
    code = request.POST.get("connector") or (channel.connector if channel else next(iter(CONNECTORS), ""))
    return for_connector(code, with_secrets=can(request.user, "credentials.edit"))


def _channel(request: HttpRequest, pk: int) -> Channel:
    channel = visible(request.user, Channel).filter(pk=pk).first()
    if channel is None:
        raise Http404("There is no such channel.")
    return channel


def _back(channel: Channel) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:channels_channel_change", args=[channel.pk]))


@require_POST
@endpoint("channel.sync")
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    channel = _channel(request, pk)
    profiles.pause(channel_id=pk, reason=str(_("paused by %s") % request.user))
    messages.success(request, _("%s is paused: nothing is sent until it is resumed.") % channel)
    return _back(channel)


@require_POST
@endpoint("channel.sync")
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    channel = _channel(request, pk)
    profiles.resume(channel_id=pk)
    nudge([pk])
    messages.success(request, _("%s goes on.") % channel)
    return _back(channel)


@require_POST
@endpoint("channel.sync")
def send_now(request: HttpRequest, pk: int) -> HttpResponse:
    """What waits for its next try may go at once; what the channel itself asked to wait for, waits."""
    channel = _channel(request, pk)
    hurried = profiles.hurry(channel_id=pk)
    closed = circuit.why_closed(channel, timezone.now())
    nudge([pk])
    if closed:
        messages.warning(request, closed)
    else:
        messages.success(
            request, ngettext("%d listing is on its way.", "%d listings are on their way.", hurried) % hurried
        )
    return _back(channel)


@require_POST
@endpoint("channel.sync")
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    channel = _channel(request, pk)
    profiles.enqueue_reconcile(channel_id=pk, by=request.user.pk)
    messages.success(
        request, _("%s is being read back: what differs will be listed and sent again.") % channel
    )
    return _back(channel)


@admin.register(Channel)
class ChannelAdmin(CatalogAdmin):
    view_verb = "channel.view"
    edit_verb = "channel.edit"
    list_display = [
        "label",
        "code",
        "connector_label",
        "standing",
        "listed",
        "waiting",
        "refused",
        "last_sync_at",
    ]
    list_filter = ["connector", "is_active"]
    search_fields = ["code"]
    search_labels = True
    autocomplete_fields = ["context", "locales", "currencies", "category_tree"]
    inlines = [RequirementInline, FieldInline]
    change_form_outer_before_template = "channels/channel_actions.html"
    ordering = ["code"]
    empty_sentence = _(
        "A channel is a shop, marketplace or partner that gets product sheets: add one and say what it needs."
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        if request.resolver_match and request.resolver_match.url_name == "channels_channel_changelist":
            rows = rows.defer("credentials").annotate(
                listed=Count("listings", filter=Q(listings__state="live")),
                waiting=Count("listings", filter=Q(listings__desired_rev__gt=F("listings__sent_rev"))),
                refused=Count("listings", filter=Q(listings__state__in=["refused", "blocked"])),
            )
        return rows

    def get_form(
        self, request: HttpRequest, obj: Channel | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        kwargs["form"] = _form_for(request, obj)
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Channel | None = None) -> Any:
        """Who may only look sees what the row itself holds."""
        edits = self.has_change_permission(request, obj)
        own = [name for name in _form_for(request, obj).base_fields if name.startswith((SETTING, SECRET))]
        chosen = ["families", "categories"] if edits else []
        carried = [
            "context",
            "locales",
            "currencies",
            "category_tree",
            *chosen,
            "send_fallback",
            "fallback_counts",
        ]
        return [
            (None, {"fields": ["code", "labels", "is_active"]}),
            (_("What it carries"), {"classes": ["tab"], "fields": carried}),
            (_("Connection"), {"classes": ["tab"], "fields": ["connector", *(own if edits else [])]}),
            *([(_("Schedule"), {"classes": ["tab"], "fields": list(_schedule.FIELDS)})] if edits else []),
        ]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Django runs this in the transaction of the whole form."""
        super().save_related(request, form, formsets, change)
        if not change or form.has_changed() or any(formset.has_changed() for formset in formsets):
            profiles.changed(form.instance, by=request.user.pk)
        if change and any(
            name == "connector" or name.startswith((SETTING, SECRET)) for name in form.changed_data
        ):
            profiles.reconnected(channel_id=form.instance.pk)

    def get_urls(self) -> list[Any]:
        own = [
            path(
                f"<int:pk>/{view.__name__.replace('_', '-')}/",
                self.admin_site.admin_view(view),
                name=f"channels_channel_{view.__name__}",
            )
            for view in (pause, resume, send_now, compare)
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        channel = self.get_object(request, object_id)
        extra = {
            "channel": channel,
            "closed": circuit.why_closed(channel, timezone.now()) if channel else "",
            "may_sync": can(request.user, "channel.sync"),
            **(extra_context or {}),
        }
        return super().change_view(request, object_id, form_url, extra)

    @admin.display(description=_("channel"), ordering="code")
    def label(self, channel: Channel) -> str:
        return str(channel)

    @admin.display(description=_("connector"), ordering="connector")
    def connector_label(self, channel: Channel) -> str:
        return (
            str(CONNECTORS[channel.connector].label) if channel.connector in CONNECTORS else channel.connector
        )

    @display(description=_("standing"), label={"open": "success", "paused": "danger", "closed": "warning"})
    def standing(self, channel: Channel) -> tuple[str, str]:
        if channel.paused_at is not None:
            return "paused", str(_("Paused"))
        closed = circuit.why_closed(channel, timezone.now())
        return ("closed", closed) if closed else ("open", str(_("Open")))

    @admin.display(description=_("live"))
    def listed(self, channel: Any) -> int:
        return channel.listed

    @admin.display(description=_("to be sent"))
    def waiting(self, channel: Any) -> int:
        return channel.waiting

    @admin.display(description=_("refused or blocked"))
    def refused(self, channel: Any) -> int:
        return channel.refused
