"""The form that combines conditions: the server draws it anew after each step, so it works without script."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from catalog.access import endpoint, rights_of
from catalog.search.folding import folded
from catalog.structure.snapshot import Structure
from channels import profile as channel_profiles
from enrichment.workbench.filtering import draft, grammar
from enrichment.workbench.filtering.combined import Combined, Subjects
from enrichment.workbench.filtering.draft import Box, Row
from enrichment.workbench.grid.filters import ATTRIBUTE_PREFIX
from enrichment.workbench.grid.query import capped_count, parse

OFFERED = 200  # attributes in a list of what to ask for; of more, those that are looked for

JOINS = (
    ("and", gettext_lazy("all of these")),
    ("or", gettext_lazy("any of these")),
    ("none", gettext_lazy("none of these")),
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@endpoint("product.view")
def build(request: HttpRequest) -> HttpResponse:
    """By GET for the grid's address. By POST its `query`, the form (draft.read), and `do`: "add:-1", "nest:", "drop:-1-0" with
    a path, or "show", which leads to the grid. `fragment=1`: without the page around it."""
    structure = Structure.current()
    profiles = channel_profiles.current(structure)
    subjects = Subjects(structure, profiles, rights_of(request.user), request.user.pk or 0)
    posted = request.method == "POST"
    params = QueryDict(request.POST.get("query", "") if posted else request.GET.urlencode(), mutable=True)
    for name in ("fragment", "after", "before"):
        params.pop(name, None)
    if posted:
        box = draft.read(request.POST, subjects)
    else:
        box = draft.of_group(Combined.of(params.get("where", ""), subjects).usable, subjects)
        if not box.parts:
            box, _focus = draft.done(box, "add", "")
    verb, _colon, path = request.POST.get("do", "").partition(":")
    box, focus = draft.done(box, verb, path)
    draft.renamed(box)
    try:
        params["where"] = grammar.write(draft.group_of(box))
        is_too_long = False
    except grammar.Misspelt:
        is_too_long = True
    if not params.get("where"):
        params.pop("where", None)
    wrong = [row for row in box.rows() if row.errors]
    if verb == "show" and not wrong and not is_too_long:
        return HttpResponseRedirect(
            f"{reverse('admin:catalog_product_changelist')}?{params.urlencode() or 'view=all'}"
        )
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Conditions"),
        "box": box,
        "joins": [(code, label) for code, label in JOINS],
        "query": params.urlencode(),
        "focus": focus,
        "is_too_long": is_too_long,
        "is_full": len(box.rows()) >= grammar.MOST,
        "most": grammar.MOST,
        "back": f"{reverse('admin:catalog_product_changelist')}?{params.urlencode()}",
        "find": request.POST.get("find", ""),
        **offered(subjects, box, request.POST.get("find", "")),
    }
    if not is_too_long:
        query = parse(params, request.user, structure, profiles)
        count, more = capped_count(query.products())
        context |= {"count": count, "count_more": more, "sentence": query.combined.sentence()}
    is_fragment = (request.POST if posted else request.GET).get("fragment") == "1"
    template = "form" if is_fragment else "page"
    return TemplateResponse(request, f"enrichment/filtering/{template}.html", context)


def offered(subjects: Subjects, box: Box, find: str) -> dict[str, Any]:
    """What can be asked for, by group; of very many attributes those in use, and those whose name has what is typed."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for subject in subjects.own():
        groups.setdefault(str(subject.group), []).append((subject.name, str(subject.label)))
    used = {row.name for row in box.rows() if isinstance(row, Row)}
    wanted = folded(find.strip()[:100])
    seen = [
        spec
        for spec in subjects.structure.attributes.values()
        if subjects.rights.may_view_key(spec, None, None)
    ]
    many = len(seen) > OFFERED
    listed = 0
    for spec in seen:
        name = f"{ATTRIBUTE_PREFIX}{spec.code}"
        if many and name not in used:
            if (
                not wanted
                or (wanted not in folded(spec.label()) and wanted not in spec.code.lower())
                or listed >= OFFERED
            ):
                continue
            listed += 1
        known = subjects.structure.groups.get(spec.group)
        if subjects.find(name) is not None:
            groups.setdefault(known.label() if known else spec.group, []).append((name, spec.label()))
    return {"groups": list(groups.items()), "many": many, "number": len(seen)}
