"""What is cut from a picture for one preset: a box beside the file, which itself is never changed.

Owner of Asset.crops: {preset's id as text: [left, top, width, height]} in pixels of the picture as it is shown. Where a preset
has no box, a crop is made around the focus, as before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.assets.changing import announce_assets
from catalog.models.asset import Asset
from catalog.structure.snapshot import PresetSpec

Box = tuple[int, int, int, int]  # left, top, width, height
LEAST = 8  # pixels of either side


class Framed(Protocol):
    """An asset, or what is known of one: what decides which part of it a rendition shows."""

    @property
    def focus(self) -> tuple[int, int]: ...
    @property
    def crops(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Frame:
    """What nobody said anything about."""

    focus: tuple[int, int] = (50, 50)
    crops: Mapping[str, Any] = field(default_factory=dict)


def box_of(picture: Framed, preset_id: int) -> Box | None:
    box = picture.crops.get(str(preset_id))
    return (box[0], box[1], box[2], box[3]) if box else None


def clean(given: Sequence[int], size: tuple[int, int], preset: PresetSpec) -> Box:
    """The box to store, in the preset's proportions where it has an exact shape. Raises ValidationError.

    `size`: width and height of the picture.
    """
    left, top, width, height = given
    if left < 0 or top < 0 or left + width > size[0] or top + height > size[1]:
        raise ValidationError(
            _("The crop goes beyond the picture, which is %(width)d × %(height)d.")
            % {"width": size[0], "height": size[1]}
        )
    if preset.fit == "crop":
        across, down = largest((width, height), (preset.width, preset.height))
        left, top, width, height = left + (width - across) // 2, top + (height - down) // 2, across, down
    if width < LEAST or height < LEAST:
        raise ValidationError(_("A crop has at least %d pixels on each side.") % LEAST)
    return left, top, width, height


def largest(size: tuple[int, int], wanted: tuple[int, int]) -> tuple[int, int]:
    """Width and height of the largest part of a size that has the wanted proportions."""
    width, height = size
    across = min(width, max(1, round(height * wanted[0] / wanted[1])))
    down = min(height, max(1, round(width * wanted[1] / wanted[0])))
    return across, down


def by_itself(picture: Framed, size: tuple[int, int], preset: PresetSpec) -> Box:
    """What is shown where nobody drew a box: around the focus where the preset cuts, else the whole picture."""
    if preset.fit != "crop":
        return 0, 0, *size
    across, down = largest(size, (preset.width, preset.height))
    left, top = (
        min(max(round(length * focus / 100 - part / 2), 0), length - part)
        for length, focus, part in zip(size, picture.focus, (across, down), strict=True)
    )
    return left, top, across, down


def store(asset_id: int, preset: PresetSpec, box: Box | None, *, by: int) -> bool:
    """Keeps a box, or with None lets it go, and has what hangs on it made anew. False where it was so already. `by`: a user's id."""
    from catalog.assets.jobs import enqueue_due

    with transaction.atomic():
        asset = Asset.objects.select_for_update().get(pk=asset_id)
        if box_of(asset, preset.id) == box:
            return False
        crops = {key: value for key, value in asset.crops.items() if key != str(preset.id)}
        asset.crops = crops | ({str(preset.id): list(box)} if box else {})
        asset.renditions_due = True
        asset.save(update_fields=["crops", "renditions_due"])
        announce_assets([asset.pk], by=by)
        enqueue_due()
    return True
