"""Products that a value points at are named only to who may see them."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from catalog.structure.product_names import NAMES


def reader_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    def respond(request: HttpRequest) -> HttpResponse:
        with NAMES.read_by(request.user):  # lazy: a page that names no products does not ask who looks
            return get_response(request)

    return respond
