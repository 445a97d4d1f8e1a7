"""Makes the assembly an app, so that its management commands are found, and Celery's application the one in use.

The application is made here, not on importing `pim`: the reader of files and the stand-in shop use pim.lib and
pim.demo without Django, and start in a tenth of the time.
"""

from django.apps import AppConfig


class PimConfig(AppConfig):
    name = "pim"
    verbose_name = "PIM"

    def ready(self) -> None:
        from pim import celery, retention  # noqa: F401
