"""Jobs: what runs, how far it is, what became of it. Started elsewhere; here they can be stopped."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from unfold.decorators import display

from catalog.access import SIGNED_IN, can, endpoint, require
from catalog.admin.base import CatalogAdmin
from catalog.exporting import stored
from catalog.jobs import cancel
from catalog.models import Job

STATE_COLOURS = {
    "queued": "",
    "running": "info",
    "done": "success",
    "failed": "danger",
    "cancelled": "warning",
}


@require_POST
@endpoint(SIGNED_IN)
def cancel_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Of one's own jobs, and of all with job.cancel. A script's gets {message}, which no later page says again."""
    row = Job.objects.defer("params", "log").filter(pk=pk).first()
    if row is None:
        raise Http404("There is no such job.")
    require(request.user, "job.cancel", row)
    is_stopped = cancel(pk)
    told = (_("%(job)s will stop.") if is_stopped else _("%(job)s had ended already.")) % {"job": row}
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"message": told})
    messages.add_message(request, messages.SUCCESS if is_stopped else messages.INFO, told)
    if not can(request.user, "job.view"):
        return HttpResponseRedirect(reverse("admin:index"))
    return HttpResponseRedirect(reverse("admin:catalog_job_change", args=[pk]))


@never_cache
@require_safe
@endpoint("export.run")
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The file a job made, for who asked for it. Not by job.view: the file holds what that person may see."""
    row = Job.objects.filter(pk=pk).first()
    found = stored.file_of(row) if row and stored.may_have(request.user, row) else None
    if found is None:
        raise Http404("There is no such file.")
    name, filename = found
    try:
        content = default_storage.open(name)
    except FileNotFoundError as error:
        raise Http404("The file was removed meanwhile.") from error
    mime = stored.MIMES.get(filename.rpartition(".")[2], "application/octet-stream")
    response = FileResponse(content, as_attachment=True, filename=filename, content_type=mime)
    response["Cache-Control"] = "private, no-store"
    return response


@admin.register(Job)
class JobAdmin(CatalogAdmin):
    view_verb = "job.view"
    list_display = ["title_or_kind", "state_label", "progress", "message", "created_by", "created_at"]
    list_filter = ["state", "queue", "kind"]
    list_select_related = ["created_by"]
    search_fields = ["title", "kind", "message"]
    show_full_result_count = False
    actions = ["cancel_selected"]
    fields = readonly_fields = [
        "title_or_kind", "kind", "state_text", "progress", "message", "error", "created_by", "created_at", "started_at",
        "finished_at", "attempts", "result", "log_lines",
    ]  # fmt: skip
    change_form_outer_before_template = "catalog/jobs/cancel.html"
    empty_sentence = _(
        "Long work is done by jobs: imports, changes of many products. None has been started yet."
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        if request.resolver_match and request.resolver_match.url_name == "catalog_job_changelist":
            rows = rows.defer("log", "result", "params", "error")
        return rows

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/cancel/", wrap(cancel_one), name="catalog_job_cancel"),
            path("<int:pk>/file/", wrap(download), name="catalog_job_file"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        running = (
            row is not None
            and row.state in (Job.State.QUEUED, Job.State.RUNNING)
            and not row.cancel_requested
        )
        extra = {
            "job": row,
            "may_download": row is not None and stored.file_of(row) and stored.may_have(request.user, row),
            "may_cancel": running and can(request.user, "job.cancel", row),
            **(extra_context or {}),
        }
        return super().change_view(request, object_id, form_url, extra)

    def has_cancel_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, "job.cancel")

    @admin.action(description=_("Cancel"), permissions=["cancel"])
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        stopped = sum(cancel(pk) for pk in queryset.values_list("pk", flat=True)[:500])
        self.message_user(request, ngettext("%d job will stop.", "%d jobs will stop.", stopped) % stopped)

    @admin.display(description=_("job"), ordering="-id")
    def title_or_kind(self, job: Job) -> str:
        return str(job)

    @display(description=_("state"), ordering="state", label=STATE_COLOURS)
    def state_label(self, job: Job) -> tuple[str, str]:
        return job.state, self.state_text(job)

    @admin.display(description=_("state"))
    def state_text(self, job: Job) -> str:
        if job.cancel_requested and job.state == Job.State.RUNNING:
            return str(_("Stopping"))
        return job.get_state_display()

    @admin.display(description=_("progress"))
    def progress(self, job: Job) -> SafeString | str:
        if not job.total and not job.done:
            return "—"
        percent = min(100, job.done * 100 // job.total) if job.total else None
        return render_to_string("catalog/jobs/progress.html", {"job": job, "percent": percent})

    @admin.display(description=_("log"))
    def log_lines(self, job: Job) -> SafeString | str:
        return render_to_string("catalog/jobs/log.html", {"lines": job.log}) if job.log else "—"
