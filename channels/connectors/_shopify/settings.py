"""What a manager sets of a shop."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from channels.connectors import _calls
from channels.connectors._shopify.shop import OWNED_AT_FIRST

OWNED = {
    "media": gettext_lazy("Pictures: those the PIM does not send are removed"),
    "tags": gettext_lazy("Tags: those the PIM does not send are removed"),
    "collections": gettext_lazy("Manual collections: the product leaves those the PIM does not send"),
    "prices": gettext_lazy("Prices: price, price before, cost"),
    "stock": gettext_lazy("Stock at one location"),
    "status": gettext_lazy("Whether it is active: what staff set to draft becomes active again"),
}


def shop_settings() -> dict[str, forms.Field]:
    return {
        "shop": forms.URLField(
            label=gettext_lazy("Shop"), assume_scheme="https", validators=[_calls.check_protected],
            help_text=gettext_lazy("Its own address, as https://acme.myshopify.com."),
        ),
        "client_id": forms.CharField(
            label=gettext_lazy("Client id"), required=False,
            help_text=gettext_lazy("Of the app in Shopify's Dev Dashboard; empty for an older app, whose access token stands below."),
        ),
        "token": forms.CharField(
            label=gettext_lazy("Client secret, or access token"),
            help_text=gettext_lazy("The secret that belongs to the client id; or an older app's access token, shpat_…"),
        ),
        "owns": forms.MultipleChoiceField(
            label=gettext_lazy("Belongs to the PIM"), choices=list(OWNED.items()), initial=list(OWNED_AT_FIRST), required=False,
            help_text=gettext_lazy("What is not chosen is never sent, even where a field is mapped to it."),
        ),
        "publications": forms.CharField(
            label=gettext_lazy("Publish on"), required=False, initial="Online Store",
            help_text=gettext_lazy("Names or ids of the shop's sales channels, with commas between. Empty: publishing is left to the shop."),
        ),
        "new": forms.ChoiceField(
            label=gettext_lazy("New products are"), required=False, initial="ACTIVE",
            choices=[("ACTIVE", gettext_lazy("active")), ("DRAFT", gettext_lazy("drafts"))],
        ),
        "existing": forms.ChoiceField(
            label=gettext_lazy("A product that is in the shop already, with the same SKU or barcode"), required=False, initial="refuse",
            choices=[("refuse", gettext_lazy("is left alone, and told")), ("adopt", gettext_lazy("is taken over"))],
        ),
        "withdraw": forms.ChoiceField(
            label=gettext_lazy("What leaves the channel is"), required=False, initial="archive",
            choices=[
                ("archive", gettext_lazy("archived")), ("draft", gettext_lazy("made a draft")),
                ("unpublish", gettext_lazy("taken off the sales channels above")),
            ],
        ),
        "location": forms.CharField(
            label=gettext_lazy("Location of the stock"), required=False,
            help_text=gettext_lazy("Its id, as gid://shopify/Location/123. Only where stock belongs to the PIM."),
        ),
        "namespace": forms.RegexField(
            r"^[A-Za-z0-9_-]{3,64}$", label=gettext_lazy("Namespace of our metafields"), required=False, initial="pim",
            help_text=gettext_lazy("By {namespace}.sku products are found again: never change it once they are there."),
        ),
        "timeout": forms.IntegerField(
            label=gettext_lazy("Wait for an answer (seconds)"), min_value=1, max_value=60, initial=20, required=False
        ),
    }  # fmt: skip
