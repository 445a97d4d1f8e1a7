"""Which packs of rules a channel keeps, what each asks for and where that is written; adjusted here, and never by an upgrade."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Media
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.access import endpoint
from catalog.structure.snapshot import Structure
from channels.admin._board import TABS, channel_of, page_of
from channels.admin._rules_form import DestinationsForm, PackForm
from channels.models import Channel, RulePack
from channels.rules import countries, using
from channels.rules.countries import EU
from channels.rules.packs import PACKS

TABS["rules"] = lambda: _("EU rules")


@never_cache
@require_safe
@endpoint("channel.view")
def view(request: HttpRequest, pk: int) -> HttpResponse:
    return _shown(request, channel_of(request, pk), Structure.current())


@require_POST
@endpoint("channel.edit")
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """`what`: destinations, or a pack's code; `do`: take:<rule> or keep:<rule>, else all of it is saved.

    `rev`: of the profile the page was made from; what was changed since is not saved over.
    """
    channel, structure = channel_of(request, pk), Structure.current()
    what, asked = request.POST.get("what", ""), request.POST.get("do", "")
    if request.POST.get("rev") != str(channel.profile_rev):
        messages.warning(request, _("This channel was changed meanwhile: look again, nothing was saved."))
        return _back(channel, what)
    if what == "destinations":
        return _send_to(request, channel, structure)
    if what not in PACKS:
        raise Http404("There is no such pack.")
    use = _use(channel, what)
    way, _colon, code = asked.partition(":")
    if way in ("take", "keep"):
        if use is None or code not in PACKS[what].by_code:
            raise Http404("There is no such rule.")
        if way == "take":
            using.take_over(use, code, structure, by=request.user.pk)
        else:
            using.keep(use, code)
        messages.success(request, _("Taken over.") if way == "take" else _("Yours stays."))
        return _back(channel, what)
    form = PackForm(request.POST, pack=PACKS[what], use=use, structure=structure)
    if not form.is_valid():
        return _shown(request, channel, structure, refused={what: form}, status=422)
    using.save(
        channel, PACKS[what], is_on=form.cleaned_data["is_on"], families=[int(pk) for pk in form.cleaned_data["families"]],
        categories=[int(pk) for pk in form.cleaned_data["categories"]], rules=form.chosen, structure=structure,
        by=request.user.pk,
    )  # fmt: skip
    messages.success(request, _("Saved. The products it is about are counted anew."))
    return _back(channel, what)


def _send_to(request: HttpRequest, channel: Channel, structure: Structure) -> HttpResponse:
    form = DestinationsForm(request.POST)
    if not form.is_valid():
        return _shown(request, channel, structure, destinations=form, status=422)
    using.send_to(channel, form.cleaned_data["destinations"], structure, by=request.user.pk)
    messages.success(request, _("Saved. The products it is about are counted anew."))
    return _back(channel, "destinations")


def _use(channel: Channel, pack: str) -> RulePack | None:
    return RulePack.objects.filter(channel=channel, pack=pack).select_related("channel").first()


def _back(channel: Channel, what: str) -> HttpResponseRedirect:
    anchor = f"#rules-{what}" if what in (*PACKS, "destinations") else ""
    return HttpResponseRedirect(reverse("admin:channels_channel_rules", args=[channel.pk]) + anchor)


def _shown(
    request: HttpRequest,
    channel: Channel,
    structure: Structure,
    *,
    refused: dict[str, PackForm] | None = None,
    destinations: DestinationsForm | None = None,
    status: int = 200,
) -> HttpResponse:
    uses = {
        use.pack: use
        for use in RulePack.objects.filter(channel=channel).prefetch_related(
            "rules", "families", "categories"
        )
    }
    forms = [
        (refused or {}).get(code) or PackForm(pack=pack, use=uses.get(code), structure=structure)
        for code, pack in PACKS.items()
    ]
    locales = list(channel.locales.values_list("code", flat=True))
    form = destinations or DestinationsForm(initial={"destinations": channel.destinations})
    context: dict[str, Any] = page_of(
        request, channel, "rules", forms=forms, destinations=form,
        in_eu=sorted(str(countries.NAMES[code]) for code in EU.intersection(channel.destinations)),
        unspoken=[str(countries.NAMES[code]) for code in countries.unspoken(locales, channel.destinations)],
        media=sum((each.media for each in forms), form.media + Media(js=["catalog/select_names.js"])),
    )  # fmt: skip
    return TemplateResponse(request, "channels/rules.html", context, status=status)
