"""Django's entry to the channels app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from pim.lib.registration import import_if_present


class ChannelsConfig(AppConfig):
    name = "channels"
    verbose_name = _("Channels")

    def ready(self) -> None:
        import_if_present(
            "channels",
            "participants",
            "pictures",
            "subscribers",
            "policy",
            "transfer",
            "takeover",
            "retention",
        )
