"""The choice of columns: those that are shown in their order, and all that could be. Works without script; a script keeps the place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from catalog.access import Rights, endpoint, rights_of
from catalog.search.folding import folded
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from channels import profile as channel_profiles
from channels.profile import Profiles
from enrichment.workbench.grid import columns
from enrichment.workbench.grid.columns import Column

# What shows products in columns, by the parameter `at`.
VIEWS = {"": "admin:catalog_product_changelist", "spreadsheet": "admin:enrichment_spreadsheet"}
LISTED = 60  # attributes offered at once; more are looked for


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@endpoint("product.view")
def choose(request: HttpRequest) -> HttpResponse:
    """By GET for the grid's address. By POST its `query`, `col` in order, and `do`: "add:name|de_DE", "drop:", "up:", "down:"
    with a column's name, "usual", "find", or "show", which leads to the grid, or where `at` is "spreadsheet" there.
    `fragment=1`: without the page around it."""
    structure = Structure.current()
    profiles, rights = channel_profiles.current(structure), rights_of(request.user)
    posted = request.method == "POST"
    params = QueryDict(request.POST.get("query", "") if posted else request.GET.urlencode(), mutable=True)
    at = (request.POST if posted else request.GET).get("at", "")
    leads_to = reverse(VIEWS.get(at, VIEWS[""]))
    for name in ("fragment", "at"):
        params.pop(name, None)
    asked = columns.text_of(request.POST.getlist("col")) if posted else params.get("cols", "")
    shown = columns.chosen(asked, structure, profiles, rights) if asked or not posted else []
    verb, _colon, name = request.POST.get("do", "").partition(":")
    focus, said = "", ""
    if verb == "show":
        return _shown_in(leads_to, params, shown, profiles)
    if verb:
        shown, focus, said = _done(verb, name, shown, structure, profiles, rights)
    context_code = request.POST.get("context", "")
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Columns"),
        "query": params.urlencode(),
        "shown": shown,
        "focus": focus,
        "said": said,
        "is_full": len(shown) >= columns.MOST,
        "most": columns.MOST,
        "at": at,
        "back": f"{leads_to}?{params.urlencode()}",
        **_offered(request.POST.get("find", ""), context_code, shown, structure, profiles, rights),
    }
    is_fragment = (request.POST if posted else request.GET).get("fragment") == "1"
    name = "columns_form" if is_fragment else "columns"
    return TemplateResponse(request, f"enrichment/grid/{name}.html", context)


def _shown_in(leads_to: str, params: QueryDict, shown: Sequence[Column], profiles: Profiles) -> HttpResponse:
    text = columns.text_of(shown)
    if not shown or text == columns.text_of(columns.usual(profiles)):
        params.pop("cols", None)
    else:
        params["cols"] = text
    for name in ("after", "before"):
        params.pop(name, None)
    query = params.urlencode() or "view=all"
    return HttpResponseRedirect(f"{leads_to}?{query}")


def _done(
    verb: str, name: str, shown: list[Column], structure: Structure, profiles: Profiles, rights: Rights
) -> tuple[list[Column], str, str]:
    """(columns, the id that gets the focus, what is said of it)."""
    if verb == "usual":
        return columns.usual(profiles), "column-0", _("The usual columns.")
    if verb == "add":
        column = columns.column_of(name, structure, profiles, rights)
        if column is None or column in shown or len(shown) >= columns.MOST:
            return shown, "", ""
        return [*shown, column], f"offer-{name}", _("%(column)s was added.") % {"column": column.title}
    at = next((place for place, column in enumerate(shown) if column.name == name), None)
    if at is None:
        return shown, "find-column" if verb == "find" else "", ""
    column, rest = shown[at], [*shown[:at], *shown[at + 1 :]]
    if verb == "drop":
        return (
            rest,
            f"column-{min(at, len(rest) - 1)}",
            _("%(column)s was taken away.") % {"column": column.title},
        )
    if verb not in ("up", "down"):
        return shown, "", ""
    to = max(0, at - 1) if verb == "up" else min(len(rest), at + 1)
    rest.insert(to, column)
    place = _("%(column)s is column %(place)d of %(number)d.")
    return rest, f"{verb}-{name}", place % {"column": column.title, "place": to + 1, "number": len(rest)}


def _offered(
    find: str, context: str, shown: Sequence[Column], structure: Structure, profiles: Profiles, rights: Rights
) -> dict[str, Any]:
    """What could be added: of very many attributes those whose name has what is typed."""
    taken = {column.name for column in shown}
    wanted = folded(find.strip()[:100])
    specs = [spec for spec in structure.attributes.values() if rights.may_view_key(spec, None, None)]
    number = len(specs)
    if wanted:
        specs = [spec for spec in specs if _has(spec, wanted)]
    context = context if context in structure.contexts else ""
    groups: dict[str, list[tuple[AttributeSpec, Sequence[Column]]]] = {}
    for spec, offered in columns.offered(specs[:LISTED], context, structure, rights):
        known = structure.groups.get(spec.group)
        groups.setdefault(known.label() if known else spec.group, []).append((spec, offered))
    own = [Column(name, str(label)) for name, label in columns.FIELDS.items()]
    own += [found for each in profiles.active if (found := columns.column_of(f"@{each.code}", structure, profiles, rights))]  # fmt: skip
    return {
        "find": find,
        "taken": taken,
        "own": [] if wanted else own,
        "groups": list(groups.items()),
        "number": number,
        "more": max(0, len(specs) - LISTED),
        "contexts": [
            ("", _("All channels (master)")),
            *((c, s.label()) for c, s in structure.contexts.items()),
        ],
        "context": context,
    }


def _has(spec: AttributeSpec, wanted: str) -> bool:
    return wanted in folded(spec.label()) or wanted in spec.code.lower()
