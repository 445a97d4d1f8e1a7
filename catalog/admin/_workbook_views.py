"""The page on which the whole structure goes into a workbook and comes back: export, preview, import."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import admin, messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from import_export.tmp_storages import MediaStorage

from catalog.access import can, endpoint, require
from catalog.codes import CODE_PATTERN
from catalog.models import Category
from catalog.structure.snapshot import Structure
from catalog.transfer import taxonomy, workbook
from catalog.transfer.formats import MAX_UPLOAD
from catalog.transfer.sheets import sheets
from pim.lib.grouped import Grouped

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SALT = "catalog.structure.workbook"
_HOUR = 3600


@never_cache
@endpoint("structure.view")
def page(request: HttpRequest) -> HttpResponse:
    """POST `file`: a preview, nothing changed; with `tree`, of a taxonomy. POST `kept` (what the preview kept): reads it in."""
    report, kept = None, ""
    if request.method == "POST":
        require(request.user, "structure.edit")
        if "kept" in request.POST:
            return _read(request)
        report, kept = _preview_taxonomy(request) if "tree" in request.POST else _preview(request)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Structure as a file"),
        "sheets": [sheet for sheet in sheets() if can(request.user, sheet.view_verb)],
        "report": report,
        "kept": kept,
        "may_edit": can(request.user, "structure.edit"),
        "locales": [spec for spec in Structure.current().locales.values() if spec.is_active],
        "given": request.POST,
    }
    refused = report is not None and report.is_refused
    return TemplateResponse(
        request, "catalog/transfer/workbook.html", context, status=422 if refused else 200
    )


def _preview(request: HttpRequest) -> tuple[workbook.Report, str]:
    given = request.FILES.get("file")
    if given is None:
        return workbook.Report(problems=[_("Choose a workbook first.")]), ""
    return _look_at(request, given.read(MAX_UPLOAD + 1))


def _preview_taxonomy(request: HttpRequest) -> tuple[workbook.Report, str]:
    files, tree = [request.FILES.get(name) for name in ("file", "values")], request.POST["tree"].strip()
    given = [file for file in files if file is not None]
    locale = request.POST.get("locale", "")
    try:
        if files[0] is None:
            raise ValueError(_("Choose a file first."))
        if any(file.size > taxonomy.MAX_FILE for file in given):
            raise ValueError(_("A taxonomy has at most %(limit)d MB.") % {"limit": taxonomy.MAX_FILE >> 20})
        if not re.match(CODE_PATTERN, tree) or len(tree) > 40:
            raise ValueError(_("The tree's code has letters, digits, _ and ., at most 40: google"))
        if locale not in Structure.current().locales:
            raise ValueError(_("Choose the language of the file's names."))
        found = taxonomy.read(*(file.read() for file in given))
        branches = [
            steps for line in request.POST.get("branches", "").splitlines() if (steps := taxonomy.steps(line))
        ]
        known = set(Category.objects.filter(code__startswith=f"{tree}_").values_list("code", flat=True))
        paths = taxonomy.chosen(found.paths, branches, known, tree)
        wanted = (
            {tuple(map(str.casefold, branch)) for branch in branches} if "families" in request.POST else set()
        )
        families = [path for path in paths if tuple(map(str.casefold, path)) in wanted]
        data = taxonomy.workbook(
            found, paths, tree=tree, locale=locale, families=families, structure=Structure.current()
        )
    except ValueError as error:
        return workbook.Report(problems=[str(error)]), ""
    return _look_at(request, data)


def _look_at(request: HttpRequest, data: bytes) -> tuple[workbook.Report, str]:
    report = workbook.read(data, user=request.user, dry_run=True)
    if report.is_refused or not report.changes:
        return report, ""
    storage = MediaStorage()
    storage.save(data)
    return report, signing.dumps([storage.name, request.user.pk], salt=_SALT)


def _read(request: HttpRequest) -> HttpResponse:
    address = reverse("admin:catalog_structure_workbook")
    try:
        name, person = signing.loads(request.POST["kept"], salt=_SALT, max_age=_HOUR)
        storage = MediaStorage(name=name)
        data = storage.read() if person == request.user.pk else None
    except (signing.BadSignature, OSError):
        data = None
    if data is None:
        messages.error(request, _("This preview is too old: choose the workbook again."))
        return HttpResponseRedirect(address)
    report = workbook.read(data, user=request.user)
    storage.remove()
    if report.is_refused:
        messages.error(
            request,
            _(
                "The structure was changed since the preview, and the workbook no longer fits: preview it again."
            ),
        )
    else:
        text = ngettext(
            "The structure was read: %s row is new or changed.",
            "The structure was read: %s rows are new or changed.",
            report.changes,
        )
        messages.success(request, text % Grouped(report.changes))
    return HttpResponseRedirect(address)


@never_cache
@require_safe
@endpoint("structure.view")
def export(request: HttpRequest) -> HttpResponse:
    """The sheets this person may see."""
    name = f"structure-{timezone.localdate():%Y-%m-%d}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(workbook.write(request.user), content_type=XLSX, headers=headers)
