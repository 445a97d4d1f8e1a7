"""Products in the admin: the grid, the product page and what is done from them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path
from unfold.admin import ModelAdmin

from catalog.access import PolicyAdmin, can
from catalog.models import Product
from enrichment import palette, tray
from enrichment.workbench.assigning import views as assigning
from enrichment.workbench.bulk_edit import views as bulk_edit
from enrichment.workbench.calendar import view as calendar
from enrichment.workbench.categories import order, tree
from enrichment.workbench.comments import views as comments
from enrichment.workbench.digest import views as digest
from enrichment.workbench.filtering import views as filtering
from enrichment.workbench.grid import (
    bulk_views,
    columns_view,
    create,
    dry_run_views,
    export_views,
    numbering_views,
    panel,
    suggest,
    translations,
)
from enrichment.workbench.grid import view as grid
from enrichment.workbench.hints import views as hints
from enrichment.workbench.launches import page as launches
from enrichment.workbench.launches import views as launching
from enrichment.workbench.moves import duplicate_view, merge_view, place_views
from enrichment.workbench.page import actions
from enrichment.workbench.page import view as page
from enrichment.workbench.pictures import views as pictures
from enrichment.workbench.presence import views as presence
from enrichment.workbench.proposals import views as proposals
from enrichment.workbench.queue import views as queue
from enrichment.workbench.review import views as review
from enrichment.workbench.rules import views as rules
from enrichment.workbench.saved_views import views as saved_views
from enrichment.workbench.sources import views as sources
from enrichment.workbench.spreadsheet import views as spreadsheet


@admin.register(Product)
class ProductAdmin(PolicyAdmin, ModelAdmin):
    """Our own views under the model's usual names, so that every link of the admin finds them."""

    view_verb = "product.view"
    edit_verb = "product.edit"
    search_fields = ["sku", "label"]

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        one = "<int:product_id>"
        return [
            path("", wrap(grid.page), name="catalog_product_changelist"),
            path("region/", wrap(grid.region), name="catalog_product_region"),
            path("rows/", wrap(grid.rows), name="catalog_product_rows"),
            path("filters/", wrap(panel.filters), name="catalog_product_filters"),
            path("filters/find/", wrap(panel.find_filters), name="catalog_product_find_filters"),
            path("where/", wrap(filtering.build), name="catalog_product_where"),
            path("columns/", wrap(columns_view.choose), name="catalog_product_columns"),
            path("views/add/", wrap(saved_views.add), name="enrichment_view_add"),
            path("views/<int:view>/", wrap(saved_views.change), name="enrichment_view_change"),
            path("views/<int:view>/keep/", wrap(saved_views.keep), name="enrichment_view_keep"),
            path("views/<int:view>/delete/", wrap(saved_views.delete), name="enrichment_view_delete"),
            path("add/", wrap(create.page), name="catalog_product_add"),
            path("suggest/", wrap(suggest.products), name="catalog_product_suggest"),
            path("bulk/", wrap(bulk_views.preview), name="catalog_product_bulk"),
            path("bulk/run/", wrap(bulk_views.run), name="catalog_product_bulk_run"),
            path("bulk/undo/", wrap(bulk_views.undo), name="catalog_product_bulk_undo"),
            path("values/", wrap(bulk_edit.page), name="catalog_product_edit"),
            path("values/run/", wrap(bulk_edit.run), name="catalog_product_edit_run"),
            path("assign/", wrap(assigning.choose), name="catalog_product_assign"),
            path("assign/run/", wrap(assigning.run), name="catalog_product_assign_run"),
            path("translations/", wrap(translations.look), name="catalog_product_translations"),
            path("translations/run/", wrap(translations.run), name="catalog_product_translations_run"),
            path("export/", wrap(export_views.choose), name="catalog_product_export"),
            path("export/run/", wrap(export_views.run), name="catalog_product_export_run"),
            path("number/", wrap(numbering_views.preview), name="catalog_product_number"),
            path("number/run/", wrap(numbering_views.run), name="catalog_product_number_run"),
            path("dry-run/", wrap(dry_run_views.choose), name="catalog_product_dry_run"),
            path("dry-run/start/", wrap(dry_run_views.start), name="catalog_product_dry_run_start"),
            path("calendar/", wrap(calendar.page), name="enrichment_calendar"),
            path("launches/", wrap(launching.choose), name="enrichment_launch_choose"),
            path("launches/run/", wrap(launching.run), name="enrichment_launch_run"),
            path("launches/assign/", wrap(launching.assign), name="enrichment_launch_assign_chosen"),
            path("launches/<int:launch>/assign/", wrap(launches.assign), name="enrichment_launch_assign"),
            path("launches/<int:launch>/", wrap(launches.page), name="enrichment_launch"),
            path("launches/<int:launch>/move/", wrap(launches.move), name="enrichment_launch_move"),
            path("launches/<int:launch>/cancel/", wrap(launches.cancel), name="enrichment_launch_cancel"),
            path("categories/", wrap(tree.page), name="enrichment_category_tree"),
            path("categories/move/", wrap(tree.move), name="enrichment_category_move"),
            path("categories/<int:pk>/", wrap(order.page), name="enrichment_category_order"),
            path("categories/<int:pk>/place/", wrap(order.move), name="enrichment_category_place"),
            path("pictures/", wrap(pictures.begin), name="catalog_product_pictures_begin"),
            path("pictures/<int:pk>/", wrap(pictures.page), name="catalog_product_pictures"),
            path("pictures/<int:pk>/upload/", wrap(pictures.upload), name="catalog_product_pictures_upload"),
            path("pictures/<int:pk>/rule/", wrap(pictures.set_rule), name="catalog_product_pictures_rule"),
            path("pictures/<int:pk>/choose/", wrap(pictures.choose), name="catalog_product_pictures_choose"),
            path("pictures/<int:pk>/write/", wrap(pictures.write), name="catalog_product_pictures_write"),
            path(
                "pictures/<int:pk>/progress/",
                wrap(pictures.progress),
                name="catalog_product_pictures_progress",
            ),
            path("queue/", wrap(queue.page), name="enrichment_queue"),
            path("queue/ids/", wrap(queue.ids), name="enrichment_queue_ids"),
            path("queue/item/", wrap(queue.show), name="enrichment_queue_item"),
            path("queue/save/", wrap(queue.save), name="enrichment_queue_save"),
            path("spreadsheet/", wrap(spreadsheet.page), name="enrichment_spreadsheet"),
            path("spreadsheet/begin/", wrap(spreadsheet.begin), name="enrichment_spreadsheet_begin"),
            path("spreadsheet/ids/", wrap(spreadsheet.ids), name="enrichment_spreadsheet_ids"),
            path("spreadsheet/rows/", wrap(spreadsheet.rows), name="enrichment_spreadsheet_rows"),
            path("spreadsheet/save/", wrap(spreadsheet.save), name="enrichment_spreadsheet_save"),
            path("hints/", wrap(hints.show), name="enrichment_hints"),
            path("hints/mend/", wrap(hints.mend), name="enrichment_hints_mend"),
            path("review/", wrap(review.page), name="enrichment_review"),
            path("review/ids/", wrap(review.ids), name="enrichment_review_ids"),
            path("review/item/", wrap(review.show), name="enrichment_review_item"),
            path("review/decide/", wrap(review.decide), name="enrichment_review_decide"),
            path("proposals/", wrap(proposals.page), name="enrichment_proposals"),
            path("proposals/settle/", wrap(proposals.settle), name="enrichment_proposals_settle"),
            path("sources/", wrap(sources.page), name="enrichment_sources"),
            path("sources/save/", wrap(sources.save), name="enrichment_sources_save"),
            path("sources/count/", wrap(sources.count), name="enrichment_sources_count"),
            path("digest/", wrap(digest.choose), name="enrichment_digest"),
            path("comments/read/", wrap(comments.mark_read), name="enrichment_comments_read"),
            path("rules/", wrap(rules.page), name="enrichment_rules"),
            path("rules/add/", wrap(rules.add), name="enrichment_rule_add"),
            path("rules/<int:rule>/", wrap(rules.change), name="enrichment_rule_change"),
            path("rules/<int:rule>/run/", wrap(rules.run), name="enrichment_rule_run"),
            path("rules/<int:rule>/arrange/", wrap(rules.arrange), name="enrichment_rule_arrange"),
            path("jobs/", wrap(tray.jobs), name="enrichment_jobs"),
            path("find/", wrap(palette.find), name="enrichment_find"),
            path(f"{one}/change/", wrap(page.page), name="catalog_product_change"),
            path(f"{one}/why/", wrap(proposals.why), name="enrichment_why"),
            path(f"{one}/comments/", wrap(comments.show), name="enrichment_comments"),
            path(f"{one}/comments/act/", wrap(comments.act), name="enrichment_comments_act"),
            path(f"{one}/comments/people/", wrap(comments.people), name="enrichment_comments_people"),
            path(f"{one}/assigned/done/", wrap(assigning.done), name="enrichment_assignment_done"),
            path(f"{one}/presence/", wrap(presence.ping), name="enrichment_presence"),
            path(f"{one}/status/", wrap(actions.set_status), name="catalog_product_status"),
            path(f"{one}/enabled/", wrap(actions.set_enabled), name="catalog_product_enabled"),
            path(f"{one}/rename/", wrap(actions.rename), name="catalog_product_rename"),
            path(f"{one}/untrash/", wrap(actions.untrash), name="catalog_product_untrash"),
            path(f"{one}/restore/", wrap(actions.restore), name="catalog_product_restore"),
            path(f"{one}/variants/", wrap(actions.add_variant), name="catalog_product_add_variant"),
            path(f"{one}/move/undo/", wrap(place_views.undo), name="catalog_product_move_undo"),
            path(f"{one}/move/<slug:move>/", wrap(place_views.page), name="catalog_product_move"),
            path(f"{one}/duplicate/", wrap(duplicate_view.page), name="catalog_product_duplicate"),
            path(f"{one}/merge/", wrap(merge_view.page), name="catalog_product_merge"),
            path(f"{one}/push/<str:channel>/", wrap(actions.push), name="catalog_product_push"),
            path(f"{one}/portal/<str:channel>/", wrap(actions.portal), name="catalog_product_portal"),
            path(f"{one}/sheet/<str:channel>/", wrap(actions.sheet), name="catalog_product_sheet"),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return can(request.user, "product.create")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # products go to the trash

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return grid.page(request)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return page.page(request, int(object_id))
