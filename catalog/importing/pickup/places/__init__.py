"""The kinds of places: one file each."""

from catalog.importing.pickup.places.base import PLACES

PLACES.scan(__name__)

__all__ = ["PLACES"]
