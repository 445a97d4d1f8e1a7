"""Settings of the other contender: the same database settings, and nothing installed that would slow it."""

from pim.settings import *  # noqa: F403

INSTALLED_APPS = ["django.contrib.contenttypes", "import_export", "tests.benchmarks"]
AUTH_USER_MODEL = "auth.User"
MIDDLEWARE = []
