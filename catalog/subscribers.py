"""What follows a commit within the catalogue: only enqueues."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from catalog.events import structure_changed


@receiver(structure_changed, dispatch_uid="catalog.renditions")
def make_renditions(*, kind: str, ids: list[int], **_more: Any) -> None:
    """A new or changed preset that is made ahead. Where this is lost, each picture is made when it is asked for."""
    if kind != "rendition_preset":
        return
    from catalog.assets.jobs import enqueue_preset
    from catalog.models.rendition import RenditionPreset

    for code in RenditionPreset.objects.filter(pk__in=ids, ahead=True).values_list("code", flat=True):
        enqueue_preset(code)
