"""When and where: a day, a time and the time zone they are said in, and for a launch its channels and its name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from catalog.models.user import time_zones
from catalog.widgets import DateInput
from channels.profile import ChannelSpec

YEARS = (2000, 2200)  # at the ends of the calendar a time zone leads out of it


class TimeInput(UnfoldAdminTextInputWidget):
    """The browser's own field for a time of day."""

    input_type = "time"


class WhenForm(forms.Form):
    """`moment()` of a valid form is when, in UTC."""

    date = forms.DateField(label=gettext_lazy("Date"), widget=DateInput())
    time = forms.TimeField(label=gettext_lazy("Time"), initial="09:00", widget=TimeInput())
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), widget=UnfoldAdminSelectWidget())

    def __init__(self, data: Any = None, *, zone: str = "", **options: Any) -> None:
        """`zone`: the one to begin with, else that of whoever looks."""
        super().__init__(data, **options)
        self.use_required_attribute = False
        mine = zone or timezone.get_current_timezone_name()
        known = dict(time_zones())
        first = [] if mine in known else [(mine, mine)]
        self.fields["time_zone"].choices = [*first, *known.items()]  # type: ignore[attr-defined]
        self.fields["time_zone"].initial = mine

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        first, last = YEARS
        if not first <= cleaned["date"].year <= last:
            told = {"first": first, "last": last}
            self.add_error("date", _("Choose a year between %(first)d and %(last)d.") % told)
            return cleaned
        moment = self.moment()
        if moment.astimezone(ZoneInfo(cleaned["time_zone"])).replace(tzinfo=None) != self._said():
            self.add_error("time", _("There is no such time on that day: the clocks are put forward then."))
        elif moment <= timezone.now():
            self.add_error("date", _("This is over: choose a moment that is still to come."))
        return cleaned

    def _said(self) -> datetime:
        day: date = self.cleaned_data["date"]
        at: time = self.cleaned_data["time"]
        return datetime.combine(day, at)

    def moment(self) -> datetime:
        """Of a time that the clocks show twice, the first."""
        return self._said().replace(tzinfo=ZoneInfo(self.cleaned_data["time_zone"])).astimezone(UTC)


class LaunchForm(WhenForm):
    name = forms.CharField(
        label=gettext_lazy("Name"), required=False, max_length=200, widget=UnfoldAdminTextInputWidget(),
        help_text=gettext_lazy("As the calendar shows it. Left empty, it is called by how many products it has."),
    )  # fmt: skip
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("Channels"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one channel.")},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, channels: Sequence[ChannelSpec]) -> None:
        super().__init__(data, prefix="launch")
        self.known = {channel.code: channel for channel in channels}
        self.fields["channels"].choices = [(code, spec.label) for code, spec in self.known.items()]  # type: ignore[attr-defined]
        if len(self.known) == 1:
            self.fields["channels"].initial = list(self.known)

    def chosen(self) -> list[ChannelSpec]:
        return [self.known[code] for code in self.cleaned_data["channels"]]
