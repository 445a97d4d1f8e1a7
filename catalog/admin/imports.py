"""Imports in the admin: drop a file, map its columns, see the plan, apply it, undo it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path
from unfold.admin import ModelAdmin

from catalog.access import PolicyAdmin
from catalog.importing.screens import columns, mend, overview, pictures, run
from catalog.models.importing import ImportRun
from catalog.takeovers import screens as takeovers


@admin.register(ImportRun)
class ImportRunAdmin(PolicyAdmin, ModelAdmin):
    """Our own views under the model's usual names."""

    view_verb = "import.run"

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        one = "<int:pk>"
        moving = "akeneo/<int:pk>"
        return [
            path("akeneo/", wrap(takeovers.overview), name="catalog_takeover_changelist"),
            path("akeneo/guide/", wrap(takeovers.guide), name="catalog_takeover_guide"),
            path("akeneo/upload/", wrap(takeovers.upload), name="catalog_takeover_upload"),
            path(f"{moving}/", wrap(takeovers.show), name="catalog_takeover_show"),
            path(f"{moving}/progress/", wrap(takeovers.progress), name="catalog_takeover_progress"),
            *(
                path(
                    f"{moving}/{what}/", wrap(takeovers.act), {"what": what}, name=f"catalog_takeover_{what}"
                )
                for what in ("run", "plan", "cancel")
            ),
            path("", wrap(overview.overview), name="catalog_importrun_changelist"),
            path("upload/", wrap(overview.upload), name="catalog_importrun_upload"),
            path(f"{one}/change/", wrap(run.show), name="catalog_importrun_change"),
            path(f"{one}/columns/", wrap(columns.columns), name="catalog_importrun_columns"),
            path(f"{one}/columns/try/", wrap(columns.try_columns), name="catalog_importrun_try"),
            path(f"{one}/columns/options/", wrap(columns.options), name="catalog_importrun_options"),
            path(f"{one}/apply/", wrap(run.apply), name="catalog_importrun_apply"),
            path(f"{one}/mend/", wrap(mend.mend_class), name="catalog_importrun_mend"),
            path(f"{one}/mend/cells/", wrap(mend.mend_cells), name="catalog_importrun_mend_cells"),
            path(f"{one}/mend/check/", wrap(mend.check), name="catalog_importrun_check"),
            path(f"{one}/mend/file/", wrap(mend.take_file), name="catalog_importrun_mend_file"),
            path(f"{one}/progress/", wrap(run.progress), name="catalog_importrun_progress"),
            path(f"{one}/pictures/", wrap(pictures.progress), name="catalog_importrun_pictures"),
            path(f"{one}/pictures/again/", wrap(pictures.again), name="catalog_importrun_pictures_again"),
            path(f"{one}/cancel/", wrap(run.cancel), name="catalog_importrun_cancel"),
            path(f"{one}/undo/", wrap(run.take_back), name="catalog_importrun_undo"),
            *(
                path(
                    f"{one}/plan.{format}",
                    wrap(run.plan_lines),
                    {"format": format},
                    name=f"catalog_importrun_plan_{format}",
                )
                for format in ("csv", "xlsx")
            ),
            path(
                f"{one}/rejected.csv",
                wrap(run.rejected),
                {"format": "csv"},
                name="catalog_importrun_rejected_csv",
            ),
            path(
                f"{one}/rejected.xlsx",
                wrap(run.rejected),
                {"format": "xlsx"},
                name="catalog_importrun_rejected_xlsx",
            ),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return overview.overview(request)
