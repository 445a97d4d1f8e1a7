"""The assembly: settings, urls, celery, navigation. May import every app; nobody imports it."""

from pim.celery import app as celery_app

__all__ = ["celery_app"]
