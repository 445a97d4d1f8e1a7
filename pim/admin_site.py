"""The admin's site: the theme's, without the work that each page would do for a list it does not show."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from unfold.sites import UnfoldAdminSite


class AdminSite(UnfoldAdminSite):
    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Made by whoever shows it: every page is given it, and it asks for the permissions of all models."""
        return SimpleLazyObject(lambda: super(AdminSite, self).get_app_list(request, app_label))


class SiteConfig(AdminConfig):
    default_site = "pim.admin_site.AdminSite"
