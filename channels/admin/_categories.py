"""The page on which our categories get the channel's: a page of a hundred at a time, saved together, with suggestions."""

from __future__ import annotations

from collections.abc import Mapping
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
from channels.models import Channel, FieldMapping, Taxonomy

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
    """`field`, `target`: the field, by its id or name; one that is made otherwise is begun: stored with its first category.
    By both: whoever chose it under Fields and preview, where anything may be made of categories."""
    channel = channel_of(request, pk)
    field, why = _field_of(channel, request.GET)
    if why:
        messages.error(request, why)
        return _back(channel)
    return _shown(request, channel, field, request.GET)


def _field_of(channel: Channel, given: Mapping[str, str]) -> tuple[FieldMapping | None, str]:
    """The field that is asked for, or why it cannot be made of categories."""
    target = given.get("target", "").strip()
    pk = _number(given.get("field"))
    field = mapping.field_of(channel, pk, target)
    if field is not None or not target:
        return field, ""
    if len(target) > 100:
        return None, _("Say which of the channel's fields takes its category.")
    if not channel.fields.exists():
        # The first row of a mapping makes it one: nothing else would be sent any more.
        return None, str(_EVERYTHING)
    if not pk and not _is_likely(target) and channel.fields.filter(target=target).exists():
        return None, _("That field is made from something else: change it under Fields and preview.")
    return mapping.begun(channel, target, pk), ""


def _shown(
    request: HttpRequest,
    channel: Channel,
    field: FieldMapping | None,
    given: Mapping[str, str],
    *,
    entered: tuple[Mapping[str, str], Mapping[str, str]] | None = None,
) -> HttpResponse:
    """`entered`: the words that were sent and those they were made from, by our code, where they could not be saved."""
    structure = Structure.current()
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
        only, text = given.get("only", ""), given.get("q", "").strip()
        listed = [
            line
            for line in lines
            if (only != "missing" or line.is_missing)
            and text.casefold() in f"{line.path} {line.spec.code}".casefold()
        ]
        page = Paginator(listed, A_PAGE).get_page(given.get("page"))
        on_it = mapping.with_entered(lines, *entered, indexes) if entered else list(page.object_list)
        page.object_list = mapping.with_suggestions(on_it, structure, indexes)
        stored = channel.fields.filter(pk=field.pk).values_list("source", flat=True).first()
        context |= {
            "page": page, "tally": mapping.tally(lines), "only": only, "q": text, "has_lists": bool(indexes),
            "is_begun": stored != mapping.CATEGORY, "is_made_otherwise": stored is not None, "is_unsaved": entered is not None,
            "query": urlencode({**_named(field), "only": only, "q": text}),
            "sure": sum(suggesting.sure(line.suggestions) is not None for line in page.object_list if not line.above),
        }  # fmt: skip
    return TemplateResponse(
        request, "channels/categories.html", page_of(request, channel, "categories", **context), status=409 if entered else 200
    )  # fmt: skip


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
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """What was entered on a page of the list; `use` ("12:594"): a suggestion for one; `all`: those that are called the same."""
    channel, structure = channel_of(request, pk), Structure.current()
    field, why = _field_of(channel, request.POST)
    where = {name: request.POST.get(name, "") for name in ("only", "q", "page")}
    if field is None:
        if why:
            messages.error(request, why)
        return _back(channel)
    words, shown = _posted(request, "c-", structure), _posted(request, "was-", structure)
    use, _colon, code = request.POST.get("use", "").partition(":")
    if (chosen := structure.categories.get(_number(use))) is not None:
        words[chosen.code] = code
    indexes = taxonomies.indexes(channel)
    taken = 0
    if request.POST.get("all"):
        for line in _without(
            mapping.lines_of(field, channel, structure, indexes), set(words), structure, indexes
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
            _("Somebody changed this channel while you worked on it. Your entries are still here: look them through, and save again to put them over the others."),
        )  # fmt: skip
        channel.refresh_from_db(fields=["profile_rev"])
        return _shown(request, channel, field, request.POST, entered=(words, shown))
    if taken:
        told = ngettext("%d category was taken over.", "%d categories were taken over.", taken) % taken
        messages.success(request, told)
    elif is_changed:
        messages.success(request, _("The categories are saved. What changes by them is sent anew."))
    else:
        messages.info(request, _("Nothing was changed."))
    return _back(channel, **_named(field), **where)


def _posted(request: HttpRequest, prefix: str, structure: Structure) -> dict[str, str]:
    """Our code → what was sent of it."""
    given = {
        _number(name.removeprefix(prefix)): str(value)
        for name, value in request.POST.items()
        if name.startswith(prefix)
    }
    return {structure.categories[pk].code: word for pk, word in given.items() if pk in structure.categories}


@require_POST
@endpoint("channel.edit")
def load(request: HttpRequest, pk: int) -> HttpResponse:
    """The channel's own list, from a file it publishes."""
    channel = channel_of(request, pk)
    file, locale = request.FILES.get("file"), request.POST.get("locale", "")
    field = {name: request.POST.get(name, "") for name in ("field", "target")}
    if file is None or locale not in Structure.current().locales:
        messages.error(request, _("Choose the file, and the language its names are in."))
        return _back(channel, **field)
    try:
        if (file.size or 0) > taxonomies.MOST_BYTES:
            raise ValidationError(_("The file is larger than 5 MB: that is no list of categories."))
        entries = taxonomies.read(file.read())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return _back(channel, **field)
    kept = taxonomies.keep(channel, locale=locale, name=file.name or "", entries=entries, now=timezone.now())
    told = ngettext(
        "%d category of the channel is known now.", "%d categories of the channel are known now.", kept.count
    )
    messages.success(request, told % kept.count)
    return _back(channel, **field)


def _without(lines: Any, shown: set[str], structure: Structure, indexes: Any) -> list[mapping.Line]:
    open_ones = [line for line in lines if line.spec.code in shown and not line.word and not line.above]
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


def _named(field: FieldMapping) -> dict[str, Any]:
    """As _field_of finds it again, be it stored or not."""
    return {"field": field.pk or "", "target": field.target}


def _number(text: Any) -> int:
    return int(text) if str(text or "").isdecimal() else 0


def _back(channel: Channel, **query: Any) -> HttpResponseRedirect:
    address = reverse("admin:channels_channel_categories", args=[channel.pk])
    given = {name: value for name, value in query.items() if value}
    return HttpResponseRedirect(f"{address}?{urlencode(given)}" if given else address)
