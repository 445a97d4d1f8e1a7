"""The page on which a channel's fields are made: one form for all of them, saved as a whole, with a real product beside it.

Everything is a POST of the whole form. `do` names what else than saving is asked: it changes the drafts and shows them
again, so that the page works without a script and nothing entered is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from catalog.access import can, endpoint, require, visible
from catalog.structure.snapshot import Structure
from channels import profile
from channels.admin import _mapping_preview, _mapping_rows
from channels.connectors import CONNECTORS
from channels.mapping import drafts, gaps, saving
from channels.mapping.drafts import Draft, Step
from channels.mapping.recognising import suggestions
from channels.mapping.starting import template_of
from channels.mapping.template import TemplateField
from channels.models import Channel
from channels.sheets.transforms import TRANSFORMS


def _channel(request: HttpRequest, pk: int) -> Channel:
    channel = visible(request.user, Channel).filter(pk=pk).first()
    if channel is None:
        raise Http404(_("There is no such channel."))
    return channel


@never_cache
@endpoint("channel.view")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows what is stored (`product`: the SKU to preview). POST saves, or does to the drafts what `do` says."""
    channel, structure = _channel(request, pk), Structure.current()
    template = template_of(channel.connector, channel.settings)
    if request.method != "POST":
        listed = _stored(channel, template, structure)
        return _shown(request, channel, listed, template, structure, sku=request.GET.get("product", ""))
    require(request.user, "channel.edit")
    listed, sku = _posted(request), request.POST.get("product", "").strip()
    if asked := request.POST.get("do", ""):
        opened = _done(asked, listed, template, structure, request)
        return _shown(request, channel, listed, template, structure, sku=sku, opened=opened)
    begun = saving.begun(channel.pk, saving.check(listed, structure))
    if any(draft.errors for draft in listed):
        return _shown(request, channel, listed, template, structure, sku=sku, status=422)
    try:
        is_changed = saving.save(
            channel.pk,
            listed,
            template,
            structure,
            profile_rev=_revision(request),
            by=request.user.pk,
            begun=begun,
        )
    except saving.ChangedMeanwhile:
        messages.error(
            request,
            _("Somebody changed this channel while you worked on it. Your entries are still here: look them through, and save again to put them over the others."),
        )  # fmt: skip
        return _shown(request, channel, listed, template, structure, sku=sku, status=409)
    if is_changed:
        gaps.ask_if_small(channel, by=request.user.pk)
        messages.success(request, _("The fields are saved. What changes by them is sent anew."))
    elif not begun:
        messages.info(request, _("Nothing was changed."))
    return _to_categories(request, channel, begun) if begun else HttpResponseRedirect(_address(channel, sku))


def _to_categories(request: HttpRequest, channel: Channel, begun: Sequence[Draft]) -> HttpResponseRedirect:
    text = _("%(fields)s: nothing has changed yet. Choose a first category, then it is made of categories.")
    page = reverse("admin:channels_channel_categories", args=[channel.pk])
    places = [
        (f"{page}?{urlencode({'field': draft.pk, 'target': draft.target})}", draft.target) for draft in begun
    ]
    before, _mark, after = text.partition("%(fields)s")
    links = format_html_join(", ", '<a class="text-link underline" href="{}">{}</a>', places)
    messages.info(request, format_html("{}{}{}", before, links, after))
    return HttpResponseRedirect(places[0][0])


@require_POST
@endpoint("channel.edit")
def count(request: HttpRequest, pk: int) -> HttpResponse:
    channel = _channel(request, pk)
    if not gaps.is_counting(channel):
        gaps.ask(channel, by=request.user.pk)
    messages.info(
        request, _("Every product's sheet is built and looked at. The tray above shows how far it is.")
    )
    return HttpResponseRedirect(_address(channel, request.POST.get("product", "")))


def _address(channel: Channel, sku: str) -> str:
    address = reverse("admin:channels_channel_mapping", args=[channel.pk])
    return f"{address}?{urlencode({'product': sku})}" if sku else address


def _revision(request: HttpRequest) -> int:
    given = request.POST.get("revision", "")
    return int(given) if given.isdecimal() else 0


def _stored(channel: Channel, template: Sequence[TemplateField], structure: Structure) -> list[Draft]:
    rows = list(channel.fields.select_related("family").order_by("position", "pk"))
    sent = {row.target for row in rows if row.family_id is None}
    listed = [drafts.of_row(row, structure) for row in rows]
    return [*listed, *(drafts.of_template(entry) for entry in template if entry.target not in sent)]


def _posted(request: HttpRequest) -> list[Draft]:
    given = request.POST.get("rows", "")
    data = request.POST.dict()
    return [
        drafts.read(data, f"r{number}-")
        for number in range(min(int(given) if given.isdecimal() else 0, 2000))
    ]


def _done(
    asked: str,
    listed: list[Draft],
    template: Sequence[TemplateField],
    structure: Structure,
    request: HttpRequest,
) -> int | None:
    """Does to the drafts what was asked ("step:3"); the number of the one to open, or None."""
    verb, _colon, place = asked.partition(":")
    number = int(place) if place.isdecimal() else -1
    if verb == "field" and (target := request.POST.get("new-target", "").strip()):
        listed.append(Draft(target, kind="attribute"))
        return len(listed) - 1
    if not 0 <= number < len(listed):
        return None
    draft, entry = (
        listed[number],
        next((field for field in template if field.target == listed[number].target), None),
    )
    if verb == "take" and entry is not None:
        drafts.take(draft, entry)
    elif verb == "keep":
        draft.seen = True
    elif verb == "step" and (name := request.POST.get(f"r{number}-add", "")) in TRANSFORMS:
        draft.steps.append(Step(name))
    elif verb == "words":
        draft.words = {}
    elif verb == "plain":
        draft.words = None
    elif verb == "use":
        draft.kind, draft.text = (
            "attribute",
            drafts.called(request.POST.get(f"r{number}-perhaps", ""), structure),
        )
    elif verb == "family" and (family := request.POST.get(f"r{number}-family-add", "")):
        listed.append(
            Draft(
                draft.target,
                0,
                family,
                draft.kind,
                draft.text,
                draft.localized,
                draft.required,
                dict(draft.limits),
                list(draft.steps),
                draft.words,
            )
        )
        return len(listed) - 1
    if verb in ("words", "suggest") and (spec := draft.attribute(structure)) is not None:
        words = [word for part in draft.limits.get("allowed", "").split(",") if (word := part.strip())]
        draft.words = {**suggestions(entry, spec.options, words), **(draft.words or {})}
    return number


def _shown(
    request: HttpRequest,
    channel: Channel,
    listed: list[Draft],
    template: Sequence[TemplateField],
    structure: Structure,
    *,
    sku: str = "",
    opened: int | None = None,
    status: int = 200,
) -> HttpResponse:
    is_asked = status == 200 and request.method == "POST"
    for draft in listed:
        draft.errors.clear()
    told = saving.check(listed, structure)
    if status == 422:
        saving.begun(channel.pk, told)
    checked = {id(draft): values for draft, values in told}
    found = gaps.known(channel)
    spec = profile.current(structure).by_id[channel.pk]
    rows = _mapping_rows.rows_of(channel, listed, template, structure, checked, found)
    skus = _mapping_preview.suggested(spec, request.user)
    chosen = sku or next(iter(skus), "")
    preview = _mapping_preview.show(chosen, rows, spec, structure, request.user) if chosen else None
    for row in _mapping_rows.every(rows):
        if is_asked:  # what is still to be filled in is told when it is saved
            row.draft.errors.clear()
        row.is_open = (
            row.number == opened
            or bool(row.draft.errors)
            or any(own.number == opened for own in row.families)
        )
    context = {
        **admin.site.each_context(request),
        "title": _("Fields of %(channel)s") % {"channel": channel},
        "channel": channel,
        "kind": CONNECTORS[channel.connector].label if channel.connector in CONNECTORS else channel.connector,
        "has_template": bool(template),
        "groups": _mapping_rows.groups_of(rows),
        "count": len(listed),
        "missing": [row for row in rows if row.is_missing],
        "gaps": found,
        "counted_at": parse_datetime(found.at) if found else None,
        "broken": [row for row in rows if row.gap],
        "is_counting": gaps.is_counting(channel),
        "preview": preview,
        "skus": skus,
        "attributes": _mapping_rows.attributes(structure),
        "families": [(family.code, family.label()) for family in structure.families.values()],
        "transforms": [(name, known.label) for name, known in TRANSFORMS.items()],
        "revision": _revision(request) if is_asked or status == 422 else channel.profile_rev,
        "may_edit": can(request.user, "channel.edit"),
        "is_wrong": status == 422,
        "anchor": f"row-{opened}" if opened is not None else "",
    }
    return TemplateResponse(request, "channels/mapping/page.html", context, status=status)
