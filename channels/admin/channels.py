"""Channel profiles: what a channel wants, how it is reached; pause, resume and send now."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from catalog.access import can
from catalog.admin.base import CatalogAdmin
from catalog.structure.snapshot import Structure
from channels import profiles, requirements
from channels.admin import (
    _board,
    _categories,
    _contradictions,
    _drift,
    _dry_run,
    _mapping_page,
    _match,
    _new_channel,
    _pictures_form,
    _portal,
    _published,
    _rules,
    _schedule,
)
from channels.admin._channel_buttons import BUTTONS
from channels.admin._channel_form import PROTECTED, SAFETY, SECRET, SETTING, ChannelForm, for_connector
from channels.admin._channel_inlines import RequirementInline
from channels.connectors import CONNECTORS
from channels.delivery import circuit
from channels.mapping import gaps, starting
from channels.models import Channel, Listing
from pim.lib.grouped import Grouped


def _connector(request: HttpRequest, channel: Channel | None) -> str:
    """The one that is chosen, else the stored one."""
    chosen = request.POST.get("connector") or request.GET.get("connector") or ""
    return chosen if chosen in CONNECTORS else channel.connector if channel else chosen


def _form_for(request: HttpRequest, channel: Channel | None) -> type[ChannelForm]:
    return for_connector(
        _connector(request, channel), with_secrets=can(request.user, "credentials.edit"),
        makes_context=channel is None and can(request.user, "structure.edit"),
    )  # fmt: skip


@admin.register(Channel)
class ChannelAdmin(CatalogAdmin):
    view_verb = "channel.view"
    edit_verb = "channel.edit"
    list_display = [
        "label",
        "code",
        "connector_label",
        "board",
        "standing",
        "listed",
        "waiting",
        "refused",
        "last_sync_at",
        "fields_link",
    ]
    list_filter = ["connector", "is_active"]
    search_fields = ["code"]
    search_labels = True
    autocomplete_fields = ["context", "locales", "currencies", "category_tree"]
    inlines = [RequirementInline]
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
            "counts_sku",
            "outdated",
        ]
        connection = {"fields": ["connector", *(own if edits else [])], "description": _new_channel.guide_link(_connector(request, obj))}  # fmt: skip
        safety = [*SAFETY, *(PROTECTED if edits else [])]
        return [
            (None, {"fields": ["code", "labels", "is_active"]}),
            *([(_("Connection"), connection)] if obj is None else []),
            (_("What it carries"), {"classes": ["tab"], "fields": carried}),
            *([(_("Connection"), {"classes": ["tab"], **connection})] if obj is not None else []),
            *(
                [(_("Pictures"), {"classes": ["tab"], "fields": list(_pictures_form.FIELDS)})]
                if edits
                else []
            ),
            (_("Safety"), {"classes": ["tab"], "fields": safety}),
            *([(_("Schedule"), {"classes": ["tab"], "fields": list(_schedule.FIELDS)})] if edits else []),
        ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        code = _connector(request, None)
        return _new_channel.initial(code) if code in CONNECTORS else {}

    def save_model(self, request: HttpRequest, obj: Channel, form: Any, change: bool) -> None:
        if obj.context_id is None:
            obj.context = _new_channel.own_context(obj, by=request.user.pk)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Django runs this in the transaction of the whole form."""
        required = requirements.lines_of(form.instance.pk)
        super().save_related(request, form, formsets, change)
        if not change:
            started = starting.start(form.instance, Structure.current())
            if started.made or started.gaps:
                _new_channel.tell(request, form.instance, started)
                gaps.ask_if_small(form.instance, by=request.user.pk)
        if not change or form.has_changed():
            profiles.changed(form.instance, by=request.user.pk)
        elif any(formset.has_changed() for formset in formsets):
            requirements.changed(form.instance, required, by=request.user.pk)
        if change and any(
            name == "connector" or name.startswith((SETTING, SECRET)) for name in form.changed_data
        ):
            profiles.reconnected(channel_id=form.instance.pk)
        if change and "connector" in form.changed_data:
            profiles.moved(channel_id=form.instance.pk)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """First what kind of channel it is to be, then the form of that kind."""
        if request.method == "GET" and _connector(request, None) not in CONNECTORS:
            if not self.has_add_permission(request):
                raise PermissionDenied
            return _new_channel.choose(request)
        return super().add_view(request, form_url, extra_context)

    def response_add(
        self, request: HttpRequest, obj: Channel, post_url_continue: str | None = None
    ) -> HttpResponse:
        """On to the fields, where the connector says what it wants."""
        if not obj.template or {"_addanother", "_continue", IS_POPUP_VAR} & request.POST.keys():
            return super().response_add(request, obj, post_url_continue)
        return HttpResponseRedirect(reverse("admin:channels_channel_mapping", args=[obj.pk]))

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Listings, attempts and scores go with the channel; while products are still shown there, it stays."""
        channels = list(objs)
        rows = Listing.objects.filter(channel__in=channels)
        shown = rows.exclude(sent_hash="").count()
        told = ngettext(
            "%d product is still shown there: take it down first, with an assortment that offers nothing.",
            "%d products are still shown there: take them down first, with an assortment that offers nothing.",
            shown,
        )
        counts = {str(_("channels")): len(channels), str(_("listings")): rows.count()}
        return [str(channel) for channel in channels], counts, set(), [told % shown] if shown else []

    def delete_model(self, request: HttpRequest, obj: Channel) -> None:
        """Scores and tokens of the channel go as well, by the job that follows."""
        with transaction.atomic():
            profiles.changed(obj, by=request.user.pk)
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Channel]) -> None:
        with transaction.atomic():
            for channel in queryset:
                profiles.changed(channel, by=request.user.pk)
            super().delete_queryset(request, queryset)

    def get_urls(self) -> list[Any]:
        own = [
            path(
                f"<int:pk>/{view.__name__.replace('_', '-')}/",
                self.admin_site.admin_view(view),
                name=f"channels_channel_{view.__name__}",
            )
            for view in BUTTONS
        ]
        wrap = self.admin_site.admin_view
        own += [
            path("guides/<slug:connector>/", wrap(_new_channel.guide), name="channels_channel_guide"),
            path("<int:pk>/mapping/", wrap(_mapping_page.page), name="channels_channel_mapping"),
            path("<int:pk>/mapping/count/", wrap(_mapping_page.count), name="channels_channel_count_gaps"),
            path("<int:pk>/categories/", wrap(_categories.view), name="channels_channel_categories"),
            path(
                "<int:pk>/categories/found/",
                wrap(_categories.found),
                name="channels_channel_categories_found",
            ),
            path(
                "<int:pk>/categories/save/", wrap(_categories.save), name="channels_channel_categories_save"
            ),
            path(
                "<int:pk>/categories/load/", wrap(_categories.load), name="channels_channel_categories_load"
            ),
            path("<int:pk>/board/", wrap(_board.view), name="channels_channel_board"),
            path("<int:pk>/dry-run/", wrap(_dry_run.view), name="channels_channel_dry_run"),
            path("<int:pk>/dry-run/start/", wrap(_dry_run.start), name="channels_channel_dry_run_start"),
            path(
                "<int:pk>/dry-run/<int:product_id>/",
                wrap(_dry_run.of_product),
                name="channels_channel_dry_run_product",
            ),
            path("contradictions/", wrap(_contradictions.view), name="channels_contradictions"),
            path("contradictions/look/", wrap(_contradictions.look), name="channels_contradictions_look"),
            path(
                "contradictions/accept/", wrap(_contradictions.accept), name="channels_contradictions_accept"
            ),
            path(
                "contradictions/export/", wrap(_contradictions.export), name="channels_contradictions_export"
            ),
            path("<int:pk>/rules/", wrap(_rules.view), name="channels_channel_rules"),
            path("<int:pk>/rules/save/", wrap(_rules.save), name="channels_channel_save_rules"),
            path("<int:pk>/drift/", wrap(_drift.view), name="channels_channel_drift"),
            path("<int:pk>/drift/decide/", wrap(_drift.decide), name="channels_channel_decide"),
            path("<int:pk>/drift/adopt/", wrap(_drift.adopt), name="channels_channel_adopt"),
            path("<int:pk>/match/", wrap(_match.view), name="channels_channel_match"),
            path("<int:pk>/match/start/", wrap(_match.start), name="channels_channel_match_start"),
            path("<int:pk>/match/choose/", wrap(_match.choose), name="channels_channel_match_choose"),
            path("<int:pk>/files/<str:name>", wrap(_published.download), name="channels_channel_file"),
            path("<int:pk>/files/<str:name>/look", wrap(_published.look), name="channels_channel_look"),
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
            "published": _published.files_of(channel, request.user) if channel else [],
            "may_sync": can(request.user, "channel.sync"),
            "portal": _portal.shown(channel, request.user) if channel else None,
            **(extra_context or {}),
        }
        return super().change_view(request, object_id, form_url, extra)

    @admin.display(description=_("channel"), ordering="code")
    def label(self, channel: Channel) -> str:
        return str(channel)

    @admin.display(description=_("fields"))
    def fields_link(self, channel: Channel) -> SafeString:
        address = reverse("admin:channels_channel_mapping", args=[channel.pk])
        return format_html('<a href="{}" class="text-link underline">{}<span class="sr-only">: {}</span></a>', address, _("Fields and preview"), channel)  # fmt: skip

    @admin.display(description=_("board"))
    def board(self, channel: Channel) -> SafeString:
        return format_html(
            '<a href="{}" class="text-link underline">{}<span class="sr-only">: {}</span></a>',
            reverse("admin:channels_channel_board", args=[channel.pk]),
            _("Delivery and problems"),
            channel,
        )

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
    def listed(self, channel: Any) -> Grouped:
        return Grouped(channel.listed)

    @admin.display(description=_("to be sent"))
    def waiting(self, channel: Any) -> Grouped:
        return Grouped(channel.waiting)

    @admin.display(description=_("refused or blocked"))
    def refused(self, channel: Any) -> Grouped:
        return Grouped(channel.refused)
