"""The page on which our categories get the channel's: a page of a hundred at a time, saved together, with suggestions."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.access import endpoint
from catalog.structure.snapshot import Structure
from channels.admin._board import TABS, channel_of, page_of
from channels.categories import mapping, suggesting, taxonomies
from channels.connectors import CONNECTORS
from channels.mapping.starting import template_of
from channels.models import Channel, Taxonomy

TABS["categories"] = lambda: _("Categories")
A_PAGE = 100
_EVERYTHING = gettext_lazy(
    "This channel gets every attribute under its own name. Choose under Fields and preview which fields it gets, and then make one of them of categories."
)
LIKELY = ("categor", "kategor", "taxonom", "producttype", "product_type")  # fields that are mostly made so


@never_cache
@require_safe
@endpoint("channel.view")
def view(request: HttpRequest, pk: int) -> HttpResponse:
    channel, structure = channel_of(request, pk), Structure.current()
    field = mapping.field_of(channel, _number(request.GET.get("field")))
    lists = list(
        Taxonomy.objects.filter(connector=taxonomies.owner(channel)).order_by("locale").defer("entries")
    )
    context: dict[str, Any] = {
        "field": field, "lists": lists, "locales": [spec.code for spec in structure.locales.values()],
        "fields": _fields(channel) if field is None else (), "everything": "" if channel.fields.exists() else _EVERYTHING,
        "guide": bool(CONNECTORS.get(channel.connector) and CONNECTORS[channel.connector].guide),
    }  # fmt: skip
    if field is not None:
        indexes = taxonomies.indexes(channel)
        lines = mapping.lines_of(field, channel, structure, indexes)
        only, text = request.GET.get("only", ""), request.GET.get("q", "").strip()
        listed = [
            line
            for line in lines
            if (only != "missing" or line.is_missing)
            and text.casefold() in f"{line.path} {line.spec.code}".casefold()
        ]
        page = Paginator(listed, A_PAGE).get_page(request.GET.get("page"))
        page.object_list = mapping.with_suggestions(list(page.object_list), structure, indexes)
        context |= {
            "page": page, "tally": mapping.tally(lines), "only": only, "q": text, "has_lists": bool(indexes),
            "query": urlencode({"field": field.pk, "only": only, "q": text}),
            "sure": sum(suggesting.sure(line.suggestions) is not None for line in page.object_list if not line.above),
        }  # fmt: skip
    return TemplateResponse(
        request, "channels/categories.html", page_of(request, channel, "categories", **context)
    )


@never_cache
@require_safe
@endpoint("channel.view")
def found(request: HttpRequest, pk: int) -> HttpResponse:
    """The channel's categories that a text means, for who types."""
    channel = channel_of(request, pk)
    entries = taxonomies.search(taxonomies.indexes(channel), request.GET.get("q", "")[:200])
    return JsonResponse({"found": [{"code": one.code, "path": one.path} for one in entries]})


@require_POST
@endpoint("channel.edit")
def make(request: HttpRequest, pk: int) -> HttpResponse:
    """Makes a field of the channel from categories."""
    channel = channel_of(request, pk)
    target = request.POST.get("target", "").strip()
    if not target or len(target) > 100:
        messages.error(request, _("Say which of the channel's fields takes its category."))
        return _back(channel)
    if not channel.fields.exists():
        # The first row of a mapping makes it one: nothing else would be sent any more.
        messages.error(request, _EVERYTHING)
        return _back(channel)
    if not _is_likely(target) and channel.fields.filter(target=target).exists():
        messages.error(
            request, _("That field is made from something else: change it under Fields and preview.")
        )
        return _back(channel)
    try:
        field = mapping.start(
            channel, target, profile_rev=_number(request.POST.get("revision")), by=request.user.pk
        )
    except mapping.ChangedMeanwhile:
        messages.error(request, _("Somebody changed this channel meanwhile: look at it again."))
        return _back(channel)
    return _back(channel, field=field.pk)


@require_POST
@endpoint("channel.edit")
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """What was entered on a page of the list; `use` ("12:594"): a suggestion for one; `all`: those that are called the same."""
    channel, structure = channel_of(request, pk), Structure.current()
    field = mapping.field_of(channel, _number(request.POST.get("field")))
    where = {name: request.POST.get(name, "") for name in ("only", "q", "page")}
    if field is None:
        return _back(channel)
    posted = {_number(name[2:]): value for name, value in request.POST.items() if name.startswith("c-")}
    words = {
        spec.code: str(word)
        for number, word in posted.items()
        if (spec := structure.categories.get(number)) is not None
    }
    use, _colon, code = request.POST.get("use", "").partition(":")
    if (chosen := structure.categories.get(_number(use))) is not None:
        words[chosen.code] = code
    indexes = taxonomies.indexes(channel)
    taken = 0
    if request.POST.get("all"):
        for line in _without(
            mapping.lines_of(field, channel, structure, indexes), set(posted), structure, indexes
        ):
            if not words.get(line.spec.code, "").strip() and (one := suggesting.sure(line.suggestions)):
                words[line.spec.code], taken = one.entry.code, taken + 1
    try:
        is_changed = mapping.save(
            channel,
            field,
            words,
            profile_rev=_number(request.POST.get("revision")),
            by=request.user.pk,
            indexes=indexes,
        )
    except mapping.ChangedMeanwhile:
        messages.error(
            request,
            _("Somebody changed this channel meanwhile: look at it again, and enter yours once more."),
        )
        return _back(channel, field=field.pk, **where)
    if taken:
        told = ngettext("%d category was taken over.", "%d categories were taken over.", taken) % taken
        messages.success(request, told)
    elif is_changed:
        messages.success(request, _("The categories are saved. What changes by them is sent anew."))
    else:
        messages.info(request, _("Nothing was changed."))
    return _back(channel, field=field.pk, **where)


@require_POST
@endpoint("channel.edit")
def load(request: HttpRequest, pk: int) -> HttpResponse:
    """The channel's own list, from a file it publishes."""
    channel = channel_of(request, pk)
    file, locale = request.FILES.get("file"), request.POST.get("locale", "")
    field = _number(request.POST.get("field"))
    if file is None or locale not in Structure.current().locales:
        messages.error(request, _("Choose the file, and the language its names are in."))
        return _back(channel, field=field)
    try:
        if (file.size or 0) > taxonomies.MOST_BYTES:
            raise ValidationError(_("The file is larger than 5 MB: that is no list of categories."))
        entries = taxonomies.read(file.read())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return _back(channel, field=field)
    kept = taxonomies.keep(channel, locale=locale, name=file.name or "", entries=entries, now=timezone.now())
    told = ngettext(
        "%d category of the channel is known now.", "%d categories of the channel are known now.", kept.count
    )
    messages.success(request, told % kept.count)
    return _back(channel, field=field)


def _without(lines: Any, shown: set[int], structure: Structure, indexes: Any) -> list[mapping.Line]:
    open_ones = [line for line in lines if line.spec.id in shown and not line.word and not line.above]
    return mapping.with_suggestions(open_ones, structure, indexes)


def _is_likely(target: str) -> bool:
    return any(part in target.casefold() for part in LIKELY)


def _fields(channel: Channel) -> list[tuple[str, str, bool]]:
    """(target, label, whether something else makes it now) of the fields that may be made of categories: those that are
    called so, first; of the others only what is not sent yet, so that no title is lost by a press."""
    known = {entry.target: str(entry.label) for entry in template_of(channel.connector, channel.settings)}
    made = list(channel.fields.order_by("position").values_list("target", flat=True))
    for target in made:
        known.setdefault(target, target)
    offered = [
        (target, label, target in made)
        for target, label in known.items()
        if target not in made or _is_likely(target)
    ]
    return sorted(offered, key=lambda each: not _is_likely(each[0]))


def _number(text: Any) -> int:
    return int(text) if str(text or "").isdecimal() else 0


def _back(channel: Channel, **query: Any) -> HttpResponseRedirect:
    address = reverse("admin:channels_channel_categories", args=[channel.pk])
    given = {name: value for name, value in query.items() if value}
    return HttpResponseRedirect(f"{address}?{urlencode(given)}" if given else address)
