"""What channels ask of pictures, and which pictures do not meet it. Channels tell it from above; nothing is held back by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.db.models import Q
from django.utils.translation import gettext as _

WHITE_ENOUGH = 95  # percent of the edge: what a JPEG's noise and a shadow leave of a white ground


class Measured(Protocol):
    """An asset, or what is known of one. All three are None of what is no picture; `white_edge` also before it was measured."""

    @property
    def width(self) -> int | None: ...
    @property
    def height(self) -> int | None: ...
    @property
    def white_edge(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class PictureNeeds:
    """Pixels that the shorter and the longer side have at least, 0: any; `white`: the first picture of a product is to stand on
    white.

    They are asked of the file itself: no rendition has more of a picture in it.
    """

    shortest: int = 0
    longest: int = 0
    white: bool = False

    def __bool__(self) -> bool:
        return bool(self.shortest or self.longest or self.white)

    def lacks_size(self, picture: Measured) -> bool:
        if not picture.width or not picture.height:
            return False
        sides = sorted((picture.width, picture.height))
        return sides[0] < self.shortest or sides[1] < self.longest

    def lacks_white(self, picture: Measured) -> bool:
        return self.white and picture.white_edge is not None and picture.white_edge < WHITE_ENOUGH

    def size(self) -> str:
        """What is asked for, in words."""
        parts = []
        if self.shortest:
            parts.append(_("at least %d pixels on the shorter side") % self.shortest)
        if self.longest > self.shortest:
            parts.append(_("at least %d pixels on the longer side") % self.longest)
        return ", ".join(parts)

    def too_small(self) -> Q:
        """Condition on assets, as lacks_size. Where no size is asked for, none is too small."""
        found = Q(pk__in=[])
        if self.shortest:
            found |= Q(width__lt=self.shortest) | Q(height__lt=self.shortest)
        if self.longest:
            found |= Q(width__lt=self.longest, height__lt=self.longest)
        return found

    def not_white(self) -> Q:
        return Q(white_edge__lt=WHITE_ENOUGH) if self.white else Q(pk__in=[])


@dataclass(frozen=True, slots=True)
class Asking:
    """A channel that asks something of pictures, by its code and its name for people."""

    code: str
    label: str
    needs: PictureNeeds

    def says_too_small(self, picture: Measured) -> str:
        return _("Too small for %(channel)s: %(width)d × %(height)d, it asks for %(size)s.") % {
            "channel": self.label, "width": picture.width or 0, "height": picture.height or 0, "size": self.needs.size(),
        }  # fmt: skip

    def says_not_white(self, picture: Measured) -> str:
        return _(
            "Not on white, which %(channel)s asks of the first picture: %(share)d %% of its edge is white."
        ) % {
            "channel": self.label,
            "share": picture.white_edge or 0,
        }


_tell: Callable[[], Sequence[Asking]] = tuple


def told_by(tell: Callable[[], Sequence[Asking]]) -> None:
    """The room that knows the channels says here how they are asked."""
    global _tell
    _tell = tell


def sentences(picture: Measured) -> list[str]:
    """All that channels ask of pictures and this one has not."""
    asked = asking()
    small = [each.says_too_small(picture) for each in asked if each.needs.lacks_size(picture)]
    return small + [each.says_not_white(picture) for each in asked if each.needs.lacks_white(picture)]


def asking() -> Sequence[Asking]:
    """The active channels that ask something of pictures, as they stand now."""
    return _tell()
