"""Django's entry to the enrichment app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from pim.lib.registration import import_if_present


class EnrichmentConfig(AppConfig):
    name = "enrichment"
    verbose_name = _("Enrichment")

    def ready(self) -> None:
        import_if_present("enrichment", "participants", "subscribers", "policy")
