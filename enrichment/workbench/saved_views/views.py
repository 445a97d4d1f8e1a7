"""Saved views over HTTP: saving the grid as it is shown under a name, naming and sharing, forgetting."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from catalog.access import endpoint, rights_of, visible
from catalog.structure.snapshot import Structure
from enrichment.models import DefaultView, SavedView
from enrichment.workbench.saved_views import address
from enrichment.workbench.saved_views.form import ViewForm
from enrichment.workbench.saved_views.tabs import may_change, may_keep

MOST = 100  # views of one person


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@endpoint("product.view")
def add(request: HttpRequest) -> HttpResponse:
    """By GET the form for the address's grid; by POST `query` (the same) and the form."""
    params = QueryDict(request.POST.get("query", "")) if request.method == "POST" else request.GET
    try:
        query = address.kept(params)
    except address.TooLong:
        messages.error(request, _("This choice is too long to be saved: take filters or columns away."))
        return HttpResponseRedirect(reverse("admin:catalog_product_changelist"))
    rights = rights_of(request.user)
    form = ViewForm(request.POST or None, user=request.user, rights=rights)
    if request.method == "POST" and form.is_valid():
        if SavedView.objects.filter(owner=request.user).count() >= MOST:
            form.add_error(None, _("You have %d views: delete one first.") % MOST)
        else:
            with transaction.atomic():
                view = SavedView.objects.create(
                    name=form.cleaned_data["name"],
                    owner=request.user,
                    query=query,
                    export=_export(request, params),
                )
                _settle(request, form, view)
            messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
            return _to(f"view={view.pk}")
    return _page(request, form, title=_("Save as a view"), query=query, back=params.urlencode())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@endpoint("product.view")
def change(request: HttpRequest, view: int) -> HttpResponse:
    """Its name, whom it is shared with, whether it is this person's default. Who may not change it has the last alone."""
    found = _found(request, view)
    rights = rights_of(request.user)
    may = may_change(found, request.user, rights)
    form = ViewForm(request.POST or None, user=request.user, rights=rights, view=found)
    if not may:
        for name in ("name", "roles"):
            form.fields.pop(name, None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            if may:
                found.name = form.cleaned_data["name"]
                found.save(update_fields=["name", "changed_at"])
            _settle(request, form, found)
        messages.success(request, _("The view “%(name)s” is saved.") % {"name": found.name})
        return _to(f"view={found.pk}")
    link = request.build_absolute_uri(address.address_of(found))
    return _page(
        request, form, title=_("View “%(name)s”") % {"name": found.name}, view=found, may_change=may, link=link,
        back=f"view={found.pk}",
    )  # fmt: skip


@never_cache
@require_POST
@endpoint("product.view")
def keep(request: HttpRequest, view: int) -> HttpResponse:
    """The grid as `query` says it becomes what the view shows."""
    found = _found(request, view)
    if not may_keep(found, request.user, rights_of(request.user), Structure.current()):
        raise Http404
    try:
        found.query = address.kept(QueryDict(request.POST.get("query", "")))
    except address.TooLong:
        messages.error(request, _("This choice is too long to be saved: take filters or columns away."))
        return _to(f"view={found.pk}")
    found.save(update_fields=["query", "changed_at"])
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": found.name})
    return _to(f"view={found.pk}")


@never_cache
@require_POST
@endpoint("product.view")
def delete(request: HttpRequest, view: int) -> HttpResponse:
    """Products stay as they are; people who began with it begin with all products."""
    found = _found(request, view)
    if not may_change(found, request.user, rights_of(request.user)):
        raise Http404
    found.delete()
    messages.success(request, _("The view “%(name)s” is deleted.") % {"name": found.name})
    return _to(f"view={address.ALL}")


def _found(request: HttpRequest, view: int) -> SavedView:
    rows = visible(request.user, SavedView).open_to(
        request.user, everything=rights_of(request.user).everything
    )
    found = rows.with_marks(request.user).filter(pk=view).first()
    if found is None:
        raise Http404
    return found


def _export(request: HttpRequest, params: QueryDict) -> dict[str, Any]:
    """What was chosen for files of the view that this one is made from."""
    number = address.number_of(params)
    if not number:
        return {}
    rows = SavedView.objects.open_to(request.user, everything=rights_of(request.user).everything)
    return rows.filter(pk=number).values_list("export", flat=True).first() or {}


def _settle(request: HttpRequest, form: ViewForm, view: SavedView) -> None:
    """In the caller's transaction."""
    if "roles" in form.fields:
        view.roles.set(form.cleaned_data["roles"])
    if form.cleaned_data["is_default"]:
        DefaultView.objects.update_or_create(user=request.user, defaults={"view": view})
    else:
        DefaultView.objects.filter(user=request.user, view=view).delete()


def _to(query: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('admin:catalog_product_changelist')}?{query}")


def _page(request: HttpRequest, form: ViewForm, **more: Any) -> HttpResponse:
    context = {**admin.site.each_context(request), "form": form, "may_change": True, **more}
    return TemplateResponse(request, "enrichment/saved_views/form.html", context)
