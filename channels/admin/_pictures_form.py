"""What a channel asks of pictures, as form fields: two sizes and the ground."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldBooleanSwitchWidget

from channels import pictures
from channels.connectors import CONNECTORS
from channels.models import Channel

PREFIX = "picture_"
FIELDS = tuple(f"{PREFIX}{key}" for key in pictures.KEYS)


def form_fields() -> dict[str, forms.Field]:
    """Amazon's figures: several guides for sellers of 2025 and 2026 that agree, its own page stands behind a login
    (channel_constraints.json, main_product_image_locator)."""
    return {
        "picture_shortest": forms.IntegerField(
            label=gettext_lazy("Shorter side of a picture, at least"), required=False, min_value=0, max_value=pictures.MOST,
            widget=UnfoldAdminIntegerFieldWidget,
            help_text=gettext_lazy("In pixels; 0 for any. Smaller ones are marked at the product and in the library; they are sent all the same."),
        ),
        "picture_longest": forms.IntegerField(
            label=gettext_lazy("Longer side of a picture, at least"), required=False, min_value=0, max_value=pictures.MOST,
            widget=UnfoldAdminIntegerFieldWidget,
            help_text=gettext_lazy("In pixels; 0 for any. Amazon asks for 1000, and better 1600."),
        ),
        "picture_white": forms.BooleanField(
            label=gettext_lazy("First picture on white"), required=False, widget=UnfoldBooleanSwitchWidget,
            help_text=gettext_lazy("The edge of a product's first picture is to be white. Amazon asks for it."),
        ),
    }  # fmt: skip


def initial(channel: Channel) -> dict[str, Any]:
    kind = CONNECTORS.get(channel.connector)
    found = pictures.merged(kind, channel.settings, channel.pictures)
    return {f"{PREFIX}{key}": getattr(found, key) for key in pictures.KEYS}


def read(channel: Channel, cleaned: Mapping[str, Any], changed: Collection[str]) -> dict[str, Any]:
    """What to store. What nobody touched stays with the kind of channel. Raises ValidationError."""
    given = dict(channel.pictures)
    given |= {key: cleaned.get(f"{PREFIX}{key}") for key in pictures.KEYS if f"{PREFIX}{key}" in changed}
    return pictures.clean(given, CONNECTORS.get(channel.connector), channel.settings)
