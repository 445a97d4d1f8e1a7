"""Choosing the hour of one's daily mail, or none."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from catalog.access import endpoint
from catalog.importing.pickup.telling import mail_is_set
from enrichment.models import Digest

OFF = ""


class DigestForm(forms.Form):
    hour = forms.TypedChoiceField(
        label=gettext_lazy("Daily mail"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[(OFF, gettext_lazy("Off")), *((str(hour), f"{hour:02}:00") for hour in range(24))],
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@endpoint("product.view")
def choose(request: HttpRequest) -> HttpResponse:
    """`hour`: 0 to 23, "" for none."""
    row = Digest.objects.filter(user=request.user).first()
    form = DigestForm(request.POST or None, initial={"hour": str(row.hour) if row else OFF})
    if request.method == "POST" and form.is_valid():
        hour = form.cleaned_data["hour"]
        if hour is None:
            Digest.objects.filter(user=request.user).delete()
            messages.success(request, _("You get no daily mail."))
        else:
            # What is past for today begins tomorrow: who chooses at noon does not want the morning's mail now. A day that
            # is settled stays so at a later hour.
            now = timezone.localtime()
            settled = now.date() if now.hour >= hour else now.date() - timedelta(days=1)
            looked_on = max(settled, row.looked_on) if row and row.looked_on else settled
            Digest.objects.update_or_create(
                user=request.user, defaults={"hour": hour, "looked_on": looked_on}
            )
            messages.success(
                request, _("You get a mail a day from %02d:00 on, where something waits.") % hour
            )
        return HttpResponseRedirect(reverse("admin:enrichment_digest"))
    context = {
        **admin.site.each_context(request),
        "title": _("Daily mail"),
        "form": form,
        "zone": timezone.get_current_timezone_name(),
        "can_mail": mail_is_set(),
    }
    return TemplateResponse(request, "enrichment/digest/page.html", context)
