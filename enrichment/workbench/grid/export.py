"""Exporting what the grid shows or what was chosen there: which products, as a job, with a file at its end."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.access import require, rights_of, visible
from catalog.exporting import columns, stored
from catalog.exporting.columns import Choice
from catalog.exporting.products import export
from catalog.jobs import JobCancelled, JobHandle, enqueue, job
from catalog.models import Job, Product, User
from catalog.structure.snapshot import Structure
from channels import profile as channel_profiles
from enrichment.workbench.grid.bulk import Selection
from enrichment.workbench.grid.query import GridQuery, capped_count, parse
from pim.lib.grouped import Grouped


def products_of(selection: Selection, user: User, *, below: bool = False) -> QuerySet[Product]:
    """What the person may see of them; `below`: with the sub-models and variants of chosen models.

    Unlike in a bulk change, a filter means what matches when the file is made.
    """
    everything = visible(user, Product.objects.all())
    rows = (
        everything.filter(pk__in=selection.ids)
        if selection.query is None
        else _parsed(selection, user).products()
    )
    if not below:
        return rows
    chosen = rows.order_by().values("pk")
    inherits = Q(parent_id__in=chosen) | Q(root_id__in=chosen)
    return everything.filter(Q(pk__in=chosen) | (inherits & Q(trashed_at=None)))


def shows_tops(selection: Selection, user: User) -> bool:
    """Whether models stand for their variants in what was chosen: rows picked by hand, or the grid's usual view."""
    return selection.query is None or _parsed(selection, user).level == "top"


def _parsed(selection: Selection, user: User) -> GridQuery:
    structure = Structure.current()
    return parse(QueryDict(selection.query or ""), user, structure, channel_profiles.current(structure))


def counted(selection: Selection, user: User, *, below: bool = False) -> str:
    """ "120 products"; beyond 10,000 they are not counted."""
    count, more = capped_count(products_of(selection, user, below=below))
    if more:
        return _("more than %(count)s products") % {"count": Grouped(count)}
    return ngettext("%s product", "%s products", count) % Grouped(count)


def start(selection: Selection, choice: Choice, *, user: User, below: bool = False) -> Job:
    """Enqueues the export. Raises PermissionDenied, and ChoiceRefused where the choice cannot be carried out."""
    require(user, "export.run")
    columns.plan(choice, Structure.current(), rights_of(user))
    params: dict[str, Any] = {"choice": choice.as_json(), "below": below}
    if selection.query is None:
        params["ids"] = list(selection.ids)
    else:
        params["query"] = selection.query
    what = counted(selection, user, below=below)
    return enqueue("grid.export", params, by=user, title=_("Export of %(what)s") % {"what": what})


@job("grid.export", queue="imports")
def run_export(
    handle: JobHandle,
    /,
    *,
    choice: dict[str, Any],
    ids: list[int] | None = None,
    query: str = "",
    below: bool = False,
) -> dict[str, Any]:
    """Begun again it makes the file anew. The person's rights are those of now: what was taken away is not in it."""
    user = User.objects.filter(pk=handle.by_id, is_active=True).first()
    if user is None:
        raise PermissionDenied(_("Whoever asked for this export may no longer sign in."))
    require(user, "export.run")
    selection = Selection(query=query) if ids is None else Selection(ids=tuple(ids))
    chosen = Choice.from_json(choice)

    def progress(done: int, total: int) -> None:
        if handle.cancelled():
            raise JobCancelled
        handle.progress(done, total)

    with tempfile.TemporaryDirectory(prefix="export-") as folder:
        path = Path(folder) / f"products.{chosen.format}"
        products = products_of(selection, user, below=below)
        made = export(products, chosen, path, rights=rights_of(user), progress=progress)
        for note in made.notes:
            handle.log(note)
        name = f"products-{timezone.localtime():%Y-%m-%d-%H%M}.{chosen.format}"
        kept = stored.keep(path, job=handle.pk, filename=name)
    return {**kept, "products": made.products, "columns": made.columns, "notes": made.notes}
