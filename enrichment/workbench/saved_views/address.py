"""What of the grid's address a saved view keeps, and the address of a view."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from catalog.access import Rights
from catalog.structure.snapshot import Structure
from catalog.values.keys import Key
from enrichment.models import SavedView
from enrichment.models.saved_view import QUERY_LENGTH
from enrichment.workbench.filtering import grammar
from enrichment.workbench.filtering.grammar import Condition, Group
from enrichment.workbench.grid import columns
from enrichment.workbench.grid.filters import ATTRIBUTE_PREFIX

ALL = "all"  # in the place of a view's number: the grid as it is, whatever a person's default
# What places a page or travels with one request, and is no part of a view.
PASSING = frozenset({"view", "after", "before", "fragment", "csrfmiddlewaretoken"})


class TooLong(ValueError):
    """More than an address holds."""


def kept(params: QueryDict) -> str:
    """The query string a view keeps: names in order, so that the same choice is the same text. Raises TooLong."""
    names = sorted(name for name in params if name not in PASSING)
    text = urlencode([(name, value) for name in names for value in params.getlist(name) if value])
    if len(text) > QUERY_LENGTH:
        raise TooLong(text)
    return text


def number_of(params: QueryDict) -> int:
    """The view that an address names, 0 for none."""
    given = params.get("view", "")
    return int(given) if given.isdecimal() and len(given) < 18 else 0


def shown_to(query: str, structure: Structure, rights: Rights) -> str:
    """A view's query string without what this person may not see: an address is not to name by what others filter."""
    params = QueryDict(query, mutable=True)
    for name in list(params):
        if name.startswith(ATTRIBUTE_PREFIX):
            if not _may_see(name[len(ATTRIBUTE_PREFIX) :].partition(":")[0], structure, rights):
                del params[name]
        elif name == "empty":
            params.setlist(name, [code for code in params.getlist(name) if _may_see(code, structure, rights)])
        elif name == "missing":
            codes = {value: value.rpartition("|")[2] for value in params.getlist(name)}
            params.setlist(
                name, [value for value, code in codes.items() if _may_see(code, structure, rights)]
            )
        elif name == "cols":
            params[name] = columns.text_of(
                each for each in params[name].split(columns.BETWEEN)
                if (spec := structure.attributes.get(each.partition("|")[0])) is None
                or columns.may_see(spec, Key.parse(each).locale, Key.parse(each).context, structure, rights)
            )  # fmt: skip
        elif name == "where":
            params[name] = _where(params[name], structure, rights)
    return kept(params)


def _where(text: str, structure: Structure, rights: Rights) -> str:
    try:
        group = grammar.read(text)
    except grammar.Misspelt:
        return text
    return grammar.write(_seen(group, structure, rights))


def _seen(group: Group, structure: Structure, rights: Rights) -> Group:
    parts: list[Condition | Group] = []
    for part in group.parts:
        if isinstance(part, Group):
            inner = _seen(part, structure, rights)
            if inner.parts or not part.parts:
                parts.append(inner)
            continue
        about = part.words[1:2] if part.subject == "missing" else [part.subject[len(ATTRIBUTE_PREFIX) :]]
        if part.subject != "missing" and not part.subject.startswith(ATTRIBUTE_PREFIX):
            about = []
        if all(_may_see(code, structure, rights) for code in about):
            parts.append(part)
    return Group(group.join, tuple(parts))


def _may_see(code: str, structure: Structure, rights: Rights) -> bool:
    """An attribute that is gone hides nothing."""
    spec = structure.attributes.get(code)
    return spec is None or rights.may_view_key(spec, None, None)


def query_of(view: SavedView, query: str | None = None) -> str:
    """The query string that shows it as it was saved; `query`: what of it somebody may see."""
    query = view.query if query is None else query
    return f"view={view.pk}&{query}" if query else f"view={view.pk}"


def address_of(view: SavedView) -> str:
    """What is passed on: it shows the view as it is when the link is opened."""
    return f"{reverse('admin:catalog_product_changelist')}?view={view.pk}"
