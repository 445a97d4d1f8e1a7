"""Pages of what is noted about listings: told as whoever reads may know it (channels.told)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

from catalog.admin.base import CatalogAdmin


class TellingAdmin(CatalogAdmin):
    @abstractmethod
    def tell(self, rows: Sequence[Any]) -> None:
        """Puts into the rows what this person may know of them; nobody saves them."""

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        made = super().get_changelist_instance(request)
        self.tell(list(made.result_list))
        return made

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        row = super().get_object(request, object_id, from_field)
        self.tell([row] if row is not None else [])
        return row
