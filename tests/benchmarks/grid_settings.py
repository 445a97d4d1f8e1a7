"""The product's settings, with Django's own admin beside ours: its addresses, and its templates without the theme's."""

from pathlib import Path

import django.contrib.admin

from pim.settings import *  # noqa: F403
from pim.settings import TEMPLATES as OURS

ROOT_URLCONF = "tests.benchmarks.stock_admin"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STOCK = {
    "NAME": "stock",
    "DIRS": [Path(django.contrib.admin.__file__).parent / "templates"],
    "APP_DIRS": False,
}
TEMPLATES = [*OURS, {**OURS[0], **STOCK}]
