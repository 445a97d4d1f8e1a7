"""The policy of a view: @endpoint("product.view"). A test walks all addresses and fails on a view that has none."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.access.policy import require
from catalog.access.verbs import SIGNED_IN, check_verb

V = TypeVar("V", bound=Callable[..., Any])


def endpoint(verb: str) -> Callable[[V], V]:
    """Lets in who may `verb` (SIGNED_IN: everybody with a login); others get 403, strangers the admin's login.

    A script's own request (Sec-Fetch-Dest: empty) of a stranger gets 401, since it could do nothing with a login page.
    The verb is only the first question: a view about one product asks visible() or require() for that product.
    """
    if verb != SIGNED_IN:
        check_verb(verb)

    def decorate(view: V) -> V:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                if request.headers.get("Sec-Fetch-Dest") == "empty":
                    return HttpResponse(
                        _("You are signed out: sign in again."), status=401, content_type="text/plain"
                    )
                return redirect_to_login(request.get_full_path(), reverse("admin:login"))
            require(request.user, verb)
            return view(request, *args, **kwargs)

        guarded.policy_verb = verb  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate
