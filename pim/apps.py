"""Makes the assembly an app, so that its management commands are found."""

from django.apps import AppConfig


class PimConfig(AppConfig):
    name = "pim"
    verbose_name = "PIM"
