"""The suite's settings: the product's own, in an environment of their own.

Loaded before anything else of Django, so this is also where the servers of `PIM_TEST_DATABASE=postgres` and
`PIM_TEST_BROKER=redis` start; processes begun later (xdist workers too) inherit their addresses.
"""

import os

from tests import servers

servers.prepare_environment(os.environ)

from pim.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AXES_ENABLED = False  # its own tests switch it on
