"""Listings: where each product stands on each channel, why, and what was tried."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from catalog.access import can
from catalog.structure.product_names import NAMES
from channels import profiles, standing
from channels.admin._telling import TellingAdmin
from channels.board import problems_of
from channels.models import Listing
from channels.standing import STANDINGS, with_standing
from channels.tasks import nudge
from channels.told import Told

COLOURS = {code: "" if each.tone == "muted" else each.tone for code, each in STANDINGS.items()}
ATTEMPTS_SHOWN = 20


class StandingFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(code, each.label) for code, each in STANDINGS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Listing]) -> QuerySet[Listing]:
        return queryset.filter(standing=self.value()) if self.value() in STANDINGS else queryset


class ProblemFilter(admin.SimpleListFilter):
    """What the board counts as one kind of problem: "state|code|field". It is no choice of the list's own."""

    title = _("problem")
    parameter_name = "problem"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        chosen = request.GET.get(self.parameter_name, "")
        return [(chosen, " ".join(part for part in chosen.split("|") if part))] if chosen else [("", "–")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Listing]) -> QuerySet[Listing]:
        state, _bar, rest = (self.value() or "").partition("|")
        code, _bar, field = rest.partition("|")
        if not state:
            return queryset
        return problems_of(queryset).filter(problem_state=state, problem_code=code, problem_field=field)


@admin.register(Listing)
class ListingAdmin(TellingAdmin):
    view_verb = "channel.view"
    list_display = [
        "product_name",
        "channel",
        "state_label",
        "why",
        "since",
        "sent_at",
        "attempts",
        "link",
    ]
    list_filter = ["channel", StandingFilter, "error_class", ProblemFilter]
    search_fields = ["product__sku", "product__label"]
    ordering = ["-id"]
    show_facets = admin.ShowFacets.NEVER
    list_display_links = ["state_label"]
    actions = ["try_again"]
    fields = readonly_fields = [
        "product_name", "channel", "state_name", "why", "since", "sent_at", "link", "problems", "drifted", "sheet", "history",
    ]  # fmt: skip
    empty_sentence = _(
        "A listing is a product on a channel. They come about by themselves once there are products and a channel."
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = (
            with_standing(super().get_queryset(request))
            .select_related("product", "channel")
            .defer("channel__credentials", "product__tokens", "product__search")
        )
        if request.resolver_match and request.resolver_match.url_name == "channels_listing_changelist":
            rows = rows.defer("sent_sheet", "submitted", *(["drift"] if NAMES.sees_all else []))
        return rows

    def tell(self, rows: Sequence[Listing]) -> None:
        told = Told(rows)
        for row in rows:
            row.reason = told.reason(row)

    def has_try_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, "channel.sync")

    @admin.action(description=_("Try again now"), permissions=["try"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Listing]) -> None:
        rows = list(queryset.order_by("pk").values_list("pk", "channel_id")[:500])
        profiles.try_again(listing_ids=[pk for pk, _channel in rows])
        nudge(sorted({channel for _pk, channel in rows}))
        self.message_user(
            request,
            ngettext("%d listing is built and sent anew.", "%d listings are built and sent anew.", len(rows))
            % len(rows),
        )

    @admin.display(description=_("product"), ordering="product__sku")
    def product_name(self, listing: Listing) -> SafeString | str:
        try:
            address = reverse("admin:catalog_product_change", args=[listing.product_id])
        except NoReverseMatch:
            return f"{listing.product} · {listing.product.sku}"
        return format_html(
            '<a href="{}" class="text-link underline">{}</a> · {}',
            address,
            listing.product,
            listing.product.sku,
        )

    @display(description=_("state"), ordering="state", label=COLOURS)
    def state_label(self, listing: Any) -> tuple[str, str]:
        return listing.standing, str(STANDINGS[listing.standing].label)

    @admin.display(description=_("state"))
    def state_name(self, listing: Any) -> str:
        return str(STANDINGS[listing.standing].label)

    @admin.display(description=_("since"), ordering="state_since")
    def since(self, listing: Any) -> datetime:
        return standing.since(listing)

    @admin.display(description=_("why"))
    def why(self, listing: Any) -> str:
        runs = [listing.held_by] if listing.held_by else []
        return standing.why(listing, timezone.now(), runs=runs) or "—"

    @admin.display(description=_("there"))
    def link(self, listing: Listing) -> SafeString | str:
        if not listing.page_there:
            return listing.external_id or "—"
        return format_html(
            '<a href="{}" class="text-link underline" rel="noreferrer" target="_blank">{}</a>',
            listing.page_there,
            listing.external_id or _("Open"),
        )

    @admin.display(description=_("problems"))
    def problems(self, listing: Listing) -> SafeString | str:
        return (
            render_to_string("channels/problems.html", {"errors": Told([listing]).errors(listing)})
            if listing.errors
            else "—"
        )

    @admin.display(description=_("differs on the channel"))
    def drifted(self, listing: Listing) -> SafeString | str:
        drift = Told([listing]).drift(listing)
        return render_to_string("channels/drift.html", {"drift": drift}) if drift else "—"

    @admin.display(description=_("sheet sent last"))
    def sheet(self, listing: Listing) -> SafeString | str:
        return (
            render_to_string("channels/sheet.html", {"sheet": listing.sent_sheet})
            if listing.sent_sheet and NAMES.sees_all  # it may name products that they may not see
            else "—"
        )

    @admin.display(description=_("attempts"))
    def history(self, listing: Listing) -> SafeString | str:
        attempts, told = list(listing.attempts_made.defer("request")[:ATTEMPTS_SHOWN]), Told([listing])
        for attempt in attempts:
            attempt.message = told.message(attempt, listing)
        return render_to_string("channels/attempts.html", {"attempts": attempts}) if attempts else "—"
