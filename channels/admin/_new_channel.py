"""A new channel: first what kind it is, with its guide; then a form that is filled as far as it can be."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog import guides
from catalog.access import endpoint
from catalog.models import Category, Context, Currency, Locale
from catalog.structure.announce import announce
from channels.connectors import CONNECTORS
from channels.mapping.starting import Started
from channels.models import Channel

RULES = "eu-rules"


def choose(request: HttpRequest) -> HttpResponse:
    kinds = [
        {
            "code": code,
            "label": kind.label,
            "sentence": kind.sentence,
            "guide": _guide_address(code),
            "fields": len(kind.template({})),
        }
        for code, kind in CONNECTORS.items()
    ]
    context = {**admin.site.each_context(request), "title": _("What kind of channel?"), "kinds": kinds}
    return TemplateResponse(request, "channels/choose.html", context)


@endpoint("channel.view")
def guide(request: HttpRequest, connector: str) -> HttpResponse:
    """The guide of docs/channels, as it stands in this installation: of a connector, or of the packs of rules."""
    kind = CONNECTORS.get(connector)
    if connector == RULES and (text := guides.text(f"channels/{RULES}.md")):
        context = {**admin.site.each_context(request), "title": _("EU rules"), "text": text}
        return TemplateResponse(request, "channels/guide.html", context)
    text = guides.text(f"channels/{kind.guide}.md") if kind is not None and kind.guide else ""
    if kind is None or not text:
        raise Http404(_("There is no such guide."))
    context = {**admin.site.each_context(request), "title": kind.label, "connector": connector, "text": text}
    return TemplateResponse(request, "channels/guide.html", context)


def guide_link(connector: str) -> SafeString:
    address = _guide_address(connector)
    return (
        format_html('<a class="inline-block px-3 py-2 text-primary-600 dark:text-primary-500 underline" href="{}" target="_blank">{}</a>', address, _("The guide: what to prepare, and what each setting does"))
        if address else mark_safe("")
    )  # fmt: skip


def _guide_address(connector: str) -> str:
    kind = CONNECTORS.get(connector)
    return (
        reverse("admin:channels_channel_guide", args=[connector]) if kind is not None and kind.guide else ""
    )


def initial(connector: str) -> dict[str, Any]:
    """What a new channel mostly is: named by its kind, in every active currency and language that stands for itself (falls
    back to no other), with the only category tree there is."""
    code, taken = connector, {found.casefold() for found in Channel.objects.values_list("code", flat=True)}
    taken |= {
        found.casefold() for found in Context.objects.exclude(channel=None).values_list("code", flat=True)
    }
    number = 2
    while code.casefold() in taken:
        code, number = f"{connector}_{number}", number + 1
    locales = list(Locale.objects.filter(is_active=True, fallback=None).order_by("position", "code"))
    trees = list(Category.objects.filter(parent=None)[:2])
    return {
        "connector": connector,
        "code": code,
        "labels": {locales[0].code: str(CONNECTORS[connector].label)} if locales else {},
        "locales": [locale.pk for locale in locales],
        "currencies": list(Currency.objects.filter(is_active=True).values_list("pk", flat=True)),
        "category_tree": trees[0].pk if len(trees) == 1 else None,
    }


def check_own_context(code: str) -> None:
    """Raises ValidationError where a context of the channel's own cannot be made, nor one that waits for it be taken."""
    found = Context.objects.filter(code__iexact=code).select_related("channel").first()
    if found is not None and (found.kind != Context.Kind.CHANNEL or hasattr(found, "channel")):
        raise ValidationError(
            _(
                "There is a context '%s' already, and it is not free: choose one, or give the channel another code."
            )
            % code
        )


def own_context(channel: Channel, *, by: int) -> Context:
    """In the transaction that makes the channel."""
    found = Context.objects.filter(code__iexact=channel.code).first()
    if found is None:
        found = Context.objects.create(code=channel.code, labels=channel.labels, kind=Context.Kind.CHANNEL)
        announce("context", [found.pk], by=by)
    return found


def tell(request: HttpRequest, channel: Channel, started: Started) -> None:
    count = len(started.made)
    messages.success(
        request,
        ngettext(
            "%(channel)s is there. %(count)d field was made, from the attribute it surely means.",
            "%(channel)s is there. %(count)d fields were made, each from the attribute it surely means.",
            count,
        )
        % {"channel": channel, "count": count},
    )
    if started.gaps:
        messages.warning(
            request,
            _("Say what these are made from, the channel lists nothing without them: %s.")
            % ", ".join(started.gaps),
        )
