"""The assembly: settings, urls, celery, navigation. May import every app; nobody imports it."""
