"""Django's entry to the catalog app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from pim.lib.registration import import_if_present


class CatalogConfig(AppConfig):
    name = "catalog"
    verbose_name = _("Catalog")

    def ready(self) -> None:
        import_if_present("catalog", "participants", "subscribers")
        import_if_present("catalog.retention", "kinds")
