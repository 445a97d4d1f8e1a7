"""Import and export on a screen of the structure: asks the screen's verbs, shows what would change before it does."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from import_export.admin import ImportExportModelAdmin
from import_export.tmp_storages import MediaStorage
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from catalog.transfer.formats import FORMATS


class TransferAdmin(ImportExportModelAdmin):
    """In front of a CatalogAdmin, whose permissions it asks."""

    import_export_change_list_template = "catalog/transfer/change_list.html"
    formats = FORMATS
    import_form_class = ImportForm
    export_form_class = ExportForm
    from_encoding = "utf-8-sig"
    tmp_storage_class = MediaStorage  # any web process may get the confirmation
    show_change_form_export = False
    escape_formulae_on_export = False
    skip_admin_log = True

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self._may_edit(request)  # type: ignore[attr-defined]

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not self.has_import_permission(request):
            raise PermissionDenied
        return super().process_import(request, **kwargs)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without "export selected": the button exports what the list shows."""
        actions = super().get_actions(request)
        actions.pop("export_admin_action", None)
        return actions
