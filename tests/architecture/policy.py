"""Which policy guards a view: read off the address patterns, for the matrix of roles × endpoints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.options import BaseModelAdmin
from django.urls import URLPattern, URLResolver
from django.views.generic import RedirectView

from catalog.access import SIGNED_IN, VERBS, PolicyAdmin

# Views without a verb, each with its reason. Anything else without a policy fails the build.
OPEN = {
    "root": "leads to the admin's start page",
    "healthz": "asked by load balancers; says ok or not",
    "set_language": "the login page has a language too",
    "admin:index": "what it lists is asked item by item",
    "admin:app_list": "what it lists is asked item by item",
    "admin:login": "the door",
    "admin:logout": "the way out",
    "admin:password_change": "one's own password",
    "admin:password_change_done": "one's own password",
    "admin:autocomplete": "Django asks the view permission of the model that is searched",
    "admin:jsi18n": "texts of the interface",
    "admin:view_on_site": "no model has a page of its own, so it leads nowhere",
    "admin:search": "the theme's command palette: finds what the sidebar shows",
    "admin:catalog_asset_public": "for channels: guarded by its signature",
    "admin:catalog_asset_public_rendition": "for channels: guarded by its signature",
    "admin:catalog_asset_public_screen": "for portals: guarded by its signature",
    "portal": "a portal's door: open, or guarded by a partner's link",
    "portal_list": "a portal's pages: open, or guarded by a partner's link",
    "portal_product": "a portal's pages: open, or guarded by a partner's link",
    "portal_any_language": "leads to the page in the visitor's language",
    "admin:": "Django's last address: 404, or the same address with a slash",
}
# Methods of a model's screen that ask the screen's permissions, and which one.
SCREENS = {
    "changelist_view": "view",
    "change_view": "view",
    "history_view": "view",
    "add_view": "add",
    "delete_view": "delete",
    "import_action": "import",
    "process_import": "import",
    "export_action": "export",
    "user_change_password": "change",
}


@dataclass(frozen=True)
class Endpoint:
    name: str
    route: str
    pattern: URLPattern
    callback: Callable[..., Any]

    @property
    def inner(self) -> Callable[..., Any]:
        view = self.callback
        while hasattr(view, "__wrapped__") and not isinstance(
            getattr(view, "__self__", None), BaseModelAdmin
        ):
            view = view.__wrapped__
        return view

    @property
    def screen(self) -> PolicyAdmin | None:
        """The model's screen, where the view is one of the methods that ask its permissions."""
        owner = getattr(self.inner, "__self__", None)
        if isinstance(owner, PolicyAdmin) and self.inner.__name__ in SCREENS:
            return owner
        owner = getattr(self.callback, "model_admin", None)
        return (
            owner
            if isinstance(owner, PolicyAdmin) and getattr(self.inner, "view_class", None) is RedirectView
            else None
        )

    @property
    def permission(self) -> str:
        return SCREENS.get(getattr(self.inner, "__name__", ""), "view")

    @property
    def verb(self) -> str | None:
        return getattr(self.callback, "policy_verb", None)

    @property
    def fault(self) -> str | None:
        """What is wrong with its policy, or None."""
        if self.verb is not None:
            return (
                None if self.verb in VERBS or self.verb == SIGNED_IN else f"has the unknown verb {self.verb}"
            )
        return (
            None
            if self.screen is not None or self.name in OPEN
            else "has no policy: put @endpoint(verb) on it"
        )

    def __str__(self) -> str:
        return self.name or self.route


def endpoints(resolver: URLResolver, route: str = "", namespace: str = "") -> Iterator[Endpoint]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield Endpoint(
                f"{namespace}{pattern.name or ''}", route + str(pattern.pattern), pattern, pattern.callback
            )
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from endpoints(pattern, route + str(pattern.pattern), inner)
