"""Assigning over HTTP: the form with the number of products, doing it, and saying that something is done."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from catalog.access import endpoint, paths_of, rights_of, visible, who_may
from catalog.jobs import enqueue
from catalog.models import Product, User
from catalog.values.write import BATCH
from enrichment import assigning
from enrichment.comments.mentions import called
from enrichment.models import Assignment
from enrichment.workbench.assigning.form import AssignForm
from enrichment.workbench.grid.bulk import MOST, Selection
from enrichment.workbench.grid.bulk_actions import BulkAction
from enrichment.workbench.grid.returning import back_from
from enrichment.workbench.page.assigned import may_finish
from enrichment.workbench.page.view import find
from pim.lib.grouped import Grouped

ACTION = BulkAction("assign", gettext_lazy("Assign"), "assignment_ind", ("assign", None), "product.edit")


def _chosen(request: HttpRequest) -> QuerySet[Product]:
    """What this person may give to somebody: what they may edit."""
    rows = Selection.of(request.POST).products(request.user, ACTION).filter(trashed_at=None)
    return visible(request.user, rows, verb="product.edit").order_by()


@never_cache
@require_POST
@endpoint("product.edit")
def choose(request: HttpRequest) -> HttpResponse:
    """`id` (several) or `all=1` with the grid's `query`: for how many, and the form. Assigns nothing."""
    return _form(request, AssignForm(people=people()))


def people() -> QuerySet[User]:
    """Whom products can be assigned to."""
    rows = who_may("product.view", None).filter(is_staff=True)
    return rows.order_by("first_name", "last_name", "username")


def _form(request: HttpRequest, form: AssignForm, status: int = 200) -> HttpResponse:
    count = _chosen(request).count()
    if not count:
        messages.info(request, _("No product was selected that you may edit."))
        return HttpResponseRedirect(back_from(request))
    context = {
        **admin.site.each_context(request),
        "title": _("Assign"),
        "form": form,
        "count": min(count, MOST),
        "too_many": count > MOST,
        "selection": Selection.of(request.POST),
        "next": back_from(request),
    }
    return TemplateResponse(request, "enrichment/assigning/page.html", context, status=status)


@require_POST
@endpoint("product.edit")
def run(request: HttpRequest) -> HttpResponse:
    """As choose, with `to`, `due`, `note`: at once up to one batch, else as a job. What that person may not see is left out."""
    form = AssignForm(request.POST, people=people())
    if not form.is_valid():
        return _form(request, form, status=422)
    give(request, _chosen(request), form)
    return HttpResponseRedirect(back_from(request))


def give(request: HttpRequest, rows: QuerySet[Product], form: AssignForm) -> None:
    """As a valid form says; tells the person what came of it. `rows`: what they may edit."""
    person: User = form.cleaned_data["to"]
    ids = list(visible(person, rows).order_by("pk").values_list("pk", flat=True)[:MOST])
    left_out = rows.count() - len(ids)
    task = assigning.Task(person.pk, request.user.pk, form.cleaned_data["note"], form.cleaned_data["due"])  # type: ignore[arg-type]
    who = called(person)
    if len(ids) > BATCH:
        title = _("%(count)s products to %(who)s") % {"count": Grouped(len(ids)), "who": who}
        with transaction.atomic():
            enqueue("products.assign", {"ids": ids, "task": task.as_json()}, by=request.user, title=title)
        text = _("%s products are being assigned. The tray above shows how far it is.")
        messages.info(request, text % Grouped(len(ids)))
    elif ids:
        new = assigning.assign(ids, task)
        _tell(request, who, new, len(ids) - new)
    if left_out > 0:
        text = ngettext(
            "%(n)s product was left out: %(who)s may not see it.",
            "%(n)s products were left out: %(who)s may not see them.",
            left_out,
        )
        messages.warning(request, text % {"n": Grouped(left_out), "who": who})


def _tell(request: HttpRequest, who: str, new: int, again: int) -> None:
    if new:
        text = ngettext(
            "%(n)s product is assigned to %(who)s.", "%(n)s products are assigned to %(who)s.", new
        )
        messages.success(request, text % {"n": Grouped(new), "who": who})
    if again:
        text = ngettext(
            "%(n)s product was with %(who)s already: its note and date are new.",
            "%(n)s products were with %(who)s already: their note and date are new.",
            again,
        )
        messages.info(request, text % {"n": Grouped(again), "who": who})


@require_POST
@endpoint("product.view")
def done(request: HttpRequest, product_id: int) -> HttpResponse:
    """`assignment`: done, says whose it is, who gave it, or who may edit the product."""
    product = find(request, product_id)
    pk = request.POST.get("assignment", "")
    rows = Assignment.objects.filter(product=product).select_related("to")
    row = rows.filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) < 19 else None
    rights = rights_of(request.user).at(paths_of(product))
    if row is None or not may_finish(row, request.user, rights):
        raise Http404(_("There is no such assignment, or it is not yours to decide."))
    if assigning.finish(row, by=request.user):  # type: ignore[arg-type]
        messages.success(request, _("Done: %(who)s has nothing more to do here.") % {"who": called(row.to)})
    else:
        messages.info(request, _("Somebody has said so already."))
    return HttpResponseRedirect(back_from(request))
