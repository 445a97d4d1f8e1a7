"""Where a profile's files come from: the place, what was seen there, what is wrong, and the form."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from catalog.access import can, endpoint, visible
from catalog.admin._pickup_form import form_for
from catalog.importing.pickup import follow, telling, trouble, work
from catalog.importing.pickup.places import PLACES
from catalog.importing.pickup.places.base import PlaceError
from catalog.importing.pickup.schedule import next_look
from catalog.models import ImportPickup, ImportProfile, PickedFile
from pim.lib.encrypted import DecryptionFailed

FILES = 30
TONES = {
    "seen": "muted", "taken": "info", "waiting": "warning", "done": "success", "failed": "danger", "left-out": "muted",
    "same": "muted", "refused": "danger",
}  # fmt: skip


def _find(request: HttpRequest, pk: int) -> ImportProfile:
    rows = visible(request.user, ImportProfile).select_related(
        "source", "pickup", "pickup__job", "pickup__run_by"
    )
    profile = rows.filter(pk=pk).first()
    if profile is None:
        raise Http404(_("There is no such profile."))
    return profile


def pickup_of(profile: ImportProfile) -> ImportPickup | None:
    return getattr(profile, "pickup", None)


def _existing(request: HttpRequest, pk: int) -> ImportPickup:
    pickup = pickup_of(_find(request, pk))
    if pickup is None:
        raise Http404(_("This profile's files come from nowhere yet."))
    return pickup


def _address(pk: int) -> str:
    return reverse("admin:catalog_importprofile_pickup", args=[pk])


@never_cache
@require_http_methods(["GET", "POST"])
@endpoint("import.run")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """`kind`: whose form to show. POST saves it, tests the connection and says what came of it."""
    profile = _find(request, pk)
    pickup = pickup_of(profile)
    kind = (request.POST if request.method == "POST" else request.GET).get("kind", "")
    if kind not in PLACES:
        kind = pickup.kind if pickup and pickup.kind in PLACES else "folder"
    row = pickup or ImportPickup(profile=profile, time_zone=timezone.get_current_timezone_name())
    kind_form = form_for(kind, may_credentials=can(request.user, "credentials.edit"))
    form = kind_form(request.POST if request.method == "POST" else None, instance=row)
    if request.method == "POST" and form.is_valid():
        _save(request, form)
        return HttpResponseRedirect(_address(pk))
    context = {
        **admin.site.each_context(request),
        "title": _("Where files come from"),
        "profile": profile,
        "form": form,
        "kinds": [(each, each.code == kind) for each in PLACES.values()],
        "kind": PLACES[kind],
        "missing": PLACES[kind].missing(),
        "mail_is_set": telling.mail_is_set(),
        **(_standing(pickup) if pickup else {}),
    }
    return TemplateResponse(
        request, "catalog/imports/pickup.html", context, status=422 if form.errors else 200
    )


def _standing(pickup: ImportPickup) -> dict[str, Any]:
    """What is shown of a place that is there. Of secrets nothing."""
    files = list(pickup.files.select_related("run").order_by("-pk")[:FILES])
    looks = [{**look, "at": parse_datetime(look["at"])} for look in pickup.looks]
    place = PLACES.get(pickup.kind)
    return {
        "pickup": pickup,
        "to_decide": follow.TO_DECIDE,
        "described": place.described(pickup.settings) if place else pickup.kind,
        "place": place,
        "troubles": list(trouble.open_ones(pickup)),
        "files": [(file, TONES[file.state]) for file in files],
        "looks": looks,
        "last": looks[0] if looks else None,
        "is_busy": pickup.job is not None and pickup.job.state in ("queued", "running"),
    }


def _save(request: HttpRequest, form: Any) -> None:
    pickup: ImportPickup = form.save(commit=False)
    pickup.run_by = request.user
    pickup.failures = 0
    works = _tested(request, pickup)
    now = timezone.now()
    pickup.next_look_at = now if works and pickup.is_active else next_look(pickup, now)
    pickup.save()
    form.save_m2m()
    if works or form.has_changed():
        trouble.end(pickup, trouble.PLACE)


def _tested(request: HttpRequest, pickup: ImportPickup) -> bool:
    """Whether the place can be reached now; says so, or why not."""
    shown = ""
    try:
        count = work.test(
            PLACES[pickup.kind], pickup.settings, dict(pickup.credentials or {}), pickup.pattern
        )
    except (PlaceError, DecryptionFailed) as error:
        shown = getattr(error, "shown", "")
        request.session["pickup_key"] = (
            [pickup.profile_id, pickup.settings.get("host", ""), shown] if shown else None
        )
        messages.error(request, str(error))
        return False
    except FileNotFoundError:
        messages.error(request, _("It was reached, but the folder is not there."))
        return False
    request.session.pop("pickup_key", None)
    text = ngettext("It was reached: %d file fits.", "It was reached: %d files fit.", count) % count
    messages.success(request, text)
    return True


@require_POST
@endpoint("import.run")
def test(request: HttpRequest, pk: int) -> HttpResponse:
    _tested(request, _existing(request, pk))
    return HttpResponseRedirect(_address(pk))


@require_POST
@endpoint("import.run")
def look_now(request: HttpRequest, pk: int) -> HttpResponse:
    if work.look_now(_existing(request, pk)):
        messages.info(
            request,
            _(
                "A look has begun: what it finds is listed below. A file in a folder is taken once it has lain untouched for a few seconds."
            ),
        )
    else:
        messages.info(request, _("It is being looked at already."))
    return HttpResponseRedirect(_address(pk))


@require_POST
@endpoint("credentials.edit")
def accept_key(request: HttpRequest, pk: int) -> HttpResponse:
    """`key`: the fingerprint that the last test was shown. Nothing else can be accepted."""
    pickup = _existing(request, pk)
    shown = request.session.pop("pickup_key", None)
    if shown != [pk, pickup.settings.get("host", ""), request.POST.get("key", "")]:
        messages.error(request, _("Test the connection again: another key is shown now."))
        return HttpResponseRedirect(_address(pk))
    pickup.settings = {**pickup.settings, "host_key": shown[2]}
    pickup.next_look_at = timezone.now() if pickup.is_active else None
    pickup.save(update_fields=["settings", "next_look_at"])
    trouble.end(pickup, trouble.PLACE)
    _tested(request, pickup)
    return HttpResponseRedirect(_address(pk))


@require_POST
@endpoint("import.run")
def leave_out(request: HttpRequest, pk: int) -> HttpResponse:
    """`file`: one that waits. Its plan stays on its import's page; the next file is taken."""
    pickup = _existing(request, pk)
    given = request.POST.get("file", "")
    file = pickup.files.filter(pk=int(given) if given.isdecimal() else 0).first()
    if file is not None and follow.leave_out(file):
        messages.success(request, _("%s is left out. The next file may come.") % file.name)
    else:
        messages.info(request, _("This file no longer waits."))
    return HttpResponseRedirect(_address(pk))


@require_POST
@endpoint("import.run")
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Forgets the place, its credentials and which files were seen there. Imports stay."""
    pickup = _existing(request, pk)
    if pickup.files.filter(state=PickedFile.State.TAKEN).exists():
        messages.error(request, _("A file is being imported: wait until it is done."))
        return HttpResponseRedirect(_address(pk))
    pickup.delete()
    messages.success(request, _("This profile's files come from nowhere now. Its imports stay."))
    return HttpResponseRedirect(reverse("admin:catalog_importprofile_change", args=[pk]))
