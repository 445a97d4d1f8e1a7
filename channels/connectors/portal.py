"""A portal for dealers, partners or the press, served by this installation: the channel is a table of ours.

A sheet that was sent is a page, one that was withdrawn is gone. The pages show what was sent and nothing else, so that a
portal is held to approval, completeness and dates by the same delivery as every other channel. Guide: docs/channels/portal.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels.connectors.base import Item, ItemError, ItemResult, PushItems, Retry, Seen, connector
from channels.portal import shelf
from channels.portal.links import LINK, PUBLIC, names_of


def _check_names(text: str) -> None:
    names = names_of(text)
    if long := [name for name in names if len(name) > 60]:
        raise ValidationError(_("At most 60 characters a name: %s") % long[0])
    if len(set(names)) < len(names):
        raise ValidationError(_("Each name once: every partner has a link of its own."))


@connector
class Portal(PushItems):
    code = "portal"
    label = gettext_lazy("Portal (served here)")
    sentence = gettext_lazy(
        "Pages of the range for dealers, partners or the press, served by this installation; nothing else has to be there."
    )
    guide = "portal"
    unit = "model"
    batch_size = 100

    @classmethod
    def settings_form(cls) -> dict[str, forms.Field]:
        return {
            "access": forms.ChoiceField(
                label=gettext_lazy("Open to"), initial=LINK,
                choices=[
                    (LINK, gettext_lazy("who has a link: the partners below")),
                    (PUBLIC, gettext_lazy("everybody, search engines too")),
                ],
            ),
            "partners": forms.CharField(
                label=gettext_lazy("Partners"), required=False, widget=forms.Textarea(attrs={"rows": 4}), validators=[_check_names],
                help_text=gettext_lazy("A name on each line; each gets a link of its own, shown above. Without its name a link opens nothing any more."),
            ),
            "heading": forms.CharField(
                label=gettext_lazy("Heading"), required=False, max_length=80,
                help_text=gettext_lazy("What stands at the top of each page; empty: the channel's name."),
            ),
            "contact": forms.CharField(
                label=gettext_lazy("Contact"), required=False, max_length=200,
                help_text=gettext_lazy("Stands at the foot of each page: whom to ask."),
            ),
        }  # fmt: skip

    @classmethod
    def sample(cls, address: str) -> tuple[dict[str, Any], dict[str, Any]]:
        return {
            "access": LINK,
            "partners": "ACME",
            "heading": "Spring range",
            "contact": "sales@example.com",
        }, {}

    @classmethod
    def refusals(cls, sheet: Mapping[str, Any], settings: Mapping[str, Any]) -> Sequence[ItemError]:
        """An address in which a browser would go a step up."""
        if any(step in (".", "..") for step in str(sheet.get("sku", "")).split("/")):
            return [ItemError(_("A SKU with the step '.' or '..' has no address."), "sku")]
        return ()

    def push(self, items: Sequence[Item]) -> Sequence[ItemResult]:
        try:
            results = shelf.put(self.channel, items)
        except LookupError as error:
            raise Retry(str(error), applied="no") from None  # its code was changed meanwhile
        self.told = {"pages": len(results)}
        return results

    def read_back(self, keys: Sequence[str]) -> Mapping[str, Seen | None]:
        return shelf.held(self.channel, keys)
