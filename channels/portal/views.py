"""The pages of a portal. They read what was sent there, and ask nothing of the catalogue's values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import wraps
from hashlib import blake2b
from typing import Any

from django.conf import settings as installation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.assets import screen_url
from catalog.structure.snapshot import Structure
from catalog.widgets import language_attrs
from channels import profile
from channels.models import PortalPage
from channels.portal import browsing, jsonld, links, sheets
from channels.profile import ChannelSpec

CODE = "portal"  # of the connector
SMALL, LARGE = 320, 960
KEPT_SECONDS = 60  # by caches on the way, for portals that are open to everybody
FORM = 1  # raised with the templates, so that nobody is shown an old form of an unchanged page

View = Callable[..., HttpResponse]


@require_safe
def door(request: HttpRequest, channel: str) -> HttpResponse:
    """To the list in the visitor's language; a partner's link is remembered on the way."""
    spec = _spec(channel)
    response = HttpResponseRedirect(reverse("portal_list", args=[channel, _language_of(request, spec)]))
    patch_cache_control(response, private=True, no_store=True)
    key = request.GET.get("key", "")
    if key and links.partner_of(channel, spec.settings, key):
        response.set_cookie(
            links.COOKIE, key, max_age=links.DAYS * 24 * 3600, path=reverse("portal", args=[channel]), httponly=True,
            secure=installation.SESSION_COOKIE_SECURE, samesite="Lax",
        )  # fmt: skip
    return response


@require_safe
def any_language(request: HttpRequest, channel: str, key: str) -> HttpResponse:
    """The address channels keep: to the page in the visitor's language."""
    spec = _spec(channel)
    response = HttpResponseRedirect(
        reverse("portal_product", args=[channel, _language_of(request, spec), key])
    )
    patch_cache_control(response, private=True, no_store=True)
    return response


def _guarded(view: View) -> View:
    """In the page's language, for who may look; others are told how one gets in, and not what there is."""

    @wraps(view)
    def look(request: HttpRequest, channel: str, locale: str, **more: Any) -> HttpResponse:
        spec = _spec(channel)
        if locale not in spec.locales:
            raise Http404(_("This portal has no such language."))
        with translation.override(_interface(locale)):
            if not links.may_look(request, channel, spec.settings):
                closed = {"lang": language_attrs(locale)}
                response = render(request, "channels/portal/closed.html", closed, status=403)
                patch_cache_control(response, private=True, no_store=True)
                return response
            response = view(request, spec, locale, **more)
            response["Content-Language"] = locale.replace("_", "-")
        is_public = spec.settings.get("access") == links.PUBLIC
        patch_cache_control(response, **({"public": True, "max_age": KEPT_SECONDS} if is_public else {"private": True, "no_cache": True}))  # fmt: skip
        if not is_public:
            response["X-Robots-Tag"] = "noindex"
        return response

    look.policy_verb = None  # type: ignore[attr-defined]
    return look


@require_safe
@_guarded
def listing(request: HttpRequest, spec: ChannelSpec, locale: str) -> HttpResponse:
    """Cards of what is found by `q` and `category`, 24 a page."""
    words, category = request.GET.get("q", "").strip()[:200], request.GET.get("category", "")[:100]
    structure = Structure.current()
    now = browsing.state(spec.id)
    tag = _tag(spec, structure, locale, now, words, category, request.GET.get("page"))
    if tag in request.headers.get("If-None-Match", ""):
        return _tagged(HttpResponseNotModified(), tag)
    page = browsing.listed(
        browsing.found(spec.id, locale, words=words, category=category), request.GET.get("page")
    )
    context = {
        **_frame(spec, locale), "words": words, "category": category, "page": page,
        "entries": [(entry, _small(entry.picture)) for entry in browsing.entries(page)],
        "tree": browsing.tree(spec.id, now, locale, structure, category),
        "languages": _languages(spec, "portal_list"),
    }  # fmt: skip
    return _tagged(render(request, "channels/portal/list.html", context), tag)


@require_safe
@_guarded
def product(request: HttpRequest, spec: ChannelSpec, locale: str, key: str) -> HttpResponse:
    """One product, or a model with its variants."""
    row = PortalPage.objects.filter(channel_id=spec.id, key=key).first()
    if row is None:
        return render(request, "channels/portal/gone.html", _frame(spec, locale), status=404)
    structure = Structure.current()
    named = sheets.references(row.sheet, locale, spec, structure)
    others = PortalPage.objects.filter(channel_id=spec.id, key__in=named).order_by("key")
    known = list(others.values_list("key", flat=True)) if named else []
    tag = _tag(spec, structure, locale, row.hash, known)
    if tag in request.headers.get("If-None-Match", ""):
        return _tagged(HttpResponseNotModified(), tag)
    context = {
        **_of_product(spec, locale, key, row.sheet, structure, known),
        "languages": _languages(spec, "portal_product", key),
    }
    return _tagged(render(request, "channels/portal/product.html", context), tag)


def preview(
    request: HttpRequest,
    spec: ChannelSpec,
    locale: str,
    sheet: Mapping[str, Any],
    structure: Structure,
    *,
    at: datetime,
    back: str,
    languages: Sequence[tuple[str, str, str, str]],
) -> HttpResponse:
    """The page a sheet would become, for people inside: guarded by who calls it. `back` leads to them; `languages` as
    _languages has them."""
    named = sheets.references(sheet, locale, spec, structure)
    known = PortalPage.objects.filter(channel_id=spec.id, key__in=named).values_list("key", flat=True)
    with translation.override(_interface(locale)):
        context = {
            **_of_product(spec, locale, str(sheet.get("sku", "")), sheet, structure, list(known)),
            "is_public": False, "languages": languages, "previewed": at, "back": back,
        }  # fmt: skip
        response = render(request, "channels/portal/product.html", context)
    response["Content-Language"] = locale.replace("_", "-")
    return response


def _of_product(
    spec: ChannelSpec,
    locale: str,
    key: str,
    sheet: Mapping[str, Any],
    structure: Structure,
    known: Sequence[str],
) -> dict[str, Any]:
    page = sheets.page_of(sheet, locale, spec, structure, known=known)
    url = installation.PIM_BASE_URL + reverse("portal_product", args=[spec.code, locale, key])
    data = jsonld.product(sheet, locale, url=url, trail=[label for _code, label in page.trail])
    return {
        **_frame(spec, locale), "product": page, "jsonld": jsonld.script(data), "url": url,
        "pictures": [(picture, _own(screen_url(picture.sha256, LARGE)), _small(picture), _own(picture.url)) for picture in page.pictures],
        "variants": [(variant, _small(variant.picture)) for variant in page.variants],
        "base": installation.PIM_BASE_URL,
    }  # fmt: skip


door.policy_verb = None  # type: ignore[attr-defined]
any_language.policy_verb = None  # type: ignore[attr-defined]


def _spec(channel: str) -> ChannelSpec:
    """Raises Http404 where there is no such portal, or it is switched off."""
    spec = profile.current(Structure.current()).by_code(channel)
    if (
        spec is None
        or spec.code != channel
        or spec.connector != CODE
        or not spec.is_active
        or not spec.locales
    ):
        raise Http404(_("There is no such portal."))
    return spec


def _frame(spec: ChannelSpec, locale: str) -> dict[str, Any]:
    label = spec.labels.get(locale) or spec.label
    return {
        "portal": spec, "heading": spec.settings.get("heading") or label, "contact": spec.settings.get("contact", ""),
        "locale": locale, "lang": language_attrs(locale), "home": reverse("portal_list", args=[spec.code, locale]),
        "is_public": spec.settings.get("access") == links.PUBLIC,
    }  # fmt: skip


def _language_of(request: HttpRequest, spec: ChannelSpec) -> str:
    """The first the browser asks for that the portal has."""
    for wanted in request.headers.get("Accept-Language", "").split(","):
        code = wanted.split(";")[0].strip().replace("-", "_").casefold()
        for fits in (
            lambda own, code=code: own == code,
            lambda own, code=code: own.split("_")[0] == code.split("_")[0],
        ):
            if code and (found := next((one for one in spec.locales if fits(one.casefold())), "")):
                return found
    return spec.locales[0]


def _interface(locale: str) -> str:
    """The language of our own words: the portal's, where this installation speaks it."""
    try:
        return translation.get_supported_language_variant(locale.replace("_", "-").lower())
    except LookupError:
        return installation.LANGUAGE_CODE


def _languages(spec: ChannelSpec, view: str, *key: str) -> list[tuple[str, str, str, str]]:
    """(locale, its tag in HTML, its name, the same page in it)."""
    return [
        (code, code.replace("_", "-"), _name(code), reverse(view, args=[spec.code, code, *key]))
        for code in spec.locales
    ]


def _name(locale: str) -> str:
    """A language in its own words; a locale that Django does not know by its code."""
    try:
        return str(translation.get_language_info(locale.split("_")[0])["name_local"]).capitalize()
    except KeyError:
        return locale


def _tag(*parts: Any) -> str:
    told = [part.profile_rev if isinstance(part, ChannelSpec) else part.version if isinstance(part, Structure) else part for part in (FORM, *parts)]  # fmt: skip
    return quote_etag(blake2b(repr(told).encode(), digest_size=12).hexdigest())


def _tagged(response: HttpResponse, tag: str) -> HttpResponse:
    response["ETag"] = tag
    return response


def _small(picture: sheets.Picture | None) -> str:
    return _own(screen_url(picture.sha256, SMALL)) if picture else ""


def _own(url: str) -> str:
    """Of this host without naming it: the portal may be looked at under another name."""
    return url.removeprefix(installation.PIM_BASE_URL) or url
