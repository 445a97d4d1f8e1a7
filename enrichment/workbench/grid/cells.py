"""What one cell of the grid says of a product on a channel, and its HTML: few differ, so each is rendered once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils import formats
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from catalog.models import Product
from channels.models import Listing
from enrichment.workbench.page.listings import TONES

# What a model shows of its variants' listings first.
GRAVEST = (
    "refused",
    "blocked",
    "incomplete",
    "waiting",
    "scheduled",
    "sent",
    "accepted",
    "live",
    "withdrawn",
    "absent",
)
STATUS_TONES = {"draft": "muted", "in_review": "info", "approved": "success"}


@dataclass(frozen=True, slots=True)
class ChannelCell:
    """Completeness by locale (() where it is not counted) and listing of one product on one channel.

    `state` and `reason` of its own listing; of a model, `below`: (state, variants in it), the gravest first.
    """

    label: str
    scores: tuple[tuple[str, int, int], ...] = ()  # (locale, required, missing)
    own_state: str = ""
    own_reason: str = ""
    below: tuple[tuple[str, int], ...] = ()

    @property
    def ratio(self) -> int | None:
        if not self.scores:
            return None
        return _ratio(sum(score[1] for score in self.scores), sum(score[2] for score in self.scores))

    @property
    def state(self) -> str:
        return self.own_state or (self.below[0][0] if self.below else "")

    @property
    def tone(self) -> str:
        return TONES.get(self.state, "muted")

    @property
    def state_label(self) -> str:
        label = str(Listing.State(self.state).label)
        return label if self.own_state else f"{self.below[0][1]} × {label}"

    @property
    def reason(self) -> str:
        if self.own_state:
            return self.own_reason
        if len(self.below) < 2:
            return ""
        return ", ".join(f"{count} × {Listing.State(state).label}" for state, count in self.below)

    @property
    def details(self) -> str:
        return ", ".join(
            f"{locale} {_ratio(required, missing)} %" for locale, required, missing in self.scores
        )

    @property
    def text(self) -> str:
        """The same in a line."""
        return " · ".join(
            part
            for part in ("" if self.ratio is None else f"{self.ratio} %", self.state and self.state_label)
            if part
        )

    @property
    def html(self) -> SafeString:
        return _rendered(self, get_language() or "")


@lru_cache(maxsize=4096)
def _rendered(cell: ChannelCell, language: str) -> SafeString:
    return render_to_string("enrichment/grid/cell.html", {"cell": cell})


@lru_cache(maxsize=64)
def _pill(status: str, language: str) -> SafeString:
    context = {"text": Product.Status(status).label, "tone": STATUS_TONES.get(status, "muted")}
    return render_to_string("components/pill.html", context)


def status_pill(status: str) -> SafeString:
    return _pill(status, get_language() or "")


@lru_cache(maxsize=1024)
def _day(moment: date, language: str) -> str:
    return formats.date_format(moment, "SHORT_DATE_FORMAT")


def day(moment: date) -> str:
    """As the reader's language writes it."""
    return _day(moment, get_language() or "")


def by_gravity(states: Mapping[str, int]) -> Sequence[tuple[str, int]]:
    return sorted(states.items(), key=lambda pair: GRAVEST.index(pair[0]))


def _ratio(required: int, missing: int) -> int:
    return 100 if not required else 100 * (required - missing) // required
