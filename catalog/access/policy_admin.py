"""The policy of admin screens: Django's per-model permissions are not used, a role's verbs are.

The admin lets in staff only; whoever has a role is staff (the person's form sees to it), and sees there what the verbs show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest

from catalog.access.policy import can, visible

if TYPE_CHECKING:
    from django.contrib.admin.options import BaseModelAdmin as _Base
else:
    _Base = object


class _Policy(_Base):
    """`view_verb` shows, `edit_verb` adds, changes and deletes; None forbids it to everybody."""

    view_verb: ClassVar[str]
    edit_verb: ClassVar[str | None] = None

    def _may_edit(self, request: HttpRequest) -> bool:
        return self.edit_verb is not None and can(request.user, self.edit_verb)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, self.view_verb, obj) or self._may_edit(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_edit(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_edit(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_edit(request)


class PolicyAdmin(_Policy):
    """In front of the theme's ModelAdmin: every screen, action and autocomplete of the model asks catalog.access."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may_edit(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self._may_edit(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return visible(request.user, super().get_queryset(request))


class PolicyInline(_Policy):
    """In front of the theme's inlines: as the screen they stand on, so the verbs are the same."""
