"""Prepares a data folder with a public portal of some products, and prints the portal's code.

python -m tests.benchmarks.portal_page PRODUCTS
"""

from __future__ import annotations

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pim.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import transaction

from channels import profiles
from channels.delivery.drain import drain
from channels.models import Channel, Listing, Requirement
from tests.benchmarks.large import fill
from tests.benchmarks.large import structure as large_structure


def main(products: int) -> None:
    call_command("migrate", verbosity=0)
    large_structure.build(families=2)
    fill.fill(0, products)
    channel = Channel.objects.get(code=large_structure.CHANNELS[0])
    channel.connector, channel.settings, channel.credentials = "portal", {"access": "public"}, {}
    with transaction.atomic():
        channel.save()
        Requirement.objects.filter(channel=channel).delete()
        profiles.changed(channel)
    Listing.objects.filter(channel=channel).update(desired_rev=2)
    drain(channel_id=channel.pk, seconds=300)
    print(channel.code)


if __name__ == "__main__":
    main(int(sys.argv[1]))
