"""The hints over HTTP: what the texts of a page break or could take over, and one text mended."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import Http404, HttpRequest, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from catalog import glossary
from catalog.access import endpoint
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.attribute_types.richtext import sanitised
from catalog.glossary import Finding, Glossary
from catalog.models import User
from enrichment.memory.finding import Earlier, Wanted, earlier
from enrichment.workbench.differences import difference
from enrichment.workbench.hints import asked
from enrichment.workbench.hints.asked import Asked, Text


@never_cache
@require_POST
@endpoint("product.edit")
def show(request: HttpRequest) -> JsonResponse:
    """As asked.read: {fields: {key: {words: html, memory: html}}}, html "" where there is nothing to tell; `memory` only where
    it is asked for (`memory` not empty). Nothing is written."""
    found = asked.read(request)
    words = Glossary.current(found.structure)
    fields = {text.key: {"words": _words(text, words)} for text in found.texts}
    if request.POST.get("memory"):
        for key, html in _memory(found, request.user).items():
            fields[key]["memory"] = html
    return JsonResponse({"fields": fields})


@never_cache
@require_POST
@endpoint("product.edit")
def mend(request: HttpRequest) -> JsonResponse:
    """As asked.read with one text, and `code` and `found` of what is told of it: {text}, the field's text with the glossary's
    word in its place. Nothing is written. 404 where nothing like it is told any more."""
    found = asked.read(request)
    words = Glossary.current(found.structure)
    for text in found.texts[:1]:
        for finding in _findings(text, words):
            if (finding.code, finding.found) == (request.POST.get("code"), request.POST.get("found")):
                raw = sanitised(text.raw) if text.spec.type == "richtext" else text.raw
                find, by = glossary.mended(finding, words.of(text.locale))
                return JsonResponse({"text": ATTRIBUTE_TYPES[text.spec.type].replaced(raw, find, by)})
    raise Http404(_("This was mended meanwhile."))


def _memory(found: Asked, user: User) -> dict[str, str]:
    own = frozenset(level.product_id for level in found.bundle.levels)
    texts = {text.key: text for text in found.texts}
    wanted = [
        Wanted(text.key, text.spec, text.locale, text.source_locale, text.plain(text.source), own)
        for text in found.texts
    ]
    offered = earlier(wanted, user=user, structure=found.structure)
    return {key: _offered(text, offered.get(key, ())) for key, text in texts.items()}


def _offered(text: Text, listed: Iterable[Earlier]) -> str:
    source, own = text.plain(text.source), text.own
    shown = [
        (each, difference(each.source, source) if each.source else [])
        for each in listed
        if each.plain.split() != own.split()
    ]
    return render_to_string("enrichment/hints/memory.html", {"text": text, "listed": shown}) if shown else ""


def _words(text: Text, words: Glossary) -> str:
    findings = _findings(text, words)
    if not findings:
        return ""
    wrong = [finding for finding in findings if finding.kind != "missing"]
    open_terms = [finding for finding in findings if finding.kind == "missing"]
    context = {"text": text, "wrong": wrong, "open": open_terms, "is_empty": not text.own}
    return render_to_string("enrichment/hints/words.html", context)


def _findings(text: Text, words: Glossary) -> list[Finding]:
    source = text.plain(text.source) if text.source else ""
    return glossary.check(
        text.own, words.of(text.locale), source=source, source_words=words.of(text.source_locale)
    )
