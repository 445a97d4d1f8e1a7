"""The library: files taken in by content, described, made into renditions, and addressed for channels by signed links."""

from catalog.assets.addresses import is_signed, public_url, rendition_url, screen_url, signature
from catalog.assets.facts import AssetFacts
from catalog.assets.refusals import AssetRefused
from catalog.assets.renditions import SCREEN_SIZES, thumbnail
from catalog.assets.storing import Taken, store, take_in

__all__ = [
    "SCREEN_SIZES",
    "AssetFacts",
    "AssetRefused",
    "Taken",
    "is_signed",
    "public_url",
    "rendition_url",
    "screen_url",
    "signature",
    "store",
    "take_in",
    "thumbnail",
]
