"""The product's settings, with Django's own admin beside ours: its addresses, and its templates without the theme's."""

from pim.settings import *  # noqa: F403
from pim.settings import TEMPLATES as OURS

ROOT_URLCONF = "tests.benchmarks.stock_admin"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TEMPLATES = [
    *OURS,
    {
        **OURS[0],
        "NAME": "stock",
        "DIRS": ["django/contrib/admin/templates"],
        "APP_DIRS": False,
        "OPTIONS": {**OURS[0]["OPTIONS"]},
    },
]

import django.contrib.admin  # noqa: E402

TEMPLATES[1]["DIRS"] = [f"{django.contrib.admin.__path__[0]}/templates"]
