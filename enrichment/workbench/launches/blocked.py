"""Giving what is blocked to somebody: from the gate before a launch is scheduled, and from its page until it takes place."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.access import rights_of, visible
from catalog.models import Product
from channels.launches.embargo import in_zone
from enrichment.models.assignment import NOTE_LENGTH
from enrichment.workbench.assigning.form import AssignForm
from enrichment.workbench.assigning.views import give, people


def form_of(
    request: HttpRequest, *, at: datetime | None, time_zone: str, data: Any = None, owner: str = ""
) -> AssignForm | None:
    """What is to be said, with the day before the launch (`at`) as the due date. None for who may not edit products. `owner`: the
    id of its form, where it stands within another one, whose button a press of Enter would mean."""
    if not rights_of(request.user).may("product.edit"):
        return None
    initial: dict[str, Any] = {"note": _("Blocked for a launch.")}
    if at is not None:
        note = _("Blocked for the launch on %s.") % in_zone(at, time_zone)
        before = at.astimezone(ZoneInfo(time_zone)).date() - timedelta(days=1)
        initial = {"note": note[:NOTE_LENGTH], "due": max(before, timezone.localdate())}
    form = AssignForm(data, people=people(), prefix="assign", initial=initial)
    if owner:
        for each in form.fields.values():
            each.widget.attrs["form"] = owner
    return form


def assign(request: HttpRequest, products: Iterable[int], form: AssignForm) -> None:
    """Those that this person may edit; tells what came of it."""
    rows = Product.objects.alive().filter(pk__in=list(products))
    give(request, visible(request.user, rows, verb="product.edit").order_by(), form)
